//! Contacts: the people outside, and what each channel knows of them.

pub mod graphql;
pub mod identities;
pub mod store;
mod update;

pub use store::Contact;
pub use update::{ContactChange, update};
