//! Files and text against what a channel takes: said before anything is uploaded or sent.

use shared::{Capabilities, MediaKind};

/// The largest file our own server takes.
const UPLOAD_BYTES_MAX: u64 = 25 * MEGABYTE;
const MEGABYTE: u64 = 1024 * 1024;

/// How a file fits a channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fit {
    /// As what it is.
    Whole,
    /// For download, with these words.
    AsFile(String),
    /// Not at all, with these words.
    Refused(String),
}

/// How a file fits. `channel` is the platform's name; notes stay with us and pass no capabilities.
#[must_use]
pub fn fit(can: Option<(&Capabilities, &str)>, content_type: &str, size_bytes: u64) -> Fit {
    if size_bytes > UPLOAD_BYTES_MAX {
        return Fit::Refused(format!("Larger than {} MB.", UPLOAD_BYTES_MAX / MEGABYTE));
    }
    let Some((can, channel)) = can else { return Fit::Whole };
    let kind = kind_of(content_type);
    if let Some(limit) = can.media(kind) {
        let taken = limit.content_types.is_empty() || limit.content_types.contains(&content_type);
        if taken && size_bytes <= limit.bytes_max {
            return Fit::Whole;
        }
    }
    let Some(file) = can.media(MediaKind::File) else {
        return Fit::Refused(format!("{channel} does not take this kind of file."));
    };
    if size_bytes > file.bytes_max {
        return Fit::Refused(format!("{channel} takes up to {} MB.", file.bytes_max / MEGABYTE));
    }
    match can.media(kind) {
        // Where everything is a file, nothing is lost.
        None => Fit::Whole,
        Some(limit) if size_bytes > limit.bytes_max => {
            Fit::AsFile(format!("Over {} MB: goes as a file", limit.bytes_max / MEGABYTE))
        }
        Some(_) => Fit::AsFile("Goes as a file".to_owned()),
    }
}

/// As what a file with this content type is sent.
#[must_use]
pub fn kind_of(content_type: &str) -> MediaKind {
    match content_type.split('/').next() {
        _ if content_type == "image/gif" => MediaKind::Animation,
        Some("image") => MediaKind::Image,
        Some("video") => MediaKind::Video,
        Some("audio") => MediaKind::Audio,
        _ => MediaKind::File,
    }
}

/// What is said about a text beside its files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TextNote {
    /// So many more fit.
    Left(usize),
    /// It is too long by so many: it cannot be sent.
    Over(usize),
    /// It goes out, but not as one piece with the files, or not as one piece at all.
    Parts(String),
}

/// Near the limit, counting begins.
const NEAR_CHARS: usize = 500;

/// What to say about a text, if anything. `first_file` is what the first file is sent as.
#[must_use]
pub fn text_note(can: &Capabilities, text: &str, first_file: Option<MediaKind>) -> Option<TextNote> {
    let (length, max) = (can.text_unit.length(text), can.text_chars_max);
    if length > max && can.splits_text {
        return Some(TextNote::Parts(format!("Goes as {} messages", length.div_ceil(max))));
    }
    if length > max {
        return Some(TextNote::Over(length - max));
    }
    let caption_max = first_file.and_then(|kind| can.media(kind)).map(|limit| limit.caption_chars_max);
    if length > 0 && caption_max.is_some_and(|max| length > max) {
        return Some(TextNote::Parts("The text goes as a message of its own".to_owned()));
    }
    (length + NEAR_CHARS > max && !can.splits_text).then_some(TextNote::Left(max - length))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whatsapp(content_type: &str, size_bytes: u64) -> Fit {
        fit(Some((&Capabilities::WHATSAPP, "WhatsApp")), content_type, size_bytes)
    }

    #[test]
    fn what_a_channel_shows_goes_as_what_it_is() {
        assert_eq!(whatsapp("image/jpeg", 5 * MEGABYTE), Fit::Whole);
        assert_eq!(whatsapp("application/pdf", 20 * MEGABYTE), Fit::Whole);
        assert_eq!(fit(None, "image/webp", 20 * MEGABYTE), Fit::Whole);
    }

    #[test]
    fn what_it_does_not_show_goes_as_a_file_and_says_so() {
        assert_eq!(whatsapp("image/webp", MEGABYTE), Fit::AsFile("Goes as a file".to_owned()));
        let large = Fit::AsFile("Over 5 MB: goes as a file".to_owned());
        assert_eq!(whatsapp("image/jpeg", 5 * MEGABYTE + 1), large);
        let web_chat = Some((&Capabilities::WEB_CHAT, "Web chat"));
        assert_eq!(fit(web_chat, "image/webp", MEGABYTE), Fit::Whole);
    }

    #[test]
    fn what_is_too_large_is_refused_before_it_is_uploaded() {
        let words = |fit| match fit {
            Fit::Refused(words) => words,
            other => panic!("{other:?}"),
        };
        assert_eq!(words(whatsapp("video/mp4", 26 * MEGABYTE)), "Larger than 25 MB.");
        let web_chat = Some((&Capabilities::WEB_CHAT, "Web chat"));
        assert_eq!(words(fit(web_chat, "video/mp4", 21 * MEGABYTE)), "Web chat takes up to 20 MB.");
        assert_eq!(words(fit(None, "", 26 * MEGABYTE)), "Larger than 25 MB.");
    }

    #[test]
    fn a_text_is_counted_near_its_end_cut_where_that_is_possible_and_else_refused() {
        let web_chat = Capabilities::WEB_CHAT;
        assert_eq!(text_note(&web_chat, &"a".repeat(9_500), None), None);
        assert_eq!(text_note(&web_chat, &"a".repeat(9_501), None), Some(TextNote::Left(499)));
        assert_eq!(text_note(&web_chat, &"a".repeat(10_002), None), Some(TextNote::Over(2)));
        let whatsapp = Capabilities::WHATSAPP;
        let parts = TextNote::Parts("Goes as 2 messages".to_owned());
        assert_eq!(text_note(&whatsapp, &"a".repeat(4_097), None), Some(parts));
        assert_eq!(text_note(&whatsapp, &"a".repeat(4_000), None), None);
    }

    #[test]
    fn a_text_that_is_no_caption_says_that_it_goes_alone() {
        let whatsapp = Capabilities::WHATSAPP;
        let alone = Some(TextNote::Parts("The text goes as a message of its own".to_owned()));
        assert_eq!(text_note(&whatsapp, &"a".repeat(1_025), Some(MediaKind::Image)), alone);
        assert_eq!(text_note(&whatsapp, "hi", Some(MediaKind::Audio)), alone);
        assert_eq!(text_note(&whatsapp, "hi", Some(MediaKind::Image)), None);
        assert_eq!(text_note(&whatsapp, "", Some(MediaKind::Audio)), None);
    }
}
