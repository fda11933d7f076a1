//! Files in Telegram's terms: ids per bot, several sizes of a photo, links that hold the token.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

use super::error::TelegramError;
use crate::files::{File, NewFile, photo_sizes};
use crate::sim::Sim;

/// `getFile` refuses larger ones.
const DOWNLOAD_BYTES_MAX: usize = 20 * 1024 * 1024;

/// The id under which one bot knows a file.
#[must_use]
pub fn file_id(bot_id: i64, file: &str) -> String {
    format!("AgAC{}", URL_SAFE_NO_PAD.encode(format!("{bot_id}.{file}")))
}

/// The simulator's file behind a bot's `file_id`.
#[must_use]
pub fn decode(bot_id: i64, id: &str) -> Option<String> {
    let (bot, file) = parts(id)?;
    (bot == bot_id.to_string()).then_some(file)
}

fn parts(id: &str) -> Option<(String, String)> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(id.strip_prefix("AgAC")?).ok()?).ok()?;
    let (bot, file) = text.split_once('.')?;
    Some((bot.to_owned(), file.to_owned()))
}

/// Where the page of phones finds the file.
#[must_use]
pub fn page_url(id: &str) -> Option<String> {
    parts(id).map(|(_, file)| format!("/shelf/{file}"))
}

fn object(bot_id: i64, file: &File) -> Map<String, Value> {
    let mut map = Map::new();
    map.insert("file_id".into(), file_id(bot_id, &file.id).into());
    let unique = hex::encode(file.digest.get(..7).unwrap_or_default());
    map.insert("file_unique_id".into(), format!("AQAD{unique}").into());
    map.insert("file_size".into(), file.bytes.len().into());
    map
}

/// The parts of a `Message` that hold a file sent as this kind.
///
/// # Errors
/// 400 when the file is not of that kind or too large for it.
pub fn content(
    sim: &Arc<Sim>,
    bot_id: i64,
    kind: &str,
    file: &File,
) -> Result<Map<String, Value>, TelegramError> {
    let mut content = Map::new();
    if kind == "photo" {
        content.insert("photo".into(), Value::Array(photo(sim, bot_id, file)?));
        return Ok(content);
    }
    let mut value = object(bot_id, file);
    let mut set = |key: &str, part: Value| value.insert(key.to_owned(), part);
    let (width, height) = (file.width.unwrap_or(640), file.height.unwrap_or(480));
    let duration_s = file.duration_s.unwrap_or(3);
    match kind {
        "voice" => {
            set("duration", duration_s.into());
            // Telegram drops parameters like `; codecs=opus`.
            set("mime_type", file.mime.split(';').next().unwrap_or_default().trim().into());
        }
        "audio" => {
            set("duration", duration_s.into());
            set("mime_type", file.mime.clone().into());
            set("file_name", file.name.clone().into());
        }
        "video" | "animation" => {
            for (key, part) in [("width", width), ("height", height), ("duration", duration_s)] {
                set(key, part.into());
            }
            set("mime_type", file.mime.clone().into());
            set("file_name", file.name.clone().into());
        }
        "video_note" => {
            set("length", 384.into());
            set("duration", duration_s.into());
        }
        "sticker" => {
            for (key, part) in [("width", 512), ("height", 512)] {
                set(key, part.into());
            }
            set("type", "regular".into());
            set("is_animated", (file.mime == "application/x-tgsticker").into());
            set("is_video", (file.mime == "video/webm").into());
            set("emoji", "🙂".into());
        }
        _ => {
            set("file_name", file.name.clone().into());
            set("mime_type", file.mime.clone().into());
        }
    }
    value.retain(|_, part| !part.is_null());
    if kind == "animation" {
        let mut document = object(bot_id, file);
        document.insert("file_name".into(), file.name.clone().into());
        document.insert("mime_type".into(), file.mime.clone().into());
        content.insert("document".into(), Value::Object(document));
    }
    content.insert(kind.to_owned(), Value::Object(value));
    Ok(content)
}

/// One picture in several sizes, smallest first.
fn photo(sim: &Arc<Sim>, bot_id: i64, file: &File) -> Result<Vec<Value>, TelegramError> {
    if file.bytes.len() > 10 * 1024 * 1024 {
        return Err(TelegramError::bad_request("file is too big for a photo"));
    }
    if let (Some(width), Some(height)) = (file.width, file.height) {
        let (long, short) = (width.max(height), width.min(height).max(1));
        if width + height > 10_000 || long / short > 20 {
            return Err(TelegramError::bad_request("PHOTO_INVALID_DIMENSIONS"));
        }
    }
    let sizes = photo_sizes(&file.bytes);
    if sizes.is_empty() {
        return Err(TelegramError::bad_request("IMAGE_PROCESS_FAILED"));
    }
    let sizes = sizes.into_iter().map(|size| {
        let new = NewFile { name: None, mime: "image/jpeg".into(), bytes: size.bytes, duration_s: None };
        let mut value = object(bot_id, &sim.files.keep(new));
        value.insert("width".into(), size.width.into());
        value.insert("height".into(), size.height.into());
        Value::Object(value)
    });
    Ok(sizes.collect())
}

/// `getFile`.
///
/// # Errors
/// 400 for an unknown or too large file.
pub fn get(sim: &Arc<Sim>, bot_id: i64, id: &str) -> Result<Value, TelegramError> {
    let file = decode(bot_id, id)
        .and_then(|file| sim.files.get(&file))
        .ok_or_else(|| TelegramError::bad_request("wrong file_id or the file is temporarily unavailable"))?;
    if file.bytes.len() > DOWNLOAD_BYTES_MAX {
        return Err(TelegramError::bad_request("file is too big"));
    }
    let mut value = object(bot_id, &file);
    value.insert("file_path".into(), path(&file).into());
    Ok(Value::Object(value))
}

/// `photos/f12-0a1b2c3d.jpg`: name and type of the sender are not kept.
fn path(file: &File) -> String {
    let (folder, ending) = match file.mime.split(';').next().unwrap_or_default() {
        "image/jpeg" => ("photos", "jpg"),
        "image/webp" => ("stickers", "webp"),
        "audio/ogg" => ("voice", "oga"),
        "audio/mpeg" => ("music", "mp3"),
        "video/mp4" => ("videos", "mp4"),
        "application/pdf" => ("documents", "pdf"),
        _ => ("documents", "bin"),
    };
    format!("{folder}/{}.{ending}", file.id)
}

/// The file behind a path.
#[must_use]
pub fn by_path(sim: &Arc<Sim>, path: &str) -> Option<File> {
    let name = path.rsplit('/').next()?;
    sim.files.get(name.split('.').next()?)
}

/// A profile photo in its sizes.
pub fn profile_photo(sim: &Arc<Sim>, bot_id: i64, name: &str) -> Option<Vec<Value>> {
    let avatar = crate::files::avatar(name)?;
    let new = NewFile { name: None, mime: "image/jpeg".into(), bytes: avatar.bytes, duration_s: None };
    let mut value = object(bot_id, &sim.files.keep(new));
    value.insert("width".into(), avatar.width.into());
    value.insert("height".into(), avatar.height.into());
    Some(vec![json!(value)])
}
