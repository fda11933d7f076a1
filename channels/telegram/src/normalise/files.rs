//! Files of a message.

use channel_core::{MediaRef, RemoteMedia};
use shared::{Capabilities, MediaKind};

use crate::json::Object;

/// The files of a message; `None` if it has none. Some kinds set an older key beside their own, for older apps:
/// the newer one is looked for first.
pub fn read(message: Object<'_>) -> Option<Vec<RemoteMedia>> {
    let spoiler = message.flag("has_media_spoiler");
    let mut files = if let Some(live) = message.object("live_photo") {
        live_photo(live, message)
    } else if let Some(animation) = message.object("animation") {
        vec![file(animation, MediaKind::Animation, Some("video/mp4"))]
    } else if message.has("photo") {
        largest(message.list("photo")).map(photo).into_iter().collect()
    } else if let Some(voice) = message.object("voice") {
        vec![file(voice, MediaKind::Voice, Some("audio/ogg"))]
    } else if let Some(audio) = message.object("audio") {
        let mut media = file(audio, MediaKind::Audio, None);
        let names: Vec<&str> = ["performer", "title"].into_iter().filter_map(|key| audio.text(key)).collect();
        media.title = (!names.is_empty()).then(|| names.join(" – "));
        vec![media]
    } else if let Some(video) = message.object("video") {
        vec![file(video, MediaKind::Video, None)]
    } else if let Some(note) = message.object("video_note") {
        let mut media = file(note, MediaKind::VideoNote, Some("video/mp4"));
        media.width = note.small("length");
        media.height = media.width;
        vec![media]
    } else if let Some(document) = message.object("document") {
        vec![file(document, MediaKind::File, None)]
    } else {
        vec![sticker(message.object("sticker")?)]
    };
    for file in &mut files {
        file.spoiler = spoiler;
    }
    // A file without an id cannot be had, and what it was is said by the placeholder.
    files.retain(|file| file.reference.is_some() || file.unavailable.is_some());
    (!files.is_empty()).then_some(files)
}

fn file(of: Object<'_>, kind: MediaKind, usual_type: Option<&str>) -> RemoteMedia {
    let mut media = RemoteMedia::new(kind, MediaRef(of.owned("file_id").unwrap_or_default()));
    media.unique_id = of.owned("file_unique_id");
    media.content_type = of.text("mime_type").or(usual_type).map(without_parameters);
    media.file_name = of.owned("file_name");
    media.size_bytes = of.size("file_size");
    media.width = of.small("width");
    media.height = of.small("height");
    media.duration_ms = of.size("duration").map(|seconds| seconds.saturating_mul(1000));
    media.thumbnail = of.object("thumbnail").and_then(|thumbnail| thumbnail.owned("file_id")).map(MediaRef);
    if media.reference.as_ref().is_some_and(|reference| reference.0.is_empty()) {
        media.reference = None;
    }
    let limit = Capabilities::TELEGRAM.fetch_bytes_max;
    if let Some(size) = media.size_bytes.filter(|size| *size > limit) {
        media.reference = None;
        media.unavailable = Some(too_large(size));
    }
    media
}

/// Why a file of this size is not fetched.
fn too_large(size_bytes: u64) -> String {
    let megabytes = size_bytes.div_ceil(1024 * 1024);
    format!(
        "Telegram lets bots fetch files of up to 20 MB; this one has {megabytes} MB. Ask for it by another way."
    )
}

fn without_parameters(content_type: &str) -> String {
    content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

fn photo(size: Object<'_>) -> RemoteMedia {
    file(size, MediaKind::Image, Some("image/jpeg"))
}

/// One picture comes in several sizes: the largest that may be fetched.
fn largest<'a>(sizes: impl Iterator<Item = Object<'a>>) -> Option<Object<'a>> {
    let limit = Capabilities::TELEGRAM.fetch_bytes_max;
    sizes.filter(|size| size.size("file_size").is_none_or(|bytes| bytes <= limit)).max_by_key(|size| {
        u64::from(size.small("width").unwrap_or(0)) * u64::from(size.small("height").unwrap_or(0))
    })
}

fn sticker(sticker: Object<'_>) -> RemoteMedia {
    let (animated, video) = (sticker.flag("is_animated"), sticker.flag("is_video"));
    let content_type = match (animated, video) {
        (true, _) => "application/x-tgsticker",
        (_, true) => "video/webm",
        _ => "image/webp",
    };
    let mut media = file(sticker, MediaKind::Sticker, Some(content_type));
    media.emoji = sticker.owned("emoji");
    media.title = sticker.owned("set_name");
    media.animated = animated || video;
    media
}

/// A picture with a short video: both, as far as they are there.
fn live_photo(live: Object<'_>, message: Object<'_>) -> Vec<RemoteMedia> {
    let still = largest(live.list("photo")).or_else(|| largest(message.list("photo"))).map(photo);
    let video = live.object("video").or(Some(live)).filter(|video| video.has("file_id"));
    let video = video.map(|video| file(video, MediaKind::Animation, Some("video/mp4")));
    still.into_iter().chain(video).collect()
}
