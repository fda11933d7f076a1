//! What the `send…` methods put into a message.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::entities;
use super::error::TelegramError;
use super::file;
use super::params::Params;
use crate::files::{File, NewFile};
use crate::sim::Sim;

/// Longest text, in UTF-16 units, after entity parsing.
pub const TEXT_UNITS_MAX: usize = 4096;
/// Longest caption.
pub const CAPTION_UNITS_MAX: usize = 1024;
/// Largest upload.
const UPLOAD_BYTES_MAX: usize = 50 * 1024 * 1024;

/// The method's media kind and the parameter that holds the file.
#[must_use]
pub fn media_kind(method: &str) -> Option<&'static str> {
    Some(match method {
        "sendphoto" => "photo",
        "sendvideo" => "video",
        "sendaudio" => "audio",
        "sendvoice" => "voice",
        "sendvideonote" => "video_note",
        "senddocument" => "document",
        "sendsticker" => "sticker",
        "sendanimation" => "animation",
        _ => return None,
    })
}

/// `sendMessage` and `editMessageText`.
///
/// # Errors
/// 400 for an empty or too long text, or entities that cannot be parsed.
pub fn text(params: &Params) -> Result<Map<String, Value>, TelegramError> {
    let (text, entities) = formatted(params, "text", "entities")?;
    if text.trim().is_empty() {
        return Err(TelegramError::bad_request("message text is empty"));
    }
    if text.encode_utf16().count() > TEXT_UNITS_MAX {
        return Err(TelegramError::bad_request("message is too long"));
    }
    let mut content = Map::new();
    content.insert("text".into(), text.into());
    if !entities.is_empty() {
        content.insert("entities".into(), Value::Array(entities));
    }
    Ok(content)
}

/// The caption of a medium; empty when there is none.
///
/// # Errors
/// 400 when it is too long.
pub fn caption(params: &Params) -> Result<Map<String, Value>, TelegramError> {
    let (text, entities) = formatted(params, "caption", "caption_entities")?;
    caption_of(&text, entities)
}

fn caption_of(text: &str, entities: Vec<Value>) -> Result<Map<String, Value>, TelegramError> {
    if text.encode_utf16().count() > CAPTION_UNITS_MAX {
        return Err(TelegramError::bad_request("message caption is too long"));
    }
    let mut content = Map::new();
    if !text.is_empty() {
        content.insert("caption".into(), text.into());
        if !entities.is_empty() {
            content.insert("caption_entities".into(), Value::Array(entities));
        }
    }
    Ok(content)
}

fn formatted(params: &Params, text: &str, entities: &str) -> Result<(String, Vec<Value>), TelegramError> {
    let text = params.text(text).unwrap_or_default();
    match params.text("parse_mode").filter(|mode| !mode.is_empty()) {
        Some(mode) => entities::parse(&text, &mode),
        None => match params.json(entities)? {
            Some(Value::Array(given)) if !given.is_empty() => {
                Ok((text.clone(), entities::checked(&text, given)))
            }
            _ => {
                let found = entities::found_in(&text);
                Ok((text, found))
            }
        },
    }
}

/// `sendPhoto` and its sisters: an upload, a `file_id`, or an address.
///
/// # Errors
/// 400 when there is no file, or it is not fit for its kind; 413 when it is too large.
pub async fn media(
    sim: &Arc<Sim>,
    bot_id: i64,
    kind: &str,
    params: &Params,
) -> Result<Map<String, Value>, TelegramError> {
    let source = params.text(kind).unwrap_or_default();
    let mut file = find_file(sim, bot_id, params, kind, &source).await?;
    if let Some(duration_s) = params.int("duration").and_then(|seconds| u32::try_from(seconds).ok()) {
        file.duration_s = Some(duration_s);
    }
    let mut content = file::content(sim, bot_id, kind, &file)?;
    if kind != "sticker" && kind != "video_note" {
        content.extend(caption(params)?);
    }
    Ok(content)
}

