//! What a visitor's browser posts.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use shared::AttachmentId;
use url::Url;
use uuid::Uuid;

use channel_core::{mend_json, without_nul};

/// Longest text, in characters (`protocols/webchat.md` B2).
pub const TEXT_CHARS_MAX: usize = 10_000;
/// Most files in one message.
const FILES_MAX: usize = 10;
/// Longest answer to a pre-chat question, in characters, and most answers.
const ANSWER_CHARS_MAX: usize = 2_000;
const ANSWERS_MAX: usize = 20;
const URL_BYTES_MAX: usize = 2_048;
const TITLE_CHARS_MAX: usize = 256;

/// Why what was posted cannot be a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotPosted {
    /// Not JSON of this form.
    #[error("the request is not understood")]
    Malformed,
    /// Neither text nor file.
    #[error("a message needs text or a file")]
    Empty,
    /// Longer than [`TEXT_CHARS_MAX`].
    #[error("the text is longer than 10,000 characters")]
    TooLong,
    /// More files than one message may carry.
    #[error("at most 10 files in one message")]
    TooManyFiles,
}

/// A message as posted, already storable.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PostedMessage {
    /// Made by the browser; the same on every repeat.
    pub client_message_id: Uuid,
    /// Plain text.
    #[serde(default)]
    pub text: Option<String>,
    /// Files uploaded before.
    #[serde(default)]
    pub attachment_ids: Vec<AttachmentId>,
    /// Where the visitor is.
    #[serde(default)]
    pub page: Option<PostedPage>,
    /// Answers to the pre-chat form.
    #[serde(default)]
    pub pre_chat: BTreeMap<String, Value>,
    /// The browser's clock: for latency only, never shown, never an order.
    #[serde(default)]
    pub sent_at: Option<DateTime<Utc>>,
}

/// A page as the browser reports it.
#[derive(Debug, Clone, Deserialize)]
pub struct PostedPage {
    /// Its address.
    #[serde(default)]
    pub url: String,
    /// Its title.
    #[serde(default)]
    pub title: Option<String>,
}

/// How far the visitor has seen the thread.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct PostedSeen {
    /// The last entry that was on the screen.
    pub seq: i64,
}

impl PostedMessage {
    /// Reads and checks a posted message.
    ///
    /// # Errors
    /// [`NotPosted`] says what is wrong.
    pub fn read(source: &str) -> Result<Self, NotPosted> {
        let mut message: Self = read(source)?;
        let text = without_nul(message.text.take().unwrap_or_default());
        if text.chars().count() > TEXT_CHARS_MAX {
            return Err(NotPosted::TooLong);
        }
        if text.trim().is_empty() && message.attachment_ids.is_empty() {
            return Err(NotPosted::Empty);
        }
        if message.attachment_ids.len() > FILES_MAX {
            return Err(NotPosted::TooManyFiles);
        }
        message.text = Some(text);
        Ok(message)
    }

    /// The page, if it is one: http or https only, cut to what is kept.
    #[must_use]
    pub fn page(&self) -> Option<channel_core::Page> {
        self.page.as_ref().and_then(PostedPage::read)
    }

    /// The answers to the pre-chat form as text, cut to what is kept.
    #[must_use]
    pub fn answers(&self) -> BTreeMap<String, String> {
        let text = |value: &Value| match value {
            Value::String(text) => Some(without_nul(text.clone())),
            Value::Bool(on) => Some(on.to_string()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        };
        self.pre_chat
            .iter()
            .take(ANSWERS_MAX)
            .filter_map(|(key, value)| {
                let answer: String = text(value)?.trim().chars().take(ANSWER_CHARS_MAX).collect();
                (!answer.is_empty()).then(|| (without_nul(key.clone()), answer))
            })
            .collect()
    }
}

impl PostedPage {
    /// The page as it is kept; `None` for anything but http and https.
    #[must_use]
    pub fn read(&self) -> Option<channel_core::Page> {
        let url = Url::parse(&self.url).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
        let mut address = url.to_string();
        if address.len() > URL_BYTES_MAX {
            // Printed addresses are ASCII: any byte is a boundary.
            address.truncate(URL_BYTES_MAX);
        }
        let title = self
            .title
            .as_ref()
            .map(|title| without_nul(title.clone()).trim().chars().take(TITLE_CHARS_MAX).collect::<String>());
        Some(channel_core::Page { url: address, title: title.filter(|title| !title.is_empty()) })
    }
}

impl PostedSeen {
    /// Reads a posted read position.
    ///
    /// # Errors
    /// [`NotPosted::Malformed`].
    pub fn read(source: &str) -> Result<Self, NotPosted> {
        let seen: Self = read(source)?;
        if seen.seq < 0 { Err(NotPosted::Malformed) } else { Ok(seen) }
    }
}

fn read<Posted: DeserializeOwned>(source: &str) -> Result<Posted, NotPosted> {
    serde_json::from_str(&mend_json(source)).map_err(|_| NotPosted::Malformed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn posted(text: &str) -> String {
        serde_json::json!({ "clientMessageId": Uuid::nil(), "text": text }).to_string()
    }

    #[test]
    fn ten_thousand_characters_fit_and_one_more_does_not() {
        assert!(PostedMessage::read(&posted(&"ñ".repeat(10_000))).is_ok());
        assert_eq!(PostedMessage::read(&posted(&"ñ".repeat(10_001))).unwrap_err(), NotPosted::TooLong);
    }

    #[test]
    fn a_message_of_nothing_is_refused() {
        assert_eq!(PostedMessage::read(&posted(" \n")).unwrap_err(), NotPosted::Empty);
        assert_eq!(PostedMessage::read("{}").unwrap_err(), NotPosted::Malformed);
    }

    #[test]
    fn a_script_address_is_no_page() {
        let page = |url: &str| PostedPage { url: url.to_owned(), title: None }.read();
        assert_eq!(page("javascript:alert(1)"), None);
        assert_eq!(page("https://shop.example/p/4").unwrap().url, "https://shop.example/p/4");
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(source in "\\PC*") {
            let _ = PostedMessage::read(&source);
        }

        #[test]
        fn what_is_read_can_be_stored(text in any::<String>()) {
            if let Ok(message) = PostedMessage::read(&posted(&text)) {
                prop_assert!(!message.text.unwrap().contains('\0'));
            }
        }
    }
}
