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
    ContentType { mime: "audio/aac", kind: AttachmentKind::Audio, extensions: &["aac"] },
    ContentType { mime: "audio/mpeg", kind: AttachmentKind::Audio, extensions: &["mp3"] },
    ContentType { mime: "audio/ogg", kind: AttachmentKind::Audio, extensions: &["ogg", "oga", "opus"] },
    ContentType { mime: "application/pdf", kind: AttachmentKind::File, extensions: &["pdf"] },
    ContentType { mime: "application/zip", kind: AttachmentKind::File, extensions: &["zip"] },
    document("application/rtf", &["rtf"]),
];

/// Documents that are ZIP files, as the head of many shows nothing else: the name says which.
const ZIPPED: &[ContentType] = &[
    document("application/vnd.openxmlformats-officedocument.wordprocessingml.document", &["docx"]),
    document("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", &["xlsx"]),
    document("application/vnd.openxmlformats-officedocument.presentationml.presentation", &["pptx"]),
    document("application/vnd.oasis.opendocument.text", &["odt"]),
    document("application/vnd.oasis.opendocument.spreadsheet", &["ods"]),
    document("application/vnd.oasis.opendocument.presentation", &["odp"]),
];

/// Documents in the older box of office programs; the name says which.
const BOXED: &[ContentType] = &[
    document("application/msword", &["doc"]),
    document("application/vnd.ms-excel", &["xls"]),
    document("application/vnd.ms-powerpoint", &["ppt"]),
];

/// Text without markup that anything would run.
const TEXTS: &[ContentType] =
    &[document("text/plain", &["txt", "text", "log", "md"]), document("text/csv", &["csv"])];

const fn document(mime: &'static str, extensions: &'static [&'static str]) -> ContentType {
    ContentType { mime, kind: AttachmentKind::File, extensions }
}

/// The type of a file that starts with `head` and is called `name`.
pub(super) fn content_type(head: &[u8], name: &str) -> ContentType {
    let Some(found) = infer::get(head) else {
        return if is_text(head) { named(TEXTS, name) } else { UNKNOWN };
    };
    let mime = match found.mime_type() {
        "video/x-m4v" => "video/mp4",
        "audio/opus" => "audio/ogg",
        "audio/m4a" => "audio/mp4",
        "application/x-ole-storage" => return named(BOXED, name),
        mime if BOXED.iter().any(|boxed| boxed.mime == mime) => return named(BOXED, name),
        mime if ZIPPED.iter().any(|zipped| zipped.mime == mime) => "application/zip",
        other => other,
    };
    let Some(known) = KNOWN.iter().find(|known| known.mime == mime) else { return UNKNOWN };
    match extension(name) {
        Some(extension) if known.is_named(extension) => *known,
        Some(_) if mime == "application/zip" => named(ZIPPED, name),
        Some(_) => UNKNOWN,
        None => *known,
    }
}

impl ContentType {
    fn is_named(&self, extension: &str) -> bool {
        self.extensions.iter().any(|own| extension.eq_ignore_ascii_case(own))
    }
}

/// Which of these the name says it is.
fn named(types: &[ContentType], name: &str) -> ContentType {
    let found = |extension: &str| types.iter().find(|known| known.is_named(extension)).copied();
    extension(name).and_then(found).unwrap_or(UNKNOWN)
}

/// Whether this is the beginning of a text in UTF-8; a character may be cut at its end.
fn is_text(head: &[u8]) -> bool {
    let text = match std::str::from_utf8(head) {
        Ok(text) => text,
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(head.get(..error.valid_up_to()).unwrap_or_default()).unwrap_or_default()
        }
        Err(_) => return false,
    };
    !text.is_empty() && !text.chars().any(|c| c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{c}'))
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
    fn documents_are_what_their_box_and_their_name_say_together() {
        const ZIP: &[u8] = b"PK\x03\x04\x14\0\x06\0\x08\0";
        const OLE: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";
        let cut = "é".repeat(HEAD_BYTES / 2);
        let cut = &cut.as_bytes()[..HEAD_BYTES - 1];
        let texts: [(&[u8], &str, &str); 11] = [
            (b"two", "two.txt", "text/plain"),
            (cut, "long.txt", "text/plain"),
            (b"a;b\r\n1;2", "table.CSV", "text/csv"),
            (b"two", "two.html", UNKNOWN.mime),
            (b"a\0b", "two.txt", UNKNOWN.mime),
            (b"\xff\xfe", "two.txt", UNKNOWN.mime),
            (b"", "two.txt", UNKNOWN.mime),
            (ZIP, "offer.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
            (ZIP, "offer.exe", UNKNOWN.mime),
            (OLE, "table.xls", "application/vnd.ms-excel"),
            (OLE, "table.txt", UNKNOWN.mime),
        ];
        for (head, name, mime) in texts {
            let found = content_type(head, name);
            assert_eq!((found.mime, found.kind), (mime, AttachmentKind::File), "{name}");
        }
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
