//! Reading the log.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use shared::TargetKind;
use sqlx::FromRow;
use uuid::Uuid;

use crate::db::WorkspaceTx;

/// An entry as stored.
#[derive(Debug, Clone, FromRow)]
pub(super) struct StoredEntry {
    pub seq: i64,
    pub at: DateTime<Utc>,
    pub actor_kind: i16,
    pub actor_id: Option<Uuid>,
    pub action: i16,
    pub target_kind: Option<i16>,
    pub target_id: Option<Uuid>,
    pub hash: Vec<u8>,
    /// None when they were erased.
    pub details: Option<String>,
}

/// Entries before `before`, newest first.
pub(super) async fn entries_before(
    tx: &mut WorkspaceTx,
    before: i64,
    at_most: i64,
) -> sqlx::Result<Vec<StoredEntry>> {
    let workspace_id = tx.workspace_id();
    sqlx::query_as(
        "select e.seq, e.at, e.actor_kind, e.actor_id, e.action, e.target_kind, e.target_id, e.hash, d.details
         from audit_entries e left join audit_details d on d.workspace_id = e.workspace_id and d.seq = e.seq
         where e.workspace_id = $1 and e.seq < $2 order by e.seq desc limit $3",
    )
    .bind(workspace_id)
    .bind(before)
    .bind(at_most)
    .fetch_all(tx.conn())
    .await
}

/// What the things with these ids are called now, whatever they are, in one statement: people and channels by
/// their names, conversations (and the messages in them) by their numbers.
pub(super) async fn labels(
    tx: &mut WorkspaceTx,
    ids: &[Uuid],
) -> sqlx::Result<HashMap<(TargetKind, Uuid), String>> {
    let workspace_id = tx.workspace_id();
    let rows: Vec<(TargetKind, Uuid, String)> = sqlx::query_as(
        "select 2::smallint, id, name from members where workspace_id = $1 and id = any($2)
         union all
         select 3::smallint, id, email from invitations where workspace_id = $1 and id = any($2)
         union all
         select 4::smallint, id, name from channels where workspace_id = $1 and id = any($2)
         union all
         select 5::smallint, id, name from contacts where workspace_id = $1 and id = any($2)
         union all
         select 6::smallint, id, '#' || number from conversations where workspace_id = $1 and id = any($2)
         union all
         select 7::smallint, m.id, '#' || c.number from messages m
         join conversations c on c.workspace_id = $1 and c.id = m.conversation_id
         where m.workspace_id = $1 and m.id = any($2)
         union all
         select 8::smallint, id, name from attachments where workspace_id = $1 and id = any($2)
         union all
         select 10::smallint, user_id, name from members where workspace_id = $1 and user_id = any($2)",
    )
    .bind(workspace_id)
    .bind(ids)
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|(kind, id, label)| ((kind, id), label)).collect())
}
