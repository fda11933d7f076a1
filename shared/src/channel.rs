//! Channels and what they can do.

use std::time::Duration;

use crate::stored::stored_enum;

stored_enum! {
    /// The kind of a channel: which adapter speaks for it.
    ChannelKind {
        /// The chat widget on the business's own site.
        WebChat = 1 / "web_chat",
        /// WhatsApp Cloud API.
        Whatsapp = 2 / "whatsapp",
        /// Facebook Messenger.
        Messenger = 3 / "messenger",
        /// Instagram messaging and comments.
        Instagram = 4 / "instagram",
        /// A Telegram bot.
        Telegram = 5 / "telegram",
    }
}

/// What a channel can do. The composer and the tests read this; nobody matches on [`ChannelKind`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capabilities {
    /// Longest text, in characters.
    pub text_chars_max: usize,
    /// Largest file, in bytes.
    pub file_bytes_max: u64,
    /// Most files in one message.
    pub files_max: usize,
    /// How long after the contact last wrote we may answer freely; `None` is for ever.
    pub reply_window: Option<Duration>,
    /// The contact's app tells us what was read.
    pub read_receipts: bool,
    /// Each side sees the other typing.
    pub typing: bool,
    /// An answer can quote a message.
    pub quotes: bool,
}

impl Capabilities {
    /// Web chat: our own widget (`protocols/webchat.md` B2: 10,000 characters, 20 MB).
    pub const WEB_CHAT: Self = Self {
        text_chars_max: 10_000,
        file_bytes_max: 20 * 1024 * 1024,
        files_max: 10,
        reply_window: None,
        read_receipts: true,
        typing: true,
        quotes: true,
    };
}
