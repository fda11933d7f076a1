//! Files of a message.

use channel_core::{MediaRef, RemoteMedia};
use channel_meta::{GraphError, Object};
use shared::MediaKind;

use crate::digest::sha256_hex;

/// Longest name of a file that is kept, in characters.
const NAME_CHARS_MAX: usize = 255;

/// The kinds of message that are a file.
pub const KINDS: &[&str] = &["image", "video", "audio", "document", "sticker"];

/// The file of a message of this kind. WhatsApp may report it as lost: too large, or gone from its servers.
pub fn read(kind: &str, message: Object<'_>, faults: &[GraphError]) -> Option<RemoteMedia> {
    let object = message.object(kind);
    let id = object.and_then(|object| object.id("id"));
    if object.is_none() && faults.is_empty() {
        return None; // not even a name of what it was: the placeholder says so
    }
    let is_voice = object.is_some_and(|object| object.flag("voice"));
    let mut media = RemoteMedia::new(media_kind(kind, is_voice)?, MediaRef(id.unwrap_or_default()));
    if media.reference.as_ref().is_some_and(|reference| reference.0.is_empty()) {
        media.reference = None;
        media.unavailable = Some(unavailable(faults));
    }
    if let Some(object) = object {
        media.content_type = object.text("mime_type").and_then(without_parameters);
        media.sha256 = object.text("sha256").and_then(sha256_hex);
        media.unique_id.clone_from(&media.sha256);
        media.file_name = object.text("filename").and_then(file_name);
        media.size_bytes = object.size("file_size");
        media.animated = object.flag("animated");
    }
    Some(media)
}

fn media_kind(kind: &str, is_voice: bool) -> Option<MediaKind> {
    match kind {
        "image" => Some(MediaKind::Image),
        "video" => Some(MediaKind::Video),
        "audio" => Some(if is_voice { MediaKind::Voice } else { MediaKind::Audio }),
        "document" => Some(MediaKind::File),
        "sticker" => Some(MediaKind::Sticker),
        _ => None,
    }
}

fn unavailable(faults: &[GraphError]) -> String {
    match faults.first().map(|fault| fault.words().to_owned()).filter(|words| !words.is_empty()) {
        Some(words) => format!("WhatsApp could not pass this file on: {words}"),
        None => "WhatsApp did not pass this file on. Ask for it again.".to_owned(),
    }
}

/// `audio/ogg; codecs=opus` is `audio/ogg`.
fn without_parameters(content_type: &str) -> Option<String> {
    let content_type = content_type.split(';').next().unwrap_or_default().trim();
    (!content_type.is_empty()).then(|| content_type.to_ascii_lowercase())
}

/// The name without folders and without what cannot be seen.
fn file_name(name: &str) -> Option<String> {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let seen = last.chars().filter(|c| !c.is_control()).take(NAME_CHARS_MAX).collect::<String>();
    let seen = seen.trim();
    (!seen.is_empty()).then(|| seen.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_name_is_no_path() {
        assert_eq!(file_name("../../etc/\u{0007}passwd").as_deref(), Some("passwd"));
        assert_eq!(file_name("C:\\temp\\Größe 📎.pdf").as_deref(), Some("Größe 📎.pdf"));
        assert_eq!(file_name("a/").as_deref(), None);
        assert_eq!(file_name(&"x".repeat(300)).map(|name| name.len()), Some(NAME_CHARS_MAX));
    }
}
