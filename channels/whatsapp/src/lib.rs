//! The WhatsApp channel: a business number at the Cloud API (`protocols/whatsapp.md`, Graph v25.0).
//!
//! What comes in is read leniently, key by key, from its raw JSON: fields are added often, and one that is new must
//! not lose a message. What all channels at Meta share is in `channel_meta`.

mod adapter;
mod business_number;
mod connect;
mod cut;
mod digest;
mod health;
mod markup;
mod media;
mod normalise;
pub mod numbers;
mod plan;
mod route;
mod send;
mod templates;

pub use adapter::WhatsApp;