/// `sendMediaGroup`: 2 to 10 photos and films, or documents only, or audio only.
///
/// # Errors
/// 400 for other counts, mixtures or files.
pub async fn album(
    sim: &Arc<Sim>,
    bot_id: i64,
    params: &Params,
) -> Result<Vec<Map<String, Value>>, TelegramError> {
    let Some(Value::Array(items)) = params.json("media")? else {
        return Err(TelegramError::bad_request("media is empty"));
    };
    if !(2..=10).contains(&items.len()) {
        return Err(TelegramError::bad_request("group send failed: wrong number of media"));
    }
    let kinds: Vec<&str> =
        items.iter().map(|item| item.get("type").and_then(Value::as_str).unwrap_or_default()).collect();
    let alike = |kind: &str| kinds.iter().all(|other| *other == kind);
    if !(alike("document") || alike("audio") || kinds.iter().all(|kind| matches!(*kind, "photo" | "video"))) {
        return Err(TelegramError::bad_request("document and audio can't be mixed with other media types"));
    }
    let group = sim.chance.digits(17);
    let mut contents = Vec::with_capacity(items.len());
    for (item, kind) in items.iter().zip(&kinds) {
        let source = item.get("media").and_then(Value::as_str).unwrap_or_default();
        let file = find_file(sim, bot_id, params, source.trim_start_matches("attach://"), source).await?;
        let mut content = file::content(sim, bot_id, kind, &file)?;
        let text = item.get("caption").and_then(Value::as_str).unwrap_or_default();
        let given = item.get("caption_entities").and_then(Value::as_array).cloned().unwrap_or_default();
        let (text, entities) = match item.get("parse_mode").and_then(Value::as_str) {
            Some(mode) => entities::parse(text, mode)?,
            None => (text.to_owned(), entities::checked(text, given)),
        };
        content.extend(caption_of(&text, entities)?);
        content.insert("media_group_id".into(), group.clone().into());
        contents.push(content);
    }
    Ok(contents)
}

async fn find_file(
    sim: &Arc<Sim>,
    bot_id: i64,
    params: &Params,
    upload: &str,
    source: &str,
) -> Result<File, TelegramError> {
    let upload = source.strip_prefix("attach://").unwrap_or(upload);
    if let Some(new) = params.file(upload) {
        if new.bytes.len() > UPLOAD_BYTES_MAX {
            return Err(TelegramError::new(413, "Request Entity Too Large"));
        }
        if new.bytes.is_empty() {
            return Err(TelegramError::bad_request("file must be non-empty"));
        }
        return Ok(sim.files.keep(new.clone()));
    }
    if source.starts_with("http://") || source.starts_with("https://") {
        return fetch(sim, source).await;
    }
    if source.is_empty() {
        return Err(TelegramError::bad_request(&format!("there is no {upload} in the request")));
    }
    file::decode(bot_id, source)
        .and_then(|file| sim.files.get(&file))
        .ok_or_else(|| TelegramError::bad_request("wrong file identifier/HTTP URL specified"))
}

/// Telegram fetches an address itself: up to 20 MB.
async fn fetch(sim: &Arc<Sim>, address: &str) -> Result<File, TelegramError> {
    let failed = || TelegramError::bad_request("failed to get HTTP URL content");
    let new = crate::sim::fetch(sim, address, 20 * 1024 * 1024).await.ok_or_else(failed)?;
    Ok(sim.files.keep(NewFile { duration_s: None, ..new }))
}

/// `sendLocation`, `sendVenue` and `sendContact`.
///
/// # Errors
/// 400 when a part is missing.
pub fn other(method: &str, params: &Params) -> Result<Map<String, Value>, TelegramError> {
    let mut content = Map::new();
    if method == "sendcontact" {
        let phone =
            params.text("phone_number").ok_or_else(|| TelegramError::bad_request("phone number is empty"))?;
        let first =
            params.text("first_name").ok_or_else(|| TelegramError::bad_request("first name is empty"))?;
        let mut contact = json!({ "phone_number": phone, "first_name": first });
        if let (Some(last), Some(contact)) = (params.text("last_name"), contact.as_object_mut()) {
            contact.insert("last_name".into(), last.into());
        }
        content.insert("contact".into(), contact);
        return Ok(content);
    }
    let wrong = || TelegramError::bad_request("wrong latitude or longitude specified");
    let latitude = params.float("latitude").filter(|degrees| degrees.abs() <= 90.0).ok_or_else(wrong)?;
    let longitude = params.float("longitude").filter(|degrees| degrees.abs() <= 180.0).ok_or_else(wrong)?;
    let place = json!({ "latitude": latitude, "longitude": longitude });
    if method == "sendvenue" {
        let title = params.text("title").ok_or_else(|| TelegramError::bad_request("title is empty"))?;
        let address = params.text("address").unwrap_or_default();
        content.insert("venue".into(), json!({ "location": place, "title": title, "address": address }));
    }
    content.insert("location".into(), place);
    Ok(content)
}
