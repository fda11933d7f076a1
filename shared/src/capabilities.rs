//! What a channel can do. The composer, the policy and the tests read this; nobody matches on the kind.

use std::time::Duration;

use crate::channel::ChannelKind;
use crate::media::MediaKind;
use crate::rich_text::TextUnit;

mod telegram;
mod whatsapp;

/// What a channel can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capabilities {
    /// Longest text of one transmission. A longer one is cut into several, or refused: [`Self::splits_text`].
    pub text_chars_max: usize,
    /// What [`Self::text_chars_max`] and captions are counted in.
    pub text_unit: TextUnit,
    /// A longer text goes out as several transmissions.
    pub splits_text: bool,
    /// Bold, links and the like go out and come in.
    pub rich_text: bool,
    /// Largest file of any kind, in bytes.
    pub file_bytes_max: u64,
    /// Most files in one message of ours.
    pub files_max: usize,
    /// Most files that one transmission shows together; 1 where the platform has no albums.
    pub album_max: usize,
    /// What files can be sent as, with the limits of each.
    pub media: &'static [MediaLimit],
    /// Largest file that the platform lets us fetch, in bytes.
    pub fetch_bytes_max: u64,
    /// How long after the contact last wrote we may answer freely; `None` is for ever.
    pub reply_window: Option<Duration>,
    /// How long after the contact last wrote a person (no machine) may still answer.
    pub human_agent_window: Option<Duration>,
    /// Approved templates may be sent, also when the window is closed.
    pub templates: bool,
    /// We may write first.
    pub may_start: bool,
    /// The platform tells that a message reached the contact's device.
    pub delivery_receipts: bool,
    /// The contact's app tells us what was read.
    pub read_receipts: bool,
    /// We can show the contact what we have read.
    pub read_receipts_out: bool,
    /// The contact sees us typing.
    pub typing: bool,
    /// A sign of typing fades after a while: it is given again after this.
    pub typing_again: Duration,
    /// A sign of typing also shows that we have read everything.
    pub typing_reads: bool,
    /// We see the contact typing.
    pub typing_in: bool,
    /// An answer can quote a message.
    pub quotes: bool,
    /// Which reactions we can give.
    pub reactions: Reactions,
    /// How old a message may be that we react to; `None` is any age.
    pub reaction_age_max: Option<Duration>,
    /// For how long a public comment can be answered in private, once.
    pub private_reply: Allowed,
    /// We can change what we sent.
    pub edit: Allowed,
    /// We can take back what we sent.
    pub delete: Allowed,
    /// What the contact can do to a message after sending it.
    pub inbound: InboundChanges,
    /// Buttons under our messages.
    pub buttons: Option<ButtonLimits>,
    /// A menu of choices.
    pub lists: Option<ListLimits>,
    /// We can send a place.
    pub locations: bool,
    /// We can send contact cards.
    pub contact_cards: bool,
    /// What the business sends from the platform's own app is reported to us.
    pub echoes: bool,
    /// The platform says when a contact stops or allows our messages.
    pub blocks_reported: bool,
    /// There is a platform behind it, reached over the network; web chat is its own.
    pub has_provider: bool,
    /// One delivery may hold several events.
    pub batches: bool,
    /// How fast we may send, before the platform tells us to wait.
    pub pace: Pace,
}

/// The limits of one way to send a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MediaLimit {
    /// As what.
    pub kind: MediaKind,
    /// Largest, in bytes.
    pub bytes_max: u64,
    /// Content types that the platform takes for this; empty is any. `image/*` is any picture.
    pub content_types: &'static [&'static str],
    /// Longest caption; 0 where there is none and the text goes by itself.
    pub caption_chars_max: usize,
    /// May be part of an album.
    pub in_album: bool,
}

/// Which reactions we can give; always one of ours per message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reactions {
    /// None.
    None,
    /// Any emoji.
    AnyEmoji,
    /// One of these.
    Of(&'static [&'static str]),
}

/// How fast we may send. A platform's word to wait (429 and the like) comes on top, and wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Most transmissions of one account in a second; `None` is without limit.
    pub account_per_second: Option<u32>,
    /// Time between two transmissions to one thread, in the long run.
    pub thread_interval: Duration,
    /// So many may go to one thread at once, if it was quiet before.
    pub thread_burst: u32,
}

/// Until when something may be done to a sent message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Allowed {
    /// Not at all.
    Never,
    /// At any time.
    Always,
    /// For so long after sending.
    For(Duration),
}

/// What the contact can do to a message after sending it, and the platform reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InboundChanges {
    /// Change it.
    pub edit: bool,
    /// Take it back.
    pub unsend: bool,
    /// React to a message.
    pub reactions: bool,
}

/// Limits of buttons under a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ButtonLimits {
    /// Most buttons.
    pub max: usize,
    /// Longest title.
    pub title_chars_max: usize,
    /// Longest id that comes back when it is pressed, in bytes.
    pub id_bytes_max: usize,
    /// Buttons can open an address.
    pub links: bool,
}

/// Limits of a menu of choices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListLimits {
    /// Most groups.
    pub sections_max: usize,
    /// Most choices, over all groups.
    pub rows_max: usize,
    /// Longest title of a choice.
    pub title_chars_max: usize,
    /// Longest description of a choice.
    pub description_chars_max: usize,
}

impl Capabilities {
    /// What channels of this kind can do; `None` for a kind this version cannot speak.
    #[must_use]
    pub const fn of(kind: ChannelKind) -> Option<Self> {
        match kind {
            ChannelKind::WebChat => Some(Self::WEB_CHAT),
            ChannelKind::Telegram => Some(Self::TELEGRAM),
            ChannelKind::Whatsapp => Some(Self::WHATSAPP),
            ChannelKind::Messenger | ChannelKind::Instagram => None,
        }
    }

    /// The limits of sending a file as `kind`; `None` where that cannot be done.
    #[must_use]
    pub fn media(&self, kind: MediaKind) -> Option<&'static MediaLimit> {
        self.media.iter().find(|limit| limit.kind == kind)
    }

    /// Web chat: our own widget (`protocols/webchat.md` B2: 10,000 characters, 20 MB).
    pub const WEB_CHAT: Self = Self {
        text_chars_max: 10_000,
        text_unit: TextUnit::Characters,
        splits_text: false,
        rich_text: false,
        file_bytes_max: 20 * 1024 * 1024,
        files_max: 10,
        album_max: 10,
        media: &[MediaLimit {
            kind: MediaKind::File,
            bytes_max: 20 * 1024 * 1024,
            content_types: &[],
            caption_chars_max: 10_000,
            in_album: true,
        }],
        fetch_bytes_max: 20 * 1024 * 1024,
        reply_window: None,
        human_agent_window: None,
        templates: false,
        may_start: false,
        delivery_receipts: false,
        read_receipts: true,
        read_receipts_out: true,
        typing: true,
        typing_again: Duration::from_secs(4),
        typing_reads: false,
        typing_in: true,
        quotes: true,
        reactions: Reactions::None,
        reaction_age_max: None,
        private_reply: Allowed::Never,
        edit: Allowed::Never,
        delete: Allowed::Never,
        inbound: InboundChanges { edit: false, unsend: false, reactions: false },
        buttons: None,
        lists: None,
        locations: false,
        contact_cards: false,
        echoes: false,
        blocks_reported: false,
        has_provider: false,
        batches: false,
        pace: Pace { account_per_second: None, thread_interval: Duration::ZERO, thread_burst: u32::MAX },
    };
}
