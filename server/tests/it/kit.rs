//! What tests stand on: a Postgres of their own, a database each, the product on a real port.

mod database;

pub use database::TestDatabase;
