//! A message as a phone shows it, whichever platform it came by.

use serde::Serialize;
use serde_json::Value;

/// Who wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The person with the phone.
    Customer,
    /// The business: by the API, or by hand in the provider's own app.
    Business,
}

/// How far a message got. Only moves forward.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Receipt {
    /// Handed to the platform (one tick).
    Sent,
    /// On the other side (two ticks).
    Delivered,
    /// Seen (two coloured ticks).
    Read,
    /// A voice note was listened to.
    Played,
    /// Never got there.
    Failed,
}

/// One bubble.
#[derive(Debug, Clone, Serialize)]
pub struct Message {
    /// The platform's id, unique within the chat.
    pub id: String,
    /// When it was sent, Unix milliseconds.
    pub at_ms: i64,
    /// Whose bubble.
    pub from: Side,
    /// What it holds.
    pub body: Body,
    /// What can be tapped below it.
    #[serde(skip_serializing_if = "Actions::is_none")]
    pub actions: Actions,
    /// The message it quotes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<String>,
    /// Last edit, Unix milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub edited_ms: Option<i64>,
    /// Gone for both; the phone shows a tombstone or nothing.
    pub deleted: bool,
    /// Emoji on it.
    pub reactions: Reactions,
    /// How far it got.
    pub receipt: Receipt,
    /// The business's own reference.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_ref: Option<String>,
    /// The provider's own object, for quotes and edits.
    #[serde(skip)]
    pub provider: Value,
}

/// Emoji that each side put on a message.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Reactions {
    /// The person's.
    pub customer: Vec<String>,
    /// The business's.
    pub business: Vec<String>,
}

/// What a bubble holds.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Body {
    /// Text; `entities` as in Telegram (UTF-16 offsets), empty on WhatsApp, whose text carries its own marks.
    Text {
        /// What was written.
        text: String,
        /// Bold, links …
        #[serde(skip_serializing_if = "Vec::is_empty")]
        entities: Vec<Value>,
    },
    /// A file of any sort.
    Media {
        /// photo, video, voice, audio, video_note, animation, document or sticker.
        media: String,
        /// Where the simulator's page finds it; absent when the file was forgotten.
        #[serde(skip_serializing_if = "Option::is_none")]
        url: Option<String>,
        /// As the sender named it.
        #[serde(skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        /// Media type.
        mime: String,
        /// Bytes.
        size: u64,
        /// Text below it.
        caption: String,
        /// Marks in the caption.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        entities: Vec<Value>,
        /// Seconds, for what plays.
        #[serde(skip_serializing_if = "Option::is_none")]
        duration_s: Option<u32>,
        /// Pixels.
        #[serde(skip_serializing_if = "Option::is_none")]
        width: Option<u32>,
        /// Pixels.
        #[serde(skip_serializing_if = "Option::is_none")]
        height: Option<u32>,
        /// Parts of one album share it.
        #[serde(skip_serializing_if = "Option::is_none")]
        album: Option<String>,
    },
    /// A pin on a map.
    Location {
        /// Degrees.
        latitude: f64,
        /// Degrees.
        longitude: f64,
        /// Of a venue.
        #[serde(skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        /// Of a venue.
        #[serde(skip_serializing_if = "Option::is_none")]
        address: Option<String>,
    },
    /// A contact card.
    Contact {
        /// Full name.
        name: String,
        /// Numbers.
        phones: Vec<String>,
    },
    /// A template or an interactive message: header, body, footer; its buttons are in [`Message::actions`].
    Card {
        /// template, buttons or list.
        card: String,
        /// Text of the header.
        #[serde(skip_serializing_if = "Option::is_none")]
        header: Option<String>,
        /// Picture, film or document above it.
        #[serde(skip_serializing_if = "Option::is_none")]
        media: Option<Box<Body>>,
        /// The text.
        text: String,
        /// Small print.
        #[serde(skip_serializing_if = "Option::is_none")]
        footer: Option<String>,
    },
    /// A line of the app itself: "This chat is with a business".
    Note {
        /// What it says.
        text: String,
    },
}

impl Body {
    /// Plain text.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text { text: text.into(), entities: Vec::new() }
    }

    /// The kind's name for the ledger.
    #[must_use]
    pub fn kind(&self) -> &str {
        match self {
            Self::Text { .. } => "text",
            Self::Media { media, .. } => media,
            Self::Location { .. } => "location",
            Self::Contact { .. } => "contact",
            Self::Card { card, .. } => card,
            Self::Note { .. } => "note",
        }
    }

    /// Its words, for the ledger and for quotes.
    #[must_use]
    pub fn words(&self) -> &str {
        match self {
            Self::Text { text, .. } | Self::Card { text, .. } | Self::Note { text } => text,
            Self::Media { caption, .. } => caption,
            Self::Location { name, .. } => name.as_deref().unwrap_or_default(),
            Self::Contact { name, .. } => name,
        }
    }
}

/// What can be tapped below a bubble.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Actions {
    /// Nothing.
    #[default]
    None,
    /// Rows of buttons.
    Buttons {
        /// From top to bottom, each from left to right.
        rows: Vec<Vec<Button>>,
    },
    /// A button that opens a list.
    List {
        /// The button's words.
        button: String,
        /// What it opens.
        sections: Vec<ListSection>,
    },
}

impl Actions {
    /// Whether there is nothing to tap.
    #[must_use]
    pub fn is_none(&self) -> bool {
        *self == Self::None
    }
}

/// A button.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Button {
    /// Its words.
    pub label: String,
    /// What the business gets when it is tapped; absent for links.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// A link.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// A heading and its rows.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ListSection {
    /// May be empty when there is only one.
    pub title: String,
    /// What can be chosen.
    pub rows: Vec<ListRow>,
}

/// A choice in a list.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ListRow {
    /// What the business gets.
    pub id: String,
    /// What the person reads.
    pub title: String,
    /// Below the title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}
