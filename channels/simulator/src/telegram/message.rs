//! `User`, `Chat` and `Message` objects, and what a phone shows of them.

use serde_json::{Map, Value, json};

use super::bot::Group;
use super::file;
use super::markup;
use crate::phones::{Body, Message, Phone, Reactions, Receipt, Side};

/// The person as a `User`.
#[must_use]
pub fn user(phone: &Phone) -> Option<Value> {
    let account = phone.telegram.as_ref()?;
    let mut user = json!({
        "id": account.id, "is_bot": false, "first_name": phone.first_name, "language_code": phone.language,
    });
    add_names(&mut user, phone);
    Some(user)
}

/// The private chat with a person.
#[must_use]
pub fn private_chat(phone: &Phone) -> Option<Value> {
    let account = phone.telegram.as_ref()?;
    let mut chat = json!({ "id": account.id, "type": "private", "first_name": phone.first_name });
    add_names(&mut chat, phone);
    Some(chat)
}

fn add_names(object: &mut Value, phone: &Phone) {
    let Some(map) = object.as_object_mut() else { return };
    if let Some(last) = &phone.last_name {
        map.insert("last_name".into(), last.clone().into());
    }
    if let Some(username) = phone.telegram.as_ref().and_then(|account| account.username.clone()) {
        map.insert("username".into(), username.into());
    }
}

/// A group as a `Chat`.
#[must_use]
pub fn group_chat(group: &Group) -> Value {
    let kind = if group.id <= -1_000_000_000_000 { "supergroup" } else { "group" };
    json!({ "id": group.id, "type": kind, "title": group.title })
}

/// What every message has besides its content.
pub struct Frame {
    /// Number within the chat.
    pub number: i64,
    /// Author.
    pub from: Value,
    /// Chat.
    pub chat: Value,
    /// Unix milliseconds.
    pub at_ms: i64,
    /// The quoted `Message`, without what it quotes itself.
    pub reply_to: Option<Value>,
    /// Set in chats of a business account.
    pub connection: Option<String>,
    /// The bot, when it wrote for a business account.
    pub business_bot: Option<Value>,
}

/// A whole `Message`.
#[must_use]
pub fn build(frame: Frame, content: &Map<String, Value>) -> Value {
    let mut message = Map::new();
    message.insert("message_id".into(), frame.number.into());
    message.insert("from".into(), frame.from);
    message.insert("chat".into(), frame.chat);
    message.insert("date".into(), frame.at_ms.div_euclid(1000).into());
    if let Some(connection) = frame.connection {
        message.insert("business_connection_id".into(), connection.into());
    }
    if let Some(bot) = frame.business_bot {
        message.insert("sender_business_bot".into(), bot);
    }
    if let Some(mut quoted) = frame.reply_to {
        if let Some(quoted) = quoted.as_object_mut() {
            quoted.remove("reply_to_message");
        }
        message.insert("reply_to_message".into(), quoted);
    }
    message.extend(content.clone());
    Value::Object(message)
}

/// The bubble that a phone shows for a `Message`.
#[must_use]
pub fn bubble(message: &Value, from: Side, at_ms: i64) -> Message {
    Message {
        id: message.get("message_id").and_then(Value::as_i64).unwrap_or_default().to_string(),
        at_ms,
        from,
        body: body(message),
        actions: markup::actions(message.get("reply_markup")),
        reply_to: message
            .pointer("/reply_to_message/message_id")
            .and_then(Value::as_i64)
            .map(|number| number.to_string()),
        edited_ms: None,
        deleted: false,
        reactions: Reactions::default(),
        receipt: if from == Side::Business { Receipt::Delivered } else { Receipt::Sent },
        client_ref: None,
        provider: message.clone(),
    }
}

/// What a `Message` holds, for a phone.
#[must_use]
pub fn body(message: &Value) -> Body {
    let text = |key: &str| message.get(key).and_then(Value::as_str).map(str::to_owned);
    let list = |key: &str| message.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
    if let Some(venue) = message.get("venue") {
        return location(venue.get("location"), venue.get("title"), venue.get("address"));
    }
    if let Some(place) = message.get("location") {
        return location(Some(place), None, None);
    }
    if let Some(contact) = message.get("contact") {
        let part = |key: &str| contact.get(key).and_then(Value::as_str).unwrap_or_default();
        return Body::Contact {
            name: format!("{} {}", part("first_name"), part("last_name")).trim().to_owned(),
            phones: vec![part("phone_number").to_owned()],
        };
    }
    for kind in
        ["animation", "live_photo", "photo", "video", "video_note", "voice", "audio", "document", "sticker"]
    {
        let Some(value) = message.get(kind) else { continue };
        let value = value.as_array().and_then(|sizes| sizes.last()).unwrap_or(value);
        let number = |key: &str| value.get(key).and_then(Value::as_u64).and_then(|n| u32::try_from(n).ok());
        return Body::Media {
            media: kind.to_owned(),
            url: value.get("file_id").and_then(Value::as_str).and_then(file::page_url),
            name: value.get("file_name").and_then(Value::as_str).map(str::to_owned),
            mime: value.get("mime_type").and_then(Value::as_str).unwrap_or(default_mime(kind)).to_owned(),
            size: value.get("file_size").and_then(Value::as_u64).unwrap_or_default(),
            caption: text("caption").unwrap_or_default(),
            entities: list("caption_entities"),
            duration_s: number("duration"),
            width: number("width").or_else(|| number("length")),
            height: number("height").or_else(|| number("length")),
            album: text("media_group_id"),
        };
    }
    match text("text") {
        Some(text) => Body::Text { text, entities: list("entities") },
        None => Body::Note { text: "(something this app does not show)".to_owned() },
    }
}

fn location(place: Option<&Value>, name: Option<&Value>, address: Option<&Value>) -> Body {
    let degrees =
        |key: &str| place.and_then(|place| place.get(key)).and_then(Value::as_f64).unwrap_or_default();
    let words = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
    Body::Location {
        latitude: degrees("latitude"),
        longitude: degrees("longitude"),
        name: words(name),
        address: words(address),
    }
}

fn default_mime(kind: &str) -> &'static str {
    match kind {
        "photo" => "image/jpeg",
        "voice" => "audio/ogg",
        "audio" => "audio/mpeg",
        "sticker" => "image/webp",
        "video" | "video_note" | "animation" => "video/mp4",
        _ => "application/octet-stream",
    }
}
