//! What a person means to say, and what each call to the provider does.

use serde::{Deserialize, Serialize};
use shared::RichText;

use super::{Buttons, List, MediaFile, MediaPart, TemplateMessage};
use crate::{ContactCard, Location, Reaction};

/// What a person (or a machine) means to say, before a channel cuts it into transmissions.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct OutboundMessage {
    /// The words.
    #[serde(default)]
    pub text: RichText,
    /// Files, in order.
    #[serde(default)]
    pub files: Vec<MediaFile>,
    /// Buttons under it.
    #[serde(default)]
    pub buttons: Option<Buttons>,
    /// A menu of choices.
    #[serde(default)]
    pub list: Option<List>,
    /// A place.
    #[serde(default)]
    pub location: Option<Location>,
    /// Contact cards.
    #[serde(default)]
    pub contacts: Vec<ContactCard>,
    /// A template in place of all the above.
    #[serde(default)]
    pub template: Option<TemplateMessage>,
}

/// One call to the provider, for one person's thread. It can be stored and read back: a crash loses nothing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Transmission {
    /// Ours, unique for good, up to 64 characters: given to the provider where it hands it back in echoes and
    /// statuses, so that an uncertain send can be settled.
    pub reference: String,
    /// The person's thread: [`Sender::platform_id`](crate::Sender::platform_id).
    pub to: String,
    /// The platform's id of the message that it answers. Only the first transmission of a message quotes.
    #[serde(default)]
    pub quote: Option<String>,
    /// A person sends it, now and on purpose: some windows stay open longer for people than for machines.
    #[serde(default)]
    pub by_human: bool,
    /// What to do.
    pub act: Act,
}

/// What one call to the provider does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Act {
    /// Sends words.
    Text {
        /// The words, within the channel's limit.
        text: RichText,
        /// Buttons under them.
        #[serde(default)]
        buttons: Option<Buttons>,
    },
    /// Sends one file.
    Media {
        /// The file and its caption.
        part: MediaPart,
        /// Buttons under it.
        #[serde(default)]
        buttons: Option<Buttons>,
    },
    /// Sends several files shown together.
    Album {
        /// The files, in order.
        parts: Vec<MediaPart>,
    },
    /// Sends words with a menu of choices.
    List {
        /// The words.
        text: RichText,
        /// The choices.
        list: List,
    },
    /// Sends a place.
    Location(Location),
    /// Sends contact cards.
    Contacts(Vec<ContactCard>),
    /// Sends an approved template.
    Template(TemplateMessage),
    /// Sets our reaction to a message; `None` removes it.
    React {
        /// The message, by the platform's id.
        platform_message_id: String,
        /// The reaction.
        reaction: Option<Reaction>,
    },
    /// Gives a message of ours other words.
    Edit {
        /// The message, by the platform's id.
        platform_message_id: String,
        /// The words now.
        text: RichText,
        /// They are the caption of a file.
        #[serde(default)]
        caption: bool,
        /// The buttons now; `None` takes them away.
        #[serde(default)]
        buttons: Option<Buttons>,
    },
    /// Takes messages back.
    Delete {
        /// The messages, by the platform's ids; those of one album together.
        platform_message_ids: Vec<String>,
    },
    /// Tells the person's app that a press of a button was noticed.
    AnswerPress {
        /// [`ButtonPress::press_id`](crate::ButtonPress::press_id).
        press_id: String,
        /// Shown for a moment, up to 200 characters.
        #[serde(default)]
        text: Option<String>,
    },
    /// Shows that we are writing. It fades after some seconds: repeat it while that is so. Never queued, never
    /// repeated after a failure.
    Typing {
        /// As what it is shown.
        kind: TypingKind,
        /// The last message of the person, where the platform wants one (and marks it as read).
        #[serde(default)]
        after: Option<String>,
    },
    /// Shows that we have read everything up to this message.
    MarkRead {
        /// The message, by the platform's id.
        platform_message_id: String,
    },
    /// Leaves a place where this channel does not listen (a group). The thread is `to`.
    Leave,
}

/// As what our activity is shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TypingKind {
    /// Writing.
    #[default]
    Text,
    /// Sending a picture or video.
    Media,
    /// Recording a voice note.
    Voice,
    /// Sending a file.
    File,
}

impl Act {
    /// It makes a message in the thread; if its outcome is uncertain, it must not be repeated blindly. The others
    /// can be repeated without harm.
    #[must_use]
    pub const fn makes_message(&self) -> bool {
        matches!(
            self,
            Self::Text { .. }
                | Self::Media { .. }
                | Self::Album { .. }
                | Self::List { .. }
                | Self::Location(_)
                | Self::Contacts(_)
                | Self::Template(_)
        )
    }
}
