//! How a fetched file is shown: as what it was sent as, if its content allows that.

use shared::{AttachmentKind, MediaKind};

use crate::media::content::ContentType;

/// How it is shown, and under which type it is given out. Content decides; of the platform's claim only what fits it
/// counts, and what is unknown stays a file whatever it claims to be.
pub(super) fn shown(claimed: MediaKind, found: &ContentType) -> (AttachmentKind, &'static str) {
    let kind = match (found.kind, claimed) {
        (AttachmentKind::Image, MediaKind::Sticker) => AttachmentKind::Sticker,
        (AttachmentKind::Image, MediaKind::Animation) => AttachmentKind::Animation,
        (AttachmentKind::Video, MediaKind::VideoNote) => AttachmentKind::VideoNote,
        (AttachmentKind::Video, MediaKind::Animation) => AttachmentKind::Animation,
        (AttachmentKind::Video, MediaKind::Sticker) => AttachmentKind::Sticker,
        // The same boxes hold sound without pictures.
        (AttachmentKind::Audio | AttachmentKind::Video, MediaKind::Voice) => AttachmentKind::Voice,
        (AttachmentKind::Video, MediaKind::Audio) => AttachmentKind::Audio,
        (kind, _) => kind,
    };
    let is_sound = matches!(kind, AttachmentKind::Voice | AttachmentKind::Audio);
    let mime = match found.mime {
        "video/mp4" if is_sound => "audio/mp4",
        "video/webm" if is_sound => "audio/webm",
        mime => mime,
    };
    (kind, mime)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::content::{UNKNOWN, content_type};

    #[test]
    fn content_decides_and_a_fitting_claim_refines_it() {
        let mp4 = content_type(b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom", "");
        let png = content_type(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "");
        let ogg = content_type(b"OggS\0\x02\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\x13OpusHead", "");
        for (claimed, found, kind, mime) in [
            (MediaKind::Voice, &ogg, AttachmentKind::Voice, "audio/ogg"),
            (MediaKind::Audio, &ogg, AttachmentKind::Audio, "audio/ogg"),
            (MediaKind::Voice, &mp4, AttachmentKind::Voice, "audio/mp4"),
            (MediaKind::VideoNote, &mp4, AttachmentKind::VideoNote, "video/mp4"),
            (MediaKind::Animation, &mp4, AttachmentKind::Animation, "video/mp4"),
            (MediaKind::Sticker, &png, AttachmentKind::Sticker, "image/png"),
            (MediaKind::File, &png, AttachmentKind::Image, "image/png"),
            (MediaKind::Voice, &png, AttachmentKind::Image, "image/png"),
            (MediaKind::Image, &UNKNOWN, AttachmentKind::File, "application/octet-stream"),
            (MediaKind::Sticker, &UNKNOWN, AttachmentKind::File, "application/octet-stream"),
        ] {
            assert_eq!(shown(claimed, found), (kind, mime), "{claimed:?} {found:?}");
        }
    }
}
