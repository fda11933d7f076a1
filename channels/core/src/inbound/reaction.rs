//! Reactions to messages.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{By, Sender};

/// Somebody's reactions to one message are now these. The whole set is given, so that added, replaced and
/// removed are the same event; the later one wins.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReactionChange {
    /// Whose thread.
    pub sender: Sender,
    /// Who reacted.
    pub by: By,
    /// The platform's id of the message; it may be unknown to us, or come later.
    pub platform_message_id: String,
    /// What they are now; empty when all were removed.
    pub now: Vec<Reaction>,
    /// When.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<DateTime<Utc>>,
}

/// One reaction.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reaction {
    /// An emoji.
    Emoji(String),
    /// A picture of the platform's, by its id.
    Custom(String),
    /// A reaction that the platform only names: `love`, `paid` …
    Named(String),
}
