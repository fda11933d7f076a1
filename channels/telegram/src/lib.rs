//! The Telegram channel: a bot, its private chats, and the business accounts that let it answer for them
//! (`protocols/telegram.md`, Bot API 10.1).
//!
//! Updates are read leniently, key by key, from their raw JSON: `teloxide` knows the Bot API up to 9.1 only, and
//! its strict types would lose a whole message over one new field. What goes out is written with its types where
//! they fit. Calls go through our own client, since teloxide's is another major version of it.

mod adapter;
mod api;
mod connect;
mod entities;
mod error;
mod health;
mod ids;
mod json;
mod media;
mod normalise;
mod plan;
mod profile;
mod route;
mod send;
mod verify;

pub use adapter::Telegram;
