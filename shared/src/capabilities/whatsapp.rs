//! What a WhatsApp business number can do (`protocols/whatsapp.md`, Cloud API, Graph v25.0).

use std::time::Duration;

use super::{Allowed, ButtonLimits, Capabilities, InboundChanges, ListLimits, MediaLimit, Pace, Reactions};
use crate::media::MediaKind;
use crate::rich_text::TextUnit;

const MEGABYTE: u64 = 1024 * 1024;

const fn file(
    kind: MediaKind,
    bytes_max: u64,
    content_types: &'static [&'static str],
    caption_chars_max: usize,
) -> MediaLimit {
    MediaLimit { kind, bytes_max, content_types, caption_chars_max, in_album: false }
}

impl Capabilities {
    /// A WhatsApp business number.
    pub const WHATSAPP: Self = Self {
        text_chars_max: 4_096,
        // What Meta counts is not said: UTF-16 units are never fewer than characters.
        text_unit: TextUnit::Utf16,
        splits_text: true,
        rich_text: true,
        file_bytes_max: 100 * MEGABYTE,
        files_max: 20,
        album_max: 1,
        media: &[
            file(MediaKind::Image, 5 * MEGABYTE, &["image/jpeg", "image/png"], 1_024),
            file(MediaKind::Video, 16 * MEGABYTE, &["video/mp4", "video/3gpp"], 1_024),
            file(
                MediaKind::Audio,
                16 * MEGABYTE,
                &["audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"],
                0,
            ),
            file(MediaKind::Voice, 16 * MEGABYTE, &["audio/ogg", "audio/opus"], 0),
            file(MediaKind::File, 100 * MEGABYTE, &[], 1_024),
            file(MediaKind::Sticker, 500 * 1024, &["image/webp"], 0),
        ],
        fetch_bytes_max: 100 * MEGABYTE,
        reply_window: Some(Duration::from_hours(24)),
        human_agent_window: None,
        templates: true,
        may_start: true,
        delivery_receipts: true,
        read_receipts: true,
        read_receipts_out: true,
        typing: true,
        typing_again: Duration::from_secs(20),
        typing_reads: true,
        typing_in: false,
        quotes: true,
        reactions: Reactions::AnyEmoji,
        reaction_age_max: Some(Duration::from_hours(30 * 24)),
        private_reply: Allowed::Never,
        edit: Allowed::Never,
        delete: Allowed::Never,
        inbound: InboundChanges { edit: true, unsend: true, reactions: true },
        buttons: Some(ButtonLimits { max: 3, title_chars_max: 20, id_bytes_max: 256, links: true }),
        lists: Some(ListLimits {
            sections_max: 10,
            rows_max: 10,
            title_chars_max: 24,
            description_chars_max: 72,
        }),
        locations: true,
        contact_cards: true,
        echoes: true,
        // Nobody says that a person blocked the business: messages stay at one tick.
        blocks_reported: false,
        has_provider: true,
        batches: true,
        // 80 a second per number; to one person 10 a minute, of which 45 may be used up at once.
        pace: Pace {
            account_per_second: Some(80),
            thread_interval: Duration::from_secs(6),
            thread_burst: 45,
        },
    };
}
