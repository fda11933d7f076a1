//! What a file is called: a label that people see, never a path.

use shared::AttachmentKind;
use unicode_normalization::UnicodeNormalization as _;

use super::content::extension;

const BYTES_MAX: usize = 200;

/// A name that is safe to show and to save: composed (NFC), without what controls the terminal, the direction of
/// writing or a path, at most 200 bytes long, its extension kept.
pub(super) fn clean(name: &str) -> String {
    let kept: String = name.nfc().filter(|c| is_allowed(*c)).collect();
    let trimmed = kept.trim_matches(|c: char| c.is_whitespace() || c == '.');
    if trimmed.is_empty() {
        return "file".to_owned();
    }
    match extension(trimmed) {
        Some(extension) if trimmed.len() > BYTES_MAX => {
            let stem = cut(trimmed, BYTES_MAX.saturating_sub(extension.len() + 1));
            format!("{}.{extension}", stem.trim_end())
        }
        _ => cut(trimmed, BYTES_MAX).trim_end().to_owned(),
    }
}

/// What a file is called that its platform names, or does not.
#[must_use]
pub fn label(name: Option<&str>, kind: AttachmentKind) -> String {
    match name.map(str::trim).filter(|name| !name.is_empty()) {
        Some(name) => clean(name),
        None => match kind {
            AttachmentKind::Image => "photo",
            AttachmentKind::Video => "video",
            AttachmentKind::Audio => "audio",
            AttachmentKind::File => "file",
            AttachmentKind::Voice => "voice message",
            AttachmentKind::VideoNote => "video message",
            AttachmentKind::Animation => "animation",
            AttachmentKind::Sticker => "sticker",
        }
        .to_owned(),
    }
}

fn is_allowed(c: char) -> bool {
    let directs_writing =
        matches!(c, '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    let invisible =
        matches!(c, '\u{200B}' | '\u{2028}' | '\u{2029}' | '\u{2060}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}');
    let in_paths = matches!(c, '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|');
    !(c.is_control() || directs_writing || invisible || in_paths)
}

/// The longest start of `text` that has at most `bytes` bytes.
fn cut(text: &str, bytes: usize) -> &str {
    let mut end = bytes.min(text.len());
    while !text.is_char_boundary(end) {
        end = end.saturating_sub(1);
    }
    text.get(..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_label() {
        for (given, shown) in [
            ("photo.jpg", "photo.jpg"),
            ("../../etc/passwd", "etcpasswd"),
            ("C:\\Users\\x\\a.txt", "CUsersxa.txt"),
            ("a\0b\r\n.png", "ab.png"),
            ("photo\u{202E}gnp.exe", "photognp.exe"),
            ("Cafe\u{301}.png", "Café.png"),
            ("  .hidden.  ", "hidden"),
            ("...", "file"),
            ("", "file"),
            ("\u{200F}", "file"),
            ("عقد.pdf", "عقد.pdf"),
        ] {
            assert_eq!(clean(given), shown, "{given:?}");
        }
    }

    #[test]
    fn a_long_name_keeps_its_extension_and_is_cut_between_characters() {
        let name = clean(&format!("{}.jpeg", "ü".repeat(300)));
        assert!(name.len() <= BYTES_MAX && name.ends_with("ü.jpeg"), "{name}");
        assert_eq!(clean(&"x".repeat(500)).len(), BYTES_MAX);
    }
}
