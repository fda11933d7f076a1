//! SQL of stored deliveries.

mod browse;
mod insert;
mod old_bodies;

pub use browse::StoredDelivery;
pub(super) use browse::{Asked, body, find, page};
pub(super) use insert::{fingerprints, insert};
pub(super) use old_bodies::remove_old_bodies;

use chrono::{DateTime, Utc};
use shared::{ChannelId, DeliveryId, WorkspaceId};
use sqlx::FromRow;
use uuid::Uuid;

use super::delivery::DeliveryOutcome;
use crate::db::{Db, WorkspaceTx};

/// A delivery whose turn it is.
#[derive(Debug, FromRow)]
pub(super) struct Pending {
    pub id: i64,
    pub channel_id: ChannelId,
    pub kind: i16,
    pub sender: String,
    pub received_at: DateTime<Utc>,
    pub attempts: i16,
    pub body: Vec<u8>,
}

/// Keeps every other processor, of this process or another, out of this workspace until the transaction ends.
pub(crate) async fn lock_workspace(tx: &mut WorkspaceTx) -> sqlx::Result<()> {
    let workspace_id = tx.workspace_id();
    sqlx::query("select pg_advisory_xact_lock(hashtextextended('deliveries:' || $1::text, 0))")
        .bind(workspace_id.0)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// The next deliveries in order of arrival, without those of senders whose earlier one waits for another try.
pub(super) async fn pending(tx: &mut WorkspaceTx, at_most: i64) -> sqlx::Result<Vec<Pending>> {
    let workspace_id = tx.workspace_id();
    sqlx::query_as(
        "select d.id, d.channel_id, d.kind, d.sender, d.received_at, p.attempts, d.body
         from (
             select p.delivery_id, p.attempts from pending_deliveries p
             where p.workspace_id = $1 and p.run_at <= statement_timestamp()
               and not exists (
                   select from pending_deliveries w
                   where w.workspace_id = $1 and w.channel_id = p.channel_id and w.sender = p.sender
                     and w.attempts > 0 and w.delivery_id < p.delivery_id and w.run_at > statement_timestamp())
             order by p.delivery_id limit $2) p
         cross join lateral (
             select * from webhook_deliveries d where d.workspace_id = $1 and d.id = p.delivery_id limit 1) d
         order by d.id",
    )
    .bind(workspace_id)
    .bind(at_most)
    .fetch_all(tx.conn())
    .await
}

/// How one delivery ended, or when it is tried again.
#[derive(Debug, Clone)]
pub(super) struct Ended {
    pub id: i64,
    pub outcome: DeliveryOutcome,
    pub reason: Option<String>,
    /// Tries so far, this one included.
    pub attempts: i16,
    /// Seconds until the next try, for one that waits.
    pub retry_seconds: i32,
    pub message_id: Option<Uuid>,
}

/// Writes outcomes; those that wait stay in the queue.
pub(super) async fn end(tx: &mut WorkspaceTx, ended: &[Ended]) -> sqlx::Result<()> {
    let workspace_id = tx.workspace_id();
    let (waiting, over): (Vec<&Ended>, Vec<&Ended>) =
        ended.iter().partition(|ended| ended.outcome == DeliveryOutcome::Waiting);
    if !over.is_empty() {
        sqlx::query(
            "with done as (delete from pending_deliveries where workspace_id = $1 and delivery_id = any($2))
             insert into delivery_outcomes (workspace_id, delivery_id, outcome, reason, attempts, message_id)
             select $1, e.* from unnest($2::bigint[], $3::smallint[], $4::text[], $5::smallint[], $6::uuid[]) as e",
        )
        .bind(workspace_id)
        .bind(over.iter().map(|e| e.id).collect::<Vec<_>>())
        .bind(over.iter().map(|e| e.outcome.code()).collect::<Vec<_>>())
        .bind(over.iter().map(|e| e.reason.as_deref()).collect::<Vec<_>>())
        .bind(over.iter().map(|e| e.attempts).collect::<Vec<_>>())
        .bind(over.iter().map(|e| e.message_id).collect::<Vec<_>>())
        .execute(tx.conn())
        .await?;
    }
    if !waiting.is_empty() {
        sqlx::query(
            "update pending_deliveries p
             set attempts = e.attempts, reason = e.reason,
                 run_at = statement_timestamp() + make_interval(secs => e.retry_seconds)
             from unnest($2::bigint[], $3::smallint[], $4::text[], $5::integer[])
                  as e(id, attempts, reason, retry_seconds)
             where p.workspace_id = $1 and p.delivery_id = e.id",
        )
        .bind(workspace_id)
        .bind(waiting.iter().map(|e| e.id).collect::<Vec<_>>())
        .bind(waiting.iter().map(|e| e.attempts).collect::<Vec<_>>())
        .bind(waiting.iter().map(|e| e.reason.as_deref()).collect::<Vec<_>>())
        .bind(waiting.iter().map(|e| e.retry_seconds).collect::<Vec<_>>())
        .execute(tx.conn())
        .await?;
    }
    Ok(())
}

/// Where work is left, over all workspaces.
pub(super) async fn workspaces_with_pending(db: &Db) -> sqlx::Result<Vec<WorkspaceId>> {
    sqlx::query_scalar("select workspaces_with_pending_deliveries()").fetch_all(db.ingest_pool()).await
}

/// Back in line, with all its tries.
pub(super) async fn requeue(tx: &mut WorkspaceTx, id: DeliveryId) -> sqlx::Result<()> {
    let workspace_id = tx.workspace_id();
    sqlx::query(
        "with forgotten as (delete from delivery_outcomes where workspace_id = $1 and delivery_id = $2)
         insert into pending_deliveries (workspace_id, delivery_id, channel_id, sender)
         select d.workspace_id, d.id, d.channel_id, d.sender
         from webhook_deliveries d where d.workspace_id = $1 and d.id = $2
         on conflict (workspace_id, delivery_id) do update set attempts = 0, reason = null, run_at = now()",
    )
    .bind(workspace_id)
    .bind(id)
    .execute(tx.conn())
    .await?;
    Ok(())
}
