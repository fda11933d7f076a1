//! Business accounts that let the bot answer for them.

use channel_core::{AccountEvent, By, InboundEvent, Unsend};

use super::{broken, elsewhere, is_private, person};
use crate::ids::{MessageId, Thread};
use crate::json::Object;

/// `business_connection`: made, changed or ended. Rights that are not named are not given.
pub fn connection(update: Object<'_>, kind: &str) -> InboundEvent {
    let owner = update.object("user");
    let (Some(connection_id), Some(owner)) = (update.owned("id"), owner) else {
        return broken(kind, "id or owner is missing");
    };
    let Some(owner_id) = owner.id("id") else { return broken(kind, "the owner has no id") };
    // Before rights had names there was one switch.
    let rights = update.object("rights");
    let right = |name: &str| rights.is_some_and(|rights| rights.flag(name));
    InboundEvent::Account(Box::new(AccountEvent::BusinessConnection {
        connection_id,
        owner_id: owner_id.to_string(),
        owner_name: person::name(owner),
        enabled: update.flag("is_enabled"),
        can_reply: right("can_reply") || update.flag("can_reply"),
        can_mark_read: right("can_read_messages"),
        can_delete_sent: right("can_delete_sent_messages") || right("can_delete_outgoing_messages"),
        at: person::moment(update, "date"),
    }))
}

/// `deleted_business_messages`: it does not say who deleted them, and some may be unknown.
pub fn deleted(update: Object<'_>, kind: &str) -> InboundEvent {
    let chat = update.object("chat");
    if chat.is_some_and(|chat| chat.has("type") && !is_private(chat)) {
        return elsewhere(chat, kind);
    }
    read_deleted(update)
        .map_or_else(|| broken(kind, "chat or message numbers are missing"), InboundEvent::Unsent)
}

fn read_deleted(update: Object<'_>) -> Option<Unsend> {
    let chat = update.object("chat")?;
    let connection = update.text("business_connection_id")?;
    let thread = Thread { chat_id: chat.id("id")?, connection: Some(connection.to_owned()) };
    let numbers = update.values("message_ids").iter().filter_map(serde_json::Value::as_i64);
    let ids: Vec<String> =
        numbers.map(|number| MessageId { thread: thread.clone(), number }.to_string()).collect();
    Some(Unsend {
        sender: person::of_chat(chat, None, Some(connection))?,
        platform_message_ids: ids,
        by: By::Unknown,
        at: None,
    })
}
