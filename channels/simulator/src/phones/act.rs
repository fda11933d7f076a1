//! What a person can do with their phone.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::files::File;
use crate::sim::Sim;
use crate::{telegram, whatsapp};

/// One act in one chat. Files are named by their id on the shelf.
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
pub enum Act {
    /// Write.
    Send(Box<Writing>),
    /// Put emoji on a message; an empty list takes them off.
    React {
        /// The message.
        message: String,
        /// One, or on Telegram several.
        #[serde(default)]
        emoji: Vec<String>,
    },
    /// Change one's own message.
    Edit {
        /// The message.
        message: String,
        /// The new text or caption.
        text: String,
        /// By hand in the business's own app instead of by the person.
        #[serde(default)]
        by_business: bool,
    },
    /// Delete one's own message for everybody.
    Delete {
        /// The messages.
        messages: Vec<String>,
        /// By hand in the business's own app instead of by the person.
        #[serde(default)]
        by_business: bool,
    },
    /// Tap a button below a message.
    Tap {
        /// The message.
        message: String,
        /// The button's id, or its words.
        button: String,
    },
    /// Choose a row of a list.
    Choose {
        /// The message.
        message: String,
        /// The row's id, or its title.
        row: String,
    },
    /// Block the business.
    Block,
    /// Unblock it.
    Unblock,
    /// Press Start, or open the chat for the first time.
    Start {
        /// Of a deep link.
        #[serde(default)]
        payload: String,
    },
    /// Look at the chat: everything in it is read.
    Read,
    /// Listen to a voice note.
    Play {
        /// The message.
        message: String,
    },
    /// Get a new number (WhatsApp).
    ChangeNumber {
        /// Digits with country code.
        number: String,
    },
    /// Stop marketing messages (WhatsApp), or with `stop: false` take them again.
    Marketing {
        /// Whether to stop.
        stop: bool,
    },
}

/// What a person writes.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Writing {
    /// text, photo, video, voice, audio, video_note, animation, document, sticker, album, location, contact, raw.
    pub kind: String,
    /// Text or caption.
    pub text: String,
    /// Marks in it (Telegram; UTF-16 units).
    pub entities: Vec<Value>,
    /// Files: one, or for an album several.
    pub files: Vec<SentFile>,
    /// Degrees.
    pub latitude: f64,
    /// Degrees.
    pub longitude: f64,
    /// Of a venue or a contact.
    pub name: String,
    /// Of a venue.
    pub address: String,
    /// Of a contact.
    pub number: String,
    /// The message it quotes.
    pub reply_to: Option<String>,
    /// Forwarded from somewhere.
    pub forwarded: bool,
    /// Sent by an advertisement (WhatsApp): the `referral` object.
    pub referral: Option<Value>,
    /// Written by hand in the business's own app, not by the person.
    pub by_business: bool,
    /// Any other content, in the provider's own shape; added to the message as it is.
    pub raw: Map<String, Value>,
}

/// A file in a message.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SentFile {
    /// Its id on the shelf.
    pub id: String,
    /// In an album: photo or video; taken from its media type when empty.
    pub kind: String,
    /// In an album: this part's own caption.
    pub caption: String,
}

/// What came of it.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Acted {
    /// Ids of new messages.
    pub messages: Vec<String>,
    /// Webhook events that carry it; empty where the platform tells nobody.
    pub events: Vec<String>,
}

/// The phone refuses.
#[derive(Debug, thiserror::Error)]
pub enum ActError {
    /// The phone, account, chat, message, button or file is not there.
    #[error("{0} not found")]
    NotFound(&'static str),
    /// The platform's app offers no such act here.
    #[error("{0}")]
    Impossible(String),
}

/// Does it.
///
/// # Errors
/// [`ActError`] when something is missing or the app would not offer it.
pub fn perform(sim: &Arc<Sim>, phone: &str, account: &str, act: Act) -> Result<Acted, ActError> {
    match account.split_once(':') {
        Some(("tg" | "tgb", _)) => telegram::perform(sim, phone, account, act),
        Some(("wa", _)) => whatsapp::perform(sim, phone, account, act),
        _ => Err(ActError::NotFound("account")),
    }
}

impl Writing {
    /// The files, taken from the shelf.
    ///
    /// # Errors
    /// [`ActError::NotFound`] for one that is not there, or when there is none at all.
    pub fn shelved(&self, sim: &Sim) -> Result<Vec<(SentFile, File)>, ActError> {
        let files: Option<Vec<_>> =
            self.files.iter().map(|sent| sim.files.get(&sent.id).map(|file| (sent.clone(), file))).collect();
        files.filter(|files| !files.is_empty()).ok_or(ActError::NotFound("file"))
    }
}
