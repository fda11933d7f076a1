//! From an act to the JSON of a message.

use channel_core::{Act, MediaPart, Reaction, Refusal, RefusalReason, Transmission};
use serde_json::{Map, Value, json};
use shared::{MediaKind, RichText};

use super::upload::{Uploads, file_name};
use super::{cards, interactive, template};
use crate::markup;

/// Longest reference that WhatsApp hands back.
const REFERENCE_CHARS_MAX: usize = 512;

/// The message of a transmission.
pub fn message(
    transmission: &Transmission,
    quote: Option<&str>,
    uploads: &Uploads,
) -> Result<Value, Refusal> {
    let mut body = Map::new();
    body.insert("messaging_product".to_owned(), "whatsapp".into());
    body.insert("recipient_type".to_owned(), "individual".into());
    let (key, value) = recipient(&transmission.to)?;
    body.insert(key.to_owned(), value.into());
    // A reaction cannot be an answer.
    if let Some(quote) = quote.filter(|_| transmission.act.makes_message()) {
        body.insert("context".to_owned(), json!({ "message_id": quote }));
    }
    if transmission.reference.len() <= REFERENCE_CHARS_MAX {
        body.insert("biz_opaque_callback_data".to_owned(), transmission.reference.as_str().into());
    }
    let (kind, content) = content(&transmission.act, uploads)?;
    body.insert("type".to_owned(), kind.into());
    body.insert(kind.to_owned(), content);
    Ok(Value::Object(body))
}

/// A number with its country code, or the id of a person whose number is hidden.
fn recipient(to: &str) -> Result<(&'static str, String), Refusal> {
    let number = (5..=20).contains(&to.len()) && to.bytes().all(|b| b.is_ascii_digit());
    if number {
        return Ok(("to", format!("+{to}")));
    }
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    let scoped = to.split_once('.').is_some_and(|(country, id)| {
        country.len() == 2 && country.chars().all(|c| c.is_ascii_uppercase()) && !id.is_empty()
    });
    if scoped && to.len() <= 160 && to.chars().all(plain) {
        return Ok(("recipient", to.to_owned()));
    }
    Err(Refusal::new(RefusalReason::UnknownRecipient, "This is nobody on WhatsApp."))
}

fn content(act: &Act, uploads: &Uploads) -> Result<(&'static str, Value), Refusal> {
    Ok(match act {
        Act::Text { text, buttons: None } => ("text", words(text)),
        Act::Text { text, buttons: Some(buttons) } => {
            ("interactive", interactive::buttons(text, buttons, None)?)
        }
        Act::Media { part, buttons: None } => media(part, uploads)?,
        Act::Media { part, buttons: Some(buttons) } => {
            let header = media(&MediaPart { caption: RichText::default(), ..part.clone() }, uploads)?;
            ("interactive", interactive::buttons(&part.caption, buttons, Some(header))?)
        }
        Act::List { text, list } => ("interactive", interactive::list(text, list)),
        Act::Location(place) => ("location", cards::location(place)),
        Act::Contacts(people) => ("contacts", people.iter().map(cards::contact).collect()),
        Act::Template(filled) => ("template", template::write(filled, uploads)?),
        Act::React { platform_message_id, reaction } => {
            let emoji = match reaction {
                None => "",
                Some(Reaction::Emoji(emoji)) => emoji,
                Some(_) => return Err(not_taken("WhatsApp takes emoji as reactions only.")),
            };
            ("reaction", json!({ "message_id": platform_message_id, "emoji": emoji }))
        }
        Act::Album { .. } => return Err(not_taken("WhatsApp has no albums: send the files one by one.")),
        Act::Edit { .. } => return Err(not_taken("On WhatsApp a business cannot change what it sent.")),
        Act::Delete { .. } => return Err(not_taken("On WhatsApp a business cannot take back what it sent.")),
        Act::Typing { .. } => {
            let words = "WhatsApp shows that we write under a message of the person only.";
            return Err(Refusal::new(RefusalReason::NothingToDo, words));
        }
        _ => return Err(not_taken("WhatsApp has nothing like this.")),
    })
}

fn not_taken(words: &str) -> Refusal {
    Refusal::new(RefusalReason::KindNotTaken, words)
}

fn words(text: &RichText) -> Value {
    let body = markup::write(text);
    let links = body.contains("https://") || body.contains("http://");
    if links { json!({ "body": body, "preview_url": true }) } else { json!({ "body": body }) }
}

/// The name of a file's kind, and its part of the message.
pub fn media(part: &MediaPart, uploads: &Uploads) -> Result<(&'static str, Value), Refusal> {
    let id = uploads.id(&part.file).ok_or_else(|| {
        Refusal::new(RefusalReason::FileGone, "The file did not reach WhatsApp.") // uploaded before, always
    })?;
    let mut value = Map::new();
    value.insert("id".to_owned(), id.into());
    let kind = match part.file.kind {
        MediaKind::Image => "image",
        MediaKind::Video | MediaKind::VideoNote | MediaKind::Animation => "video",
        MediaKind::Audio => "audio",
        MediaKind::Voice => {
            value.insert("voice".to_owned(), true.into());
            "audio"
        }
        MediaKind::Sticker => "sticker",
        MediaKind::File => {
            value.insert("filename".to_owned(), file_name(&part.file.name).into());
            "document"
        }
    };
    if !part.caption.is_empty() && matches!(kind, "image" | "video" | "document") {
        value.insert("caption".to_owned(), markup::write(&part.caption).into());
    }
    Ok((kind, Value::Object(value)))
}
