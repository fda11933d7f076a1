//! Calls with files.

use channel_core::{MediaFile, MediaPart, Refusal, RefusalReason};
use serde_json::Value;
use shared::{Capabilities, MediaKind};

use super::{Call, Upload, not_taken};
use crate::ids::Thread;
use crate::send::Options;

/// The method, the parameter, and the name in an album of a kind of file.
const fn names(kind: MediaKind) -> (&'static str, &'static str, Option<&'static str>) {
    match kind {
        MediaKind::Image => ("sendPhoto", "photo", Some("photo")),
        MediaKind::Video => ("sendVideo", "video", Some("video")),
        MediaKind::Audio => ("sendAudio", "audio", Some("audio")),
        MediaKind::File => ("sendDocument", "document", Some("document")),
        MediaKind::Voice => ("sendVoice", "voice", None),
        MediaKind::VideoNote => ("sendVideoNote", "video_note", None),
        MediaKind::Animation => ("sendAnimation", "animation", None),
        MediaKind::Sticker => ("sendSticker", "sticker", None),
    }
}

pub fn media<'a>(thread: &Thread, part: &'a MediaPart, options: Options) -> Result<Call<'a>, Refusal> {
    let file = &part.file;
    let (method, field, _) = names(file.kind);
    let mut call = Call::to(method, thread);
    if !part.caption.is_empty() {
        call.set_text("caption", "caption_entities", &part.caption, options);
    }
    for (key, value) in details(file) {
        call.set(key, value);
    }
    match known(file, options) {
        Some(id) => {
            call.set(field, id);
            call.reuses_files = true;
        }
        None => call.uploads.push(Upload { part: field.to_owned(), file }),
    }
    check_size(file)?;
    Ok(call)
}

pub fn album<'a>(thread: &Thread, parts: &'a [MediaPart], options: Options) -> Result<Call<'a>, Refusal> {
    if !(2..=Capabilities::TELEGRAM.album_max).contains(&parts.len()) {
        return Err(Refusal::new(RefusalReason::Malformed, "An album has 2 to 10 files."));
    }
    let mut call = Call::to("sendMediaGroup", thread);
    let mut items = Vec::with_capacity(parts.len());
    for (number, part) in parts.iter().enumerate() {
        let file = &part.file;
        let (.., Some(name)) = names(file.kind) else {
            return Err(not_taken("Only pictures, videos, documents and music can be in an album."));
        };
        check_size(file)?;
        let mut item = Call::new("");
        item.set("type", name);
        if !part.caption.is_empty() {
            item.set_text("caption", "caption_entities", &part.caption, options);
        }
        for (key, value) in details(file) {
            item.set(key, value);
        }
        if let Some(id) = known(file, options) {
            item.set("media", id);
            call.reuses_files = true;
        } else {
            let upload = Upload { part: format!("file{number}"), file };
            item.set("media", format!("attach://{}", upload.part));
            call.uploads.push(upload);
        }
        call.formatted |= item.formatted;
        items.push(Value::Object(item.parameters));
    }
    call.set("media", items);
    Ok(call)
}

/// What Telegram shows before the file is there.
fn details(file: &MediaFile) -> Vec<(&'static str, u64)> {
    let seconds = file.duration_ms.map(|duration| duration.div_ceil(1000));
    let width = file.width.map(u64::from);
    let height = file.height.map(u64::from);
    let all = match file.kind {
        MediaKind::Video | MediaKind::Animation => {
            [("duration", seconds), ("width", width), ("height", height)]
        }
        MediaKind::Audio | MediaKind::Voice => [("duration", seconds), ("", None), ("", None)],
        MediaKind::VideoNote => [("duration", seconds), ("length", width), ("", None)],
        _ => return Vec::new(),
    };
    all.into_iter().filter_map(|(key, value)| Some((key, value?))).collect()
}

fn known(file: &MediaFile, options: Options) -> Option<&str> {
    file.known_as.as_ref().filter(|_| options.known_files).map(|reference| reference.0.as_str())
}

fn check_size(file: &MediaFile) -> Result<(), Refusal> {
    let limit = Capabilities::TELEGRAM.media(file.kind).map_or(0, |limit| limit.bytes_max);
    if file.size_bytes <= limit { Ok(()) } else { Err(crate::error::too_large()) }
}
