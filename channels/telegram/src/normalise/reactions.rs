//! Reactions: the whole set of a person is given each time.

use channel_core::{By, InboundEvent, Reaction, ReactionChange};

use super::{broken, elsewhere, is_private, person};
use crate::ids::{MessageId, Thread};
use crate::json::Object;

/// `message_reaction`.
pub fn changed(update: Object<'_>, kind: &str) -> InboundEvent {
    let chat = update.object("chat");
    if chat.is_some_and(|chat| chat.has("type") && !is_private(chat)) {
        return elsewhere(chat, kind);
    }
    read(update).map_or_else(|| broken(kind, "chat or message number is missing"), InboundEvent::Reacted)
}

fn read(update: Object<'_>) -> Option<ReactionChange> {
    let chat = update.object("chat")?;
    let chat_id = chat.id("id")?;
    let user = update.object("user");
    let connection = update.text("business_connection_id");
    let thread = Thread { chat_id, connection: connection.map(str::to_owned) };
    let by = match user.and_then(|user| user.id("id")) {
        Some(id) if id == chat_id => By::Contact,
        Some(_) => By::Business,
        None => By::Unknown,
    };
    Some(ReactionChange {
        sender: person::of_chat(chat, user, connection)?,
        by,
        platform_message_id: MessageId { thread, number: update.id("message_id")? }.to_string(),
        now: update.list("new_reaction").map(reaction).collect(),
        at: person::moment(update, "date"),
    })
}

fn reaction(reaction: Object<'_>) -> Reaction {
    match (reaction.owned("emoji"), reaction.owned("custom_emoji_id")) {
        (Some(emoji), _) => Reaction::Emoji(emoji),
        (None, Some(id)) => Reaction::Custom(id),
        (None, None) => Reaction::Named(reaction.text("type").unwrap_or("unknown").to_owned()),
    }
}
