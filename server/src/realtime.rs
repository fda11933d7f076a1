//! Live: every visible change gets the next number of its workspace, and whoever was away reads on from
//! the last number it saw.

mod append;
pub mod graphql;
mod hub;
mod listener;
mod presence;
mod read;
mod rendered;
mod signal;
mod subscription;

pub use append::{Heads, append, lock_heads};
pub use hub::Hub;
pub use listener::{Ears, listen};
pub use presence::{Holding, Presence, Present};
pub use read::{Change, HydratedEvent, Window, window};
pub use rendered::{DocumentKey, Rendered};
pub use signal::{Person, Signal, SignalKind};

use std::sync::Arc;

use serde_json::Value;
use shared::{ConversationId, MemberId, MessageId};

use crate::app::App;

/// Starts listening and saying who is here, until the app stops.
pub(crate) fn start(app: &Arc<App>) {
    let (listening, stopping) = (Arc::clone(app), app.stopping.clone());
    let ears = Ears {
        hub: app.hub.clone(),
        presence: app.presence.clone(),
        jobs: app.jobs.clone(),
        outbox: app.outbox.clone(),
        on_revoked: Box::new(move |payload| {
            let (app, payload) = (Arc::clone(&listening), payload.to_owned());
            tokio::spawn(async move {
                if !app.visitors.on_notify(&payload).await {
                    crate::auth::on_notify(&app, &payload).await;
                }
            });
        }),
    };
    let (db, presence) = (app.db.clone(), app.presence.clone());
    tokio::spawn(stopping.run_until_cancelled_owned(async move {
        tokio::join!(listen(db.clone(), ears), presence.run(db));
    }));
}

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

impl EventKind {
    /// The kind with this number; none for one that a newer version wrote.
    #[must_use]
    pub fn from_code(code: i16) -> Option<Self> {
        match code {
            1 => Some(Self::ConversationChanged),
            2 => Some(Self::MessageCreated),
            3 => Some(Self::MessageChanged),
            4 => Some(Self::ReadMoved),
            5 => Some(Self::WorkspaceChanged),
            _ => None,
        }
    }
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
