//! Telegram's Bot API, as of version 10.1: `/bot<token>/<method>` and `/file/bot<token>/<path>`.

mod bot;
mod chats;
mod content;
mod destination;
mod edit;
mod entities;
mod error;
mod file;
mod http;
mod markup;
mod message;
mod params;
mod person;
mod send;
mod update;
mod webhook;

pub use bot::{
    Bot, BusinessConnection, Group, NewBot, announce_connection, create_bot, create_connection, create_group,
    describe, upgrade_group,
};
pub use http::{api, download};
pub use person::perform;
pub use webhook::{SECRET_HEADER, is_near, webhook_failed, webhook_target};
