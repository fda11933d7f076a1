//! What tests stand on: a Postgres of their own, a database each, the product on a real port.

mod ask;
mod browser;
mod database;
mod inbound;
mod people;
mod platform;
mod provided;
mod provider;
mod served;
mod smtp;
mod statements;
pub mod telegram;
mod threads;
pub mod whatsapp;

pub use ask::{Answer, ask};
pub use browser::Browser;
pub use database::TestDatabase;
pub use inbound::{Inbound, Line};
pub use people::PASSWORD;
pub use platform::Platform;
pub use provided::{Bot, Provided};
pub use provider::Providers;
pub use served::Live;
pub use smtp::FakeSmtp;
