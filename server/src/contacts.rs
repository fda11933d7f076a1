//! Contacts: the people outside, and what each channel knows of them.

pub mod store;

pub use store::Contact;
