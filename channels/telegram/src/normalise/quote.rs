//! What a message answers, and where it was written first.

use channel_core::{Forwarded, Quote, QuoteTarget};

use super::{content, person};
use crate::ids::{MessageId, Thread};
use crate::json::Object;

/// Longest part of a quoted message that is kept, in characters: enough to recognise it.
const SNAPSHOT_CHARS_MAX: usize = 300;

/// What a message of `thread` answers.
pub fn read(message: Object<'_>, thread: &Thread) -> Option<Quote> {
    let excerpt = message.object("quote").and_then(|quote| quote.owned("text"));
    if let Some(quoted) = message.object("reply_to_message") {
        let id = MessageId { number: quoted.id("message_id")?, thread: thread.clone() };
        let target = QuoteTarget::Message(id.to_string());
        return Some(Quote { target, excerpt, snapshot: snapshot(quoted) });
    }
    if let Some(story) = message.object("reply_to_story") {
        let id = story.id("id").map(|id| id.to_string()).unwrap_or_default();
        let target = QuoteTarget::Story { id, url: None };
        return Some(Quote { target, excerpt, snapshot: None });
    }
    let reply = message.object("external_reply")?;
    Some(Quote { target: QuoteTarget::Elsewhere, excerpt, snapshot: snapshot(reply) })
}

/// What the quoted message was, in case we never saw it: its words, or what it is.
fn snapshot(quoted: Object<'_>) -> Option<String> {
    let content = content::read(quoted, None);
    if !content.text.is_empty() {
        return Some(content.text.plain.chars().take(SNAPSHOT_CHARS_MAX).collect());
    }
    if let Some(channel_core::AttachmentSource::Remote(file)) = content.attachments.first() {
        return Some(format!("[{}]", file.kind));
    }
    match content.card? {
        channel_core::Card::Location(place) => Some(place.name.unwrap_or_else(|| "[location]".to_owned())),
        channel_core::Card::Contacts(cards) => cards.into_iter().next().map(|card| card.name),
        _ => None,
    }
}

/// Who wrote a forwarded message first, as far as they let it be known.
pub fn forwarded(origin: Object<'_>) -> Forwarded {
    let chat = origin.object("sender_chat").or_else(|| origin.object("chat"));
    let from = match origin.object("sender_user") {
        Some(user) => person::name(user),
        None => origin.owned("sender_user_name").or_else(|| chat.and_then(person::name)),
    };
    Forwarded { from, at: person::moment(origin, "date"), often: false }
}
