//! The web chat channel: our own widget speaking the adapter contract (`protocols/webchat.md`, part B).
//!
//! There is no provider behind it: the server's widget API checks the visitor's session, wraps what the
//! visitor posted into a [`Delivery`], and stores that raw like any other channel's webhook.

mod adapter;
mod delivery;
mod identity;
mod origin;
mod plan;
mod posted;

pub use adapter::WebChat;
pub use channel_core::{mend_json, without_nul};
pub use delivery::{Delivery, DeliveryKind, Visitor, visitor_message_id};
pub use identity::{BadIdentity, VerifiedUser, platform_id_of_user, verify_token, verify_user_hash};
pub use origin::{BadOrigin, OriginRule, is_allowed};
pub use posted::{NotPosted, PostedMessage, PostedPage, PostedSeen, TEXT_CHARS_MAX};
