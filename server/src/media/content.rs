//! What a file is: decided by its content, never by what its sender says.

use shared::AttachmentKind;

/// How many bytes from the start are enough to know.
pub(super) const HEAD_BYTES: usize = 8192;

/// What everything is that we do not know, or that is not what its name says.
pub(super) const UNKNOWN: ContentType =
    ContentType { mime: "application/octet-stream", kind: AttachmentKind::File, extensions: &[] };

/// A type of file that we call by its name. All others are just bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ContentType {
    /// As served.
    pub mime: &'static str,
    /// How it is shown. Everything but `File` is shown inside the page, so nothing that a browser would run may be
    /// in that list: no SVG, HTML, XML or PDF.
    pub kind: AttachmentKind,
    /// What the name may end in; the first is given to a name without any.
    pub extensions: &'static [&'static str],
}

const KNOWN: &[ContentType] = &[
    ContentType { mime: "image/png", kind: AttachmentKind::Image, extensions: &["png"] },
    ContentType {
        mime: "image/jpeg",
        kind: AttachmentKind::Image,
        extensions: &["jpg", "jpeg", "jpe", "jfif"],
    },
    ContentType { mime: "image/gif", kind: AttachmentKind::Image, extensions: &["gif"] },
    ContentType { mime: "image/webp", kind: AttachmentKind::Image, extensions: &["webp"] },
    ContentType { mime: "video/mp4", kind: AttachmentKind::Video, extensions: &["mp4", "m4v"] },
    ContentType { mime: "video/webm", kind: AttachmentKind::Video, extensions: &["webm"] },
    ContentType { mime: "audio/mp4", kind: AttachmentKind::Audio, extensions: &["m4a", "mp4"] },
    ContentType { mime: "audio/mpeg", kind: AttachmentKind::Audio, extensions: &["mp3"] },
    ContentType { mime: "audio/ogg", kind: AttachmentKind::Audio, extensions: &["ogg", "oga", "opus"] },
    ContentType { mime: "application/pdf", kind: AttachmentKind::File, extensions: &["pdf"] },
    ContentType { mime: "application/zip", kind: AttachmentKind::File, extensions: &["zip"] },
];

/// The type of a file that starts with `head` and is called `name`.
pub(super) fn content_type(head: &[u8], name: &str) -> ContentType {
    let Some(found) = infer::get(head) else { return UNKNOWN };
    let mime = match found.mime_type() {
        "video/x-m4v" => "video/mp4",
        "audio/opus" => "audio/ogg",
        "audio/m4a" => "audio/mp4",
        other => other,
    };
    let Some(known) = KNOWN.iter().find(|known| known.mime == mime) else { return UNKNOWN };
    match extension(name) {
        Some(extension) if known.extensions.iter().any(|own| extension.eq_ignore_ascii_case(own)) => *known,
        Some(_) => UNKNOWN,
        None => *known,
    }
}

/// What follows the last dot of a name, if it looks like an extension.
pub(super) fn extension(name: &str) -> Option<&str> {
    let (stem, extension) = name.rsplit_once('.')?;
    (!stem.is_empty() && (1..=10).contains(&extension.len())).then_some(extension)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";

    #[test]
    fn content_decides_and_the_name_must_agree() {
        assert_eq!(content_type(PNG, "cat.png").mime, "image/png");
        assert_eq!(content_type(PNG, "CAT.PNG").mime, "image/png");
        assert_eq!(content_type(PNG, "pasted image").mime, "image/png");
        assert_eq!(content_type(PNG, "cat.html"), UNKNOWN);
        assert_eq!(content_type(PNG, "cat.jpg"), UNKNOWN);
        assert_eq!(content_type(b"%PDF-1.7", "x.pdf").kind, AttachmentKind::File);
    }

    #[test]
    fn nothing_that_runs_in_a_browser_is_shown_inside_a_page() {
        let polyglots: [(&[u8], &str); 7] = [
            (b"<!DOCTYPE html><script>alert(1)</script>", "cat.png"),
            (b"<html><body onload=alert(1)>", "page.html"),
            (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "cat.svg"),
            (b"<?xml version='1.0'?><svg/>", "cat.svg"),
            (b"<?xml version='1.0'?><x/>", "cat.png"),
            (b"%PDF-1.7 <script>", "cat.gif"),
            (b"MZ\x90\0", "setup.exe"),
        ];
        for (head, name) in polyglots {
            assert_eq!(content_type(head, name).kind, AttachmentKind::File, "{name}");
        }
    }
}
