//! What tests stand on: a Postgres of their own, a database each, the product on a real port.

mod ask;
mod database;
mod people;

pub use ask::{Answer, ask};
pub use database::TestDatabase;
