//! What happens to messages, threads and people after a message.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Alias, InboundMessage, Referral, Sender};

/// On which side of the thread somebody acted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// The person outside.
    #[default]
    Contact,
    /// The business, in the platform's own app.
    Business,
    /// The platform does not say.
    Unknown,
}

/// A message got other words, files or a new position.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Edit {
    /// The message as it is now, under the id it has always had.
    pub message: InboundMessage,
    /// Only the text is known; files and card stay as they were.
    #[serde(default)]
    pub text_only: bool,
    /// Who changed it.
    pub by: By,
    /// When; the later one wins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edited_at: Option<DateTime<Utc>>,
    /// The platform's count of edits; the higher one wins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<u32>,
}

/// Messages were taken back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Unsend {
    /// Whose thread.
    pub sender: Sender,
    /// The platform's ids; some may be unknown to us.
    pub platform_message_ids: Vec<String>,
    /// Who took them back.
    pub by: By,
    /// When, if the platform says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<DateTime<Utc>>,
}

/// A button under a message of ours was pressed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ButtonPress {
    /// Who.
    pub sender: Sender,
    /// The platform's id of this press, the same on every repeat.
    pub press_id: String,
    /// To be answered at once with [`Act::AnswerPress`]: the person's app shows that it waits.
    ///
    /// [`Act::AnswerPress`]: crate::Act::AnswerPress
    #[serde(default)]
    pub wants_answer: bool,
    /// Under which message; it may be too old for the platform to know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform_message_id: Option<String>,
    /// What we gave the button.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payload: Option<String>,
    /// What it said, if the platform tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The link that led to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub referral: Option<Referral>,
    /// When, if the platform says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<DateTime<Utc>>,
}

/// A person opened the thread and wrote nothing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Opened {
    /// Who.
    pub sender: Sender,
    /// The platform's id of this event, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event_id: Option<String>,
    /// What led here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub referral: Option<Referral>,
    /// When.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<DateTime<Utc>>,
}

/// A person can be written to no more, or again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reachability {
    /// Who.
    pub sender: Sender,
    /// Messages reach them.
    pub reachable: bool,
    /// The platform's word: `kicked`, `member` …
    pub what: String,
    /// When; the later one wins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<DateTime<Utc>>,
}

/// A person allows or forbids a kind of message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Preference {
    /// Who.
    pub sender: Sender,
    /// The platform's word for the kind: `marketing_messages` …
    pub category: String,
    /// Allowed.
    pub allowed: bool,
    /// The platform's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// When; the later one wins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<DateTime<Utc>>,
}

/// A person's names on the platform changed: same person, same history.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct IdentityChange {
    /// The person, by the name we knew.
    pub sender: Sender,
    /// From now on they come, and are written to, by this id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub new_platform_id: Option<String>,
    /// Names to add.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub add: Vec<Alias>,
    /// Names that are theirs no more.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remove: Vec<Alias>,
    /// The platform's word for why: `user_changed_number` …
    pub what: String,
    /// When.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<DateTime<Utc>>,
}

/// A thread goes on under another id. May come twice, told from either side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChatMoved {
    /// The old id: dead for sending.
    pub from: String,
    /// The new one.
    pub to: String,
}

/// Another application took the thread, or gave it back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ThreadControl {
    /// Whose thread.
    pub sender: Sender,
    /// The application that answers now; `None` when the platform does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// The platform's word: `pass_thread_control` …
    pub what: String,
}
