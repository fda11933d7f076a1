//! What a message is: text, files, a place, something that reads well as lines, or something we cannot show.

use channel_core::{AttachmentSource, Card, ContactCard, LabelledValue, Location};
use serde_json::Value;
use shared::RichText;

use crate::entities;
use crate::json::Object;

/// What a message is.
#[derive(Default)]
pub struct Content {
    /// Words or caption.
    pub text: RichText,
    /// Files.
    pub attachments: Vec<AttachmentSource>,
    /// Anything else.
    pub card: Option<Card>,
    /// The number of the person who wrote, if they shared it.
    pub own_phone: Option<String>,
}

/// Keys of a message that tell about it, and are not what it is.
const CONTEXT: &[&str] = &[
    "message_id",
    "message_thread_id",
    "from",
    "sender_chat",
    "sender_boost_count",
    "sender_business_bot",
    "sender_tag",
    "date",
    "business_connection_id",
    "chat",
    "forward_origin",
    "is_topic_message",
    "is_automatic_forward",
    "reply_to_message",
    "external_reply",
    "quote",
    "reply_to_story",
    "reply_to_checklist_task_id",
    "reply_to_poll_option_id",
    "via_bot",
    "edit_date",
    "has_protected_content",
    "is_from_offline",
    "is_paid_post",
    "media_group_id",
    "author_signature",
    "paid_star_count",
    "entities",
    "link_preview_options",
    "suggested_post_info",
    "effect_id",
    "caption",
    "caption_entities",
    "show_caption_above_media",
    "has_media_spoiler",
    "reply_markup",
    "direct_messages_topic",
];

/// Reads what a message is. Never fails: what is not understood gets its name shown.
pub fn read(message: Object<'_>, from_id: Option<i64>) -> Content {
    let mut content = Content { text: words(message), ..Content::default() };
    if let Some(files) = super::files_of(message) {
        content.attachments = files;
        return content;
    }
    if let Some(card) = place(message) {
        content.card = Some(card);
        return content;
    }
    if let Some(contact) = message.object("contact") {
        let card = contact_card(contact, from_id);
        content.own_phone = card.own.then(|| card.phones.first().map(|phone| phone.value.clone())).flatten();
        content.card = Some(Card::Contacts(vec![card]));
        return content;
    }
    if let Some((what, lines)) = as_lines(message) {
        content.text = RichText::plain(lines);
        content.card = Some(Card::AsText { what: what.to_owned() });
        return content;
    }
    if content.text.is_empty() {
        let what = message.keys().find(|key| !CONTEXT.contains(key) && *key != "text");
        content.card = Some(Card::Unsupported { what: what.unwrap_or("nothing").to_owned(), reason: None });
    }
    content
}

fn words(message: Object<'_>) -> RichText {
    match (message.text("text"), message.text("caption")) {
        (Some(text), _) => entities::read(text, message.list("entities")),
        (None, Some(caption)) => entities::read(caption, message.list("caption_entities")),
        (None, None) => RichText::default(),
    }
}

/// A venue has its location set, too: the venue tells more.
fn place(message: Object<'_>) -> Option<Card> {
    let venue = message.object("venue");
    let point = venue.and_then(|venue| venue.object("location")).or_else(|| message.object("location"))?;
    Some(Card::Location(Location {
        latitude: point.number("latitude")?,
        longitude: point.number("longitude")?,
        name: venue.and_then(|venue| venue.owned("title")),
        address: venue.and_then(|venue| venue.owned("address")),
        url: None,
        accuracy_m: point.number("horizontal_accuracy"),
        live_seconds: point.small("live_period"),
    }))
}

fn contact_card(contact: Object<'_>, from_id: Option<i64>) -> ContactCard {
    let user_id = contact.id("user_id");
    let phone = contact.owned("phone_number");
    ContactCard {
        name: super::person::name(contact).or_else(|| phone.clone()).unwrap_or_default(),
        first_name: contact.owned("first_name"),
        last_name: contact.owned("last_name"),
        phones: phone
            .into_iter()
            .map(|value| LabelledValue { value, label: None, platform_id: None })
            .collect(),
        platform_id: user_id.map(|id| id.to_string()),
        own: user_id.is_some() && user_id == from_id,
        ..ContactCard::default()
    }
}

/// What reads well as lines.
fn as_lines(message: Object<'_>) -> Option<(&'static str, String)> {
    if let Some(poll) = message.object("poll") {
        let options = poll.list("options").filter_map(|option| option.text("text"));
        return Some(("poll", lines(poll.text("question"), options, "○")));
    }
    if let Some(checklist) = message.object("checklist") {
        let tasks = checklist.list("tasks").filter_map(|task| task.text("text"));
        return Some(("checklist", lines(checklist.text("title"), tasks, "☐")));
    }
    if let Some(dice) = message.object("dice") {
        let emoji = dice.text("emoji").unwrap_or("🎲");
        return Some(("dice", format!("{emoji} {}", dice.size("value").unwrap_or_default())));
    }
    if let Some(rich) = message.object("rich_message") {
        let text = rich.value("blocks").map(|blocks| spoken(blocks, "\n")).unwrap_or_default();
        return (!text.is_empty()).then_some(("rich_message", text));
    }
    None
}

fn lines<'a>(title: Option<&'a str>, items: impl Iterator<Item = &'a str>, mark: &str) -> String {
    let items = items.map(|item| format!("{mark} {item}"));
    title.map(str::to_owned).into_iter().chain(items).collect::<Vec<_>>().join("\n")
}

/// The words of a part of a rich message: a text is a string, a list of them, or an object around one; blocks hold
/// texts and other blocks.
fn spoken(part: &Value, between: &str) -> String {
    match part {
        Value::String(text) => text.clone(),
        Value::Array(parts) => joined(parts.iter().map(|part| spoken(part, between)), between),
        Value::Object(block) => {
            let texts = ["title", "summary", "text"].into_iter().map(|key| (key, ""));
            let blocks = ["blocks", "items", "rows", "cells", "caption"].into_iter().map(|key| (key, "\n"));
            let inner =
                texts.chain(blocks).filter_map(|(key, between)| Some(spoken(block.get(key)?, between)));
            joined(inner, "\n")
        }
        _ => String::new(),
    }
}

fn joined(parts: impl Iterator<Item = String>, between: &str) -> String {
    parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join(between)
}
