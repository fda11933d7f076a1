//! What the live subscription delivers.

use serde::Deserialize;
use shared::{ChannelId, ConversationId, MemberId};

use super::model::{Conversation, Message};

/// What an event tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum EventKind {
    /// A conversation is new, or changed.
    ConversationChanged,
    /// A thread has a new entry.
    MessageCreated,
    /// An entry changed: status, edit, reaction, deletion.
    MessageChanged,
    /// A member has read on.
    ReadMoved,
    /// Something about the workspace itself.
    WorkspaceChanged,
    /// The cursor is unknown to the server: load everything again.
    Resync,
}

/// One visible change, under the workspace's next number.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WorkspaceEvent {
    /// 1, 2, 3 … without gaps.
    pub seq: i64,
    /// What it tells.
    pub kind: EventKind,
    /// The conversation's state when the event was read: it may already be newer than the event.
    pub conversation: Option<Conversation>,
    /// For messages.
    pub message: Option<Message>,
    /// For reading: whose.
    pub member_id: Option<MemberId>,
    /// For reading: how many of the customer's messages they have read.
    pub read_count: Option<i64>,
    /// Counters after this event, those that changed.
    pub view_counts: Option<ChangedCounts>,
}

/// Counters that changed, each with its new value.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct ChangedCounts {
    /// Open ones nobody takes care of.
    pub unassigned: Option<i64>,
    /// Open ones.
    pub all: Option<i64>,
    /// Snoozed ones.
    pub snoozed: Option<i64>,
    /// Closed ones.
    pub closed: Option<i64>,
    /// Open ones per assignee.
    pub members: Vec<MemberCount>,
    /// Open ones per channel.
    pub channels: Vec<ChannelCount>,
}

/// How many open ones a member takes care of.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MemberCount {
    /// Who.
    pub member_id: MemberId,
    /// How many.
    pub open: i64,
}

/// How many open ones a channel has.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ChannelCount {
    /// Which.
    pub channel_id: ChannelId,
    /// How many.
    pub open: i64,
}

/// What changed, so that only the parts of the page that show it are drawn again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Change {
    /// A conversation's own fields, or its unread count.
    Conversation(ConversationId),
    /// Which rows a list has, or their order, or its loading state.
    Lists,
    /// A thread's entries, or what waits to be sent in it.
    Thread(ConversationId),
    /// Counters.
    Counts,
    /// Who is looking or typing.
    Presence(ConversationId),
}

/// What the state cannot do by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Throw away what was loaded and start from the server's present.
    Reload,
    /// A conversation appeared in an event, which does not say how much of it this member has read.
    FetchReadCount(ConversationId),
    /// The customer wrote: worth a sound when nobody looks.
    CustomerWrote(ConversationId),
}

/// What applying something led to.
#[derive(Debug, Default)]
pub struct Outcome {
    /// What to draw again.
    pub changes: Vec<Change>,
    /// What to do.
    pub effects: Vec<Effect>,
}

impl Outcome {
    /// Notes a change once.
    pub fn changed(&mut self, change: Change) {
        if !self.changes.contains(&change) {
            self.changes.push(change);
        }
    }
}
