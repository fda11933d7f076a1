//! Reading one update into events. An update has one kind besides its number; all kinds are read by name, and one
//! that is not known is named.

mod business;
mod content;
mod files;
mod members;
mod message;
mod person;
mod presses;
mod quote;
mod reactions;

use channel_core::{AttachmentSource, Inbound, InboundEvent, Refused, Unreadable, mend_json};
use serde_json::Value;

use crate::json::Object;

/// Reads one delivery.
pub fn normalise(body: &[u8]) -> Result<Vec<Inbound>, Unreadable> {
    let update = parse(body)?;
    let Some(update) = Object::of(&update) else {
        return Err(Unreadable("it is no object".to_owned()));
    };
    if !update.has("update_id") {
        return Err(Unreadable("it has no update_id".to_owned()));
    }
    let mut kinds = update.keys().filter(|kind| *kind != "update_id").peekable();
    if kinds.peek().is_none() {
        return Ok(vec![Inbound::at_endpoint(unsupported("an update without content"))]);
    }
    Ok(kinds.flat_map(|kind| read(kind, update)).map(Inbound::at_endpoint).collect())
}

/// The JSON of a delivery, mended where it holds what cannot be stored.
pub fn parse(body: &[u8]) -> Result<Value, Unreadable> {
    let text = String::from_utf8_lossy(body);
    serde_json::from_str(&mend_json(&text))
        .map_err(|error| Unreadable(format!("no JSON at {}:{}", error.line(), error.column())))
}

fn read(kind: &str, update: Object<'_>) -> Vec<InboundEvent> {
    let Some(content) = update.object(kind) else { return vec![unsupported(kind)] };
    match kind {
        "message" | "business_message" => message::new(content, kind),
        "edited_message" | "edited_business_message" => message::edited(content, kind),
        "channel_post" | "edited_channel_post" => vec![elsewhere(content.object("chat"), kind)],
        "message_reaction" => vec![reactions::changed(content, kind)],
        "callback_query" => vec![presses::pressed(content, kind)],
        "my_chat_member" => vec![members::mine_changed(content, kind)],
        "business_connection" => vec![business::connection(content, kind)],
        "deleted_business_messages" => vec![business::deleted(content, kind)],
        _ => vec![unsupported(kind)],
    }
}

/// What this adapter does not translate.
fn unsupported(what: &str) -> InboundEvent {
    InboundEvent::Unsupported { what: what.to_owned() }
}

/// What cannot be read although its kind is known.
fn broken(kind: &str, reason: &str) -> InboundEvent {
    InboundEvent::Broken { at: format!("/{kind}"), reason: reason.to_owned() }
}

/// Something from a group or channel.
fn elsewhere(chat: Option<Object<'_>>, what: &str) -> InboundEvent {
    let place = chat.and_then(|chat| chat.text("type")).unwrap_or("chat");
    InboundEvent::Refused(Refused {
        place: place.to_owned(),
        platform_id: chat.and_then(|chat| chat.id("id")).map(|id| id.to_string()).unwrap_or_default(),
        title: chat.and_then(|chat| chat.owned("title")),
        what: what.to_owned(),
        words: format!(
            "The bot is in a {place}. Switchboard answers private chats only; remove the bot from there."
        ),
    })
}

pub use person::name as display_name;

/// The files of a message, for whoever has one that is no event: an answer to a send.
pub fn files_of(message: Object<'_>) -> Option<Vec<AttachmentSource>> {
    let files = files::read(message)?;
    Some(files.into_iter().map(|file| AttachmentSource::Remote(Box::new(file))).collect())
}

fn is_private(chat: Object<'_>) -> bool {
    chat.text("type") == Some("private")
}

#[cfg(test)]
mod tests;
