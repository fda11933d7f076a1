//! Reading events back, with what they are about.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::Value;
use shared::{ConversationId, MemberId, MessageId, WorkspaceId};
use sqlx::FromRow;
use uuid::Uuid;

use super::{EventKind, Rendered};
use crate::conversations::{self, ChangedCounter, Counter, FullConversation};
use crate::db::{Db, WorkspaceTx};
use crate::messages::{self, FullMessage};

/// A visible change with what it is about, read once and shared by everybody who looks at the workspace.
#[derive(Debug)]
pub struct HydratedEvent {
    /// 1, 2, 3 … in the workspace; for [`Change::Resync`] the number to go on from.
    pub seq: i64,
    /// What happened.
    pub change: Change,
    /// When.
    pub at: DateTime<Utc>,
    /// The conversation as it was when the event was read: it may already be newer than the event.
    pub conversation: Option<Arc<FullConversation>>,
    /// The message, likewise.
    pub message: Option<Arc<FullMessage>>,
    /// Whose read position moved.
    pub member_id: Option<MemberId>,
    /// How many of the contact's messages that member has read.
    pub read_count: Option<i64>,
    /// Counters that changed, absolute.
    pub counters: Vec<ChangedCounter>,
    /// As bytes, for those who ask alike.
    pub rendered: Rendered,
}

/// What a subscriber is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// A change of the workspace.
    Event(EventKind),
    /// The cursor is of no use (too old, or from another time): load everything, go on from `seq`.
    Resync,
}

impl HydratedEvent {
    /// Tells a subscriber to load everything and go on after `seq`.
    #[must_use]
    pub fn resync(seq: i64) -> Self {
        Self {
            seq,
            change: Change::Resync,
            at: Utc::now(),
            conversation: None,
            message: None,
            member_id: None,
            read_count: None,
            counters: Vec::new(),
            rendered: Rendered::default(),
        }
    }
}

#[derive(FromRow)]
struct Row {
    seq: i64,
    kind: i16,
    at: DateTime<Utc>,
    conversation_id: Option<ConversationId>,
    message_id: Option<MessageId>,
    member_id: Option<MemberId>,
    detail: Option<Value>,
}

/// The events a workspace still has.
#[derive(Debug, Clone, Copy, FromRow)]
pub struct Window {
    /// The newest event's number; 0 before the first.
    pub head: i64,
    /// The oldest one still kept; none when there is none.
    pub oldest: Option<i64>,
}

impl Window {
    /// Whether a client that has seen everything up to `after` can be told all it missed.
    #[must_use]
    pub fn reaches(&self, after: i64) -> bool {
        let oldest = self.oldest.unwrap_or(self.head.saturating_add(1));
        (0..=self.head).contains(&after) && after.saturating_add(1) >= oldest
    }
}

/// Which events there are.
///
/// # Errors
/// When the database is away, or the workspace is not there.
pub async fn window(db: &Db, workspace_id: WorkspaceId) -> sqlx::Result<Window> {
    let mut tx = db.read(workspace_id).await?;
    sqlx::query_as(
        "select h.event_seq as head,
                (select e.seq from events e where e.workspace_id = $1 order by e.seq limit 1) as oldest
         from workspace_heads h where h.workspace_id = $1",
    )
    .bind(workspace_id)
    .fetch_one(tx.conn())
    .await
}

/// At most `limit` events after `after`, hydrated; a fixed number of statements.
///
/// # Errors
/// When the database refuses.
pub async fn events_after(
    db: &Db,
    workspace_id: WorkspaceId,
    after: i64,
    limit: i64,
) -> sqlx::Result<Vec<Arc<HydratedEvent>>> {
    let mut tx = db.read(workspace_id).await?;
    let rows: Vec<Row> = sqlx::query_as(
        "select seq, kind, at, conversation_id, message_id, member_id, detail
         from events where workspace_id = $1 and seq > $2 order by seq limit $3",
    )
    .bind(workspace_id)
    .bind(after)
    .bind(limit)
    .fetch_all(tx.conn())
    .await?;
    hydrate(&mut tx, rows).await
}

async fn hydrate(tx: &mut WorkspaceTx, rows: Vec<Row>) -> sqlx::Result<Vec<Arc<HydratedEvent>>> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let ids: BTreeSet<ConversationId> = rows.iter().filter_map(|row| row.conversation_id).collect();
    let found = conversations::store::by_ids(tx, &Vec::from_iter(ids)).await?;
    let conversations: HashMap<ConversationId, Arc<FullConversation>> = conversations::complete(tx, found)
        .await?
        .into_iter()
        .map(|full| (full.conversation.id, Arc::new(full)))
        .collect();
    let ids: BTreeSet<MessageId> = rows.iter().filter_map(|row| row.message_id).collect();
    let found = messages::store::by_ids(tx, &Vec::from_iter(ids)).await?;
    let messages: HashMap<MessageId, Arc<FullMessage>> = messages::complete(tx, found)
        .await?
        .into_iter()
        .map(|full| (full.message.id, Arc::new(full)))
        .collect();
    Ok(rows
        .into_iter()
        .map(|row| {
            Arc::new(HydratedEvent {
                seq: row.seq,
                // A kind that a newer version wrote: the client reloads what it shows of the workspace.
                change: Change::Event(EventKind::from_code(row.kind).unwrap_or(EventKind::WorkspaceChanged)),
                at: row.at,
                conversation: row.conversation_id.and_then(|id| conversations.get(&id).cloned()),
                message: row.message_id.and_then(|id| messages.get(&id).cloned()),
                member_id: row.member_id,
                read_count: row.detail.as_ref().and_then(|detail| detail.get("readCount")?.as_i64()),
                counters: row.detail.as_ref().map(counters).unwrap_or_default(),
                rendered: Rendered::default(),
            })
        })
        .collect())
}

/// `[[kind, subject, n], …]` in the detail of a commit's last event.
fn counters(detail: &Value) -> Vec<ChangedCounter> {
    let read = |entry: &Value| -> Option<ChangedCounter> {
        let kind = i16::try_from(entry.get(0)?.as_i64()?).ok()?;
        let subject: Uuid = entry.get(1)?.as_str()?.parse().ok()?;
        Some(ChangedCounter { counter: Counter::from_parts(kind, subject)?, n: entry.get(2)?.as_i64()? })
    };
    let list = detail.get("counters").and_then(Value::as_array);
    list.into_iter().flatten().filter_map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_good_from_before_the_oldest_event_to_the_head() {
        let pruned = Window { head: 10, oldest: Some(4) };
        assert!(!pruned.reaches(2));
        assert!(pruned.reaches(3));
        assert!(pruned.reaches(10));
        assert!(!pruned.reaches(11));
        assert!(!pruned.reaches(-1));
        let fresh = Window { head: 0, oldest: None };
        assert!(fresh.reaches(0));
        assert!(!fresh.reaches(1));
        let all_pruned = Window { head: 7, oldest: None };
        assert!(all_pruned.reaches(7));
        assert!(!all_pruned.reaches(6));
    }
}
