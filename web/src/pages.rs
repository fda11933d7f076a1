//! The app's pages. They show what `state` decided and `api` fetched, loading and failure included.

mod door;
pub mod forgot;
pub mod inbox;
pub mod invite;
pub mod missing;
pub mod reset;
pub mod settings;
pub mod setup;
pub mod sign_in;
