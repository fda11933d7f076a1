//! Giving changes their numbers, last in the transaction.

use serde_json::{Value, json};
use shared::WorkspaceId;
use sqlx::PgConnection;
use uuid::Uuid;

use super::Event;
use crate::audit::AuditHead;
use crate::conversations::ChangedCounter;

/// A workspace's locked head row.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Heads {
    /// The last event's number.
    pub event_seq: i64,
    /// The last audit entry's number.
    pub audit_seq: i64,
    /// The last audit entry's hash.
    pub audit_hash: Vec<u8>,
}

/// Locks the head row: from here to the commit, commits of this workspace queue.
///
/// # Errors
/// When the workspace has no head row or another commit holds it for too long.
pub async fn lock_heads(tx: &mut PgConnection, workspace_id: WorkspaceId) -> sqlx::Result<Heads> {
    sqlx::query_as(
        "select event_seq, audit_seq, audit_hash from workspace_heads where workspace_id = $1 for no key update",
    )
    .bind(workspace_id)
    .fetch_one(tx)
    .await
}

/// Stores events under the next numbers and both heads, and rings for the subscribers at commit.
///
/// # Errors
/// When the database refuses; then the caller's transaction must not commit.
pub async fn append(
    tx: &mut PgConnection,
    workspace_id: WorkspaceId,
    heads: &Heads,
    audit_head: AuditHead,
    events: &[Event],
    counters: &[ChangedCounter],
) -> sqlx::Result<()> {
    let count = i64::try_from(events.len()).unwrap_or(i64::MAX);
    let last_seq = heads.event_seq.saturating_add(count);
    if events.is_empty() {
        sqlx::query(
            "update workspace_heads set event_seq = $2, audit_seq = $3, audit_hash = $4 where workspace_id = $1",
        )
        .bind(workspace_id)
        .bind(last_seq)
        .bind(audit_head.seq)
        .bind(audit_head.hash)
        .execute(tx)
        .await?;
        return Ok(());
    }

    // Counters are absolute and ride on the last event of the commit.
    let counters: Vec<Value> =
        counters.iter().map(|c| json!([c.counter.kind(), c.counter.subject(), c.n])).collect();
    let details: Vec<Option<Value>> = events
        .iter()
        .enumerate()
        .map(|(index, event)| {
            let mut detail = event.detail.clone();
            if index + 1 == events.len() && !counters.is_empty() {
                if !detail.is_object() {
                    detail = json!({});
                }
                if let Some(object) = detail.as_object_mut() {
                    object.insert("counters".to_owned(), Value::Array(counters.clone()));
                }
            }
            (!detail.is_null()).then_some(detail)
        })
        .collect();
    sqlx::query(
        "with moved as (
             update workspace_heads set event_seq = $8, audit_seq = $9, audit_hash = $10 where workspace_id = $1),
         added as (
             insert into events (workspace_id, seq, kind, conversation_id, message_id, member_id, detail)
             select $1, $2 + e.n, e.kind, e.conversation_id, e.message_id, e.member_id, e.detail
             from unnest($3::smallint[], $4::uuid[], $5::uuid[], $6::uuid[], $7::jsonb[]) with ordinality
                  as e(kind, conversation_id, message_id, member_id, detail, n))
         select pg_notify('sb_events', $1::text || ':' || $8::text)",
    )
    .bind(workspace_id)
    .bind(heads.event_seq)
    .bind(events.iter().map(|e| e.kind as i16).collect::<Vec<i16>>())
    .bind(events.iter().map(|e| e.conversation_id.map(|id| id.0)).collect::<Vec<Option<Uuid>>>())
    .bind(events.iter().map(|e| e.message_id.map(|id| id.0)).collect::<Vec<Option<Uuid>>>())
    .bind(events.iter().map(|e| e.member_id.map(|id| id.0)).collect::<Vec<Option<Uuid>>>())
    .bind(details)
    .bind(last_seq)
    .bind(audit_head.seq)
    .bind(audit_head.hash)
    .execute(tx)
    .await?;
    Ok(())
}
