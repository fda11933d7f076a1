//! Live: every visible change gets the next number of its workspace, and whoever was away reads on from
//! the last number it saw.

mod append;

pub use append::{Heads, append, lock_heads};

use serde_json::Value;
use shared::{ConversationId, MemberId, MessageId};

/// What kind of change an event announces. Stored as its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i16)]
pub enum EventKind {
    /// A conversation was made, or its status, assignee, contact, preview or receipts changed.
    ConversationChanged = 1,
    /// A message, note or activity was added.
    MessageCreated = 2,
    /// A message was edited, removed, reacted to, or its status moved.
    MessageChanged = 3,
    /// A member has read further.
    ReadMoved = 4,
    /// The workspace's name, members or channels changed.
    WorkspaceChanged = 5,
}

/// A visible change, before it has its number.
#[derive(Debug, Clone)]
pub struct Event {
    /// What kind.
    pub kind: EventKind,
    /// In which conversation.
    pub conversation_id: Option<ConversationId>,
    /// Which message.
    pub message_id: Option<MessageId>,
    /// Whose read position.
    pub member_id: Option<MemberId>,
    /// Small facts that are nowhere else: a read position.
    pub detail: Value,
}

impl Event {
    /// A conversation changed.
    #[must_use]
    pub fn conversation(id: ConversationId) -> Self {
        Self {
            kind: EventKind::ConversationChanged,
            conversation_id: Some(id),
            message_id: None,
            member_id: None,
            detail: Value::Null,
        }
    }

    /// A message was added.
    #[must_use]
    pub fn message_created(conversation_id: ConversationId, id: MessageId) -> Self {
        Self { kind: EventKind::MessageCreated, message_id: Some(id), ..Self::conversation(conversation_id) }
    }

    /// A message changed.
    #[must_use]
    pub fn message_changed(conversation_id: ConversationId, id: MessageId) -> Self {
        Self { kind: EventKind::MessageChanged, message_id: Some(id), ..Self::conversation(conversation_id) }
    }

    /// A member has read `read_count` of the contact's messages.
    #[must_use]
    pub fn read_moved(conversation_id: ConversationId, member_id: MemberId, read_count: i64) -> Self {
        Self {
            kind: EventKind::ReadMoved,
            member_id: Some(member_id),
            detail: serde_json::json!({ "readCount": read_count }),
            ..Self::conversation(conversation_id)
        }
    }

    /// The workspace, its members or its channels changed.
    #[must_use]
    pub fn workspace() -> Self {
        Self {
            kind: EventKind::WorkspaceChanged,
            conversation_id: None,
            message_id: None,
            member_id: None,
            detail: Value::Null,
        }
    }
}
