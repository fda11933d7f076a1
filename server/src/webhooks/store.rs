//! SQL of stored deliveries.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use shared::{ChannelId, DeliveryId, WorkspaceId};
use sqlx::FromRow;
use uuid::Uuid;

use super::delivery::{DeliveryOutcome, NewDelivery};
use crate::db::{Db, WorkspaceTx};

/// A delivery that was not there before.
#[derive(Debug, FromRow)]
pub(super) struct Stored {
    pub workspace_id: WorkspaceId,
    pub channel_id: ChannelId,
    pub dedupe_key: String,
    pub id: i64,
}

/// What was posted under a key before.
#[derive(Debug, FromRow)]
pub(super) struct Known {
    pub workspace_id: WorkspaceId,
    pub channel_id: ChannelId,
    pub dedupe_key: String,
    pub body_sha256: Vec<u8>,
}

/// Deliveries as the arrays of one statement.
struct Columns<'a> {
    workspaces: Vec<Uuid>,
    channels: Vec<Uuid>,
    kinds: Vec<i16>,
    senders: Vec<&'a str>,
    keys: Vec<&'a str>,
    bodies: Vec<&'a [u8]>,
    fingerprints: Vec<&'a [u8]>,
}

impl<'a> Columns<'a> {
    fn of(deliveries: &'a [NewDelivery]) -> Self {
        Self {
            workspaces: deliveries.iter().map(|d| d.workspace_id.0).collect(),
            channels: deliveries.iter().map(|d| d.channel_id.0).collect(),
            kinds: deliveries.iter().map(|d| d.kind.code()).collect(),
            senders: deliveries.iter().map(|d| d.sender.as_str()).collect(),
            keys: deliveries.iter().map(|d| d.dedupe_key.as_str()).collect(),
            bodies: deliveries.iter().map(|d| d.body.as_slice()).collect(),
            fingerprints: deliveries.iter().map(|d| d.fingerprint.as_slice()).collect(),
        }
    }
}

/// Stores deliveries in their order, in one commit; durable when it returns. Those that were there before
/// are not in the answer.
pub(super) async fn insert(db: &Db, deliveries: &[NewDelivery]) -> sqlx::Result<Vec<Stored>> {
    let Some(first) = deliveries.first() else { return Ok(Vec::new()) };
    let one_workspace = deliveries.iter().all(|delivery| delivery.workspace_id == first.workspace_id);
    let columns = Columns::of(deliveries);
    if one_workspace {
        insert_in_one(db, first.workspace_id, columns).await
    } else {
        insert_in_many(db, columns).await
    }
}

async fn insert_in_one(db: &Db, workspace_id: WorkspaceId, rows: Columns<'_>) -> sqlx::Result<Vec<Stored>> {
    let mut tx = db.ingest(workspace_id).await?;
    let stored = sqlx::query_as(
        "with stored as (
             insert into webhook_deliveries (workspace_id, channel_id, kind, sender, dedupe_key, body, body_sha256)
             select $1, g.c, g.k, g.s, g.d, g.b, g.f
             from unnest($2::uuid[], $3::smallint[], $4::text[], $5::text[], $6::bytea[], $7::bytea[])
                  with ordinality as g(c, k, s, d, b, f, n)
             order by g.n
             on conflict (workspace_id, channel_id, dedupe_key) do nothing
             returning workspace_id, channel_id, dedupe_key, id, sender),
         queued as (
             insert into pending_deliveries (workspace_id, delivery_id, channel_id, sender)
             select $1, s.id, s.channel_id, s.sender from stored s)
         select workspace_id, channel_id, dedupe_key, id from stored",
    )
    .bind(workspace_id)
    .bind(rows.channels)
    .bind(rows.kinds)
    .bind(rows.senders)
    .bind(rows.keys)
    .bind(rows.bodies)
    .bind(rows.fingerprints)
    .fetch_all(tx.conn())
    .await?;
    tx.commit().await?;
    Ok(stored)
}

/// Row-level security admits one workspace per statement, hence the function: see migration 0020.
async fn insert_in_many(db: &Db, rows: Columns<'_>) -> sqlx::Result<Vec<Stored>> {
    sqlx::query_as(
        "select workspace_id, channel_id, dedupe_key, id from store_deliveries($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(rows.workspaces)
    .bind(rows.channels)
    .bind(rows.kinds)
    .bind(rows.senders)
    .bind(rows.keys)
    .bind(rows.bodies)
    .bind(rows.fingerprints)
    .fetch_all(db.ingest_pool())
    .await
}

/// The fingerprints stored under the keys of these deliveries.
pub(super) async fn fingerprints(db: &Db, deliveries: &[&NewDelivery]) -> sqlx::Result<Vec<Known>> {
    let mut by_workspace: BTreeMap<WorkspaceId, Vec<&NewDelivery>> = BTreeMap::new();
    for delivery in deliveries {
        by_workspace.entry(delivery.workspace_id).or_default().push(delivery);
    }
    let mut known = Vec::with_capacity(deliveries.len());
    for (workspace_id, deliveries) in by_workspace {
        let mut tx = db.ingest(workspace_id).await?;
        let rows: Vec<Known> = sqlx::query_as(
            "select d.workspace_id, d.channel_id, d.dedupe_key, d.body_sha256
             from unnest($2::uuid[], $3::text[]) as k(channel_id, dedupe_key)
             join webhook_deliveries d
               on d.workspace_id = $1 and d.channel_id = k.channel_id and d.dedupe_key = k.dedupe_key",
        )
        .bind(workspace_id)
        .bind(deliveries.iter().map(|d| d.channel_id.0).collect::<Vec<_>>())
        .bind(deliveries.iter().map(|d| d.dedupe_key.as_str()).collect::<Vec<_>>())
        .fetch_all(tx.conn())
        .await?;
        known.extend(rows);
    }
    Ok(known)
}

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

/// A stored delivery as admins see it.
#[derive(Debug, Clone, FromRow)]
pub struct StoredDelivery {
    /// Which.
    pub id: DeliveryId,
    /// Through which channel it came.
    pub channel_id: ChannelId,
    /// When it was stored.
    pub received_at: DateTime<Utc>,
    /// When it ended.
    pub processed_at: Option<DateTime<Utc>>,
    outcome: i16,
    /// Why, where that needs saying.
    pub reason: Option<String>,
    /// Tries so far.
    pub attempts: i16,
    /// Size of the stored bytes.
    pub body_bytes: i32,
}

impl StoredDelivery {
    /// What became of it; for a number that a newer version wrote: processed.
    #[must_use]
    pub fn outcome(&self) -> DeliveryOutcome {
        DeliveryOutcome::from_code(self.outcome).unwrap_or(DeliveryOutcome::Processed)
    }
}

/// A delivery with what became of it, as [`StoredDelivery`] reads it.
macro_rules! delivery {
    () => {
        "select d.id, d.channel_id, d.received_at, o.processed_at, length(d.body) as body_bytes,
                coalesce(o.outcome, case when p.attempts > 0 then 5 else 0 end::smallint) as outcome,
                coalesce(o.reason, p.reason) as reason, coalesce(o.attempts, p.attempts, 0::smallint) as attempts
         from webhook_deliveries d
         left join pending_deliveries p on p.workspace_id = $1 and p.delivery_id = d.id
         left join delivery_outcomes o on o.workspace_id = $1 and o.delivery_id = d.id "
    };
}

/// Deliveries before a number, newest first.
pub(super) async fn page(
    tx: &mut WorkspaceTx,
    outcome: Option<DeliveryOutcome>,
    before: i64,
    at_most: i64,
) -> sqlx::Result<Vec<StoredDelivery>> {
    let workspace_id = tx.workspace_id();
    // Each way in is a range of one index.
    let statement = match outcome {
        None => concat!(delivery!(), "where d.workspace_id = $1 and d.id < $2 order by d.id desc limit $3"),
        Some(DeliveryOutcome::Pending) => concat!(
            delivery!(),
            "where d.workspace_id = $1 and d.id in (
                 select q.delivery_id from pending_deliveries q
                 where q.workspace_id = $1 and q.delivery_id < $2 and q.attempts = 0
                 order by q.delivery_id desc limit $3)
             order by d.id desc"
        ),
        Some(DeliveryOutcome::Waiting) => concat!(
            delivery!(),
            "where d.workspace_id = $1 and d.id in (
                 select q.delivery_id from pending_deliveries q
                 where q.workspace_id = $1 and q.delivery_id < $2 and q.attempts > 0
                 order by q.delivery_id desc limit $3)
             order by d.id desc"
        ),
        Some(DeliveryOutcome::Processed) => concat!(
            delivery!(),
            "where d.workspace_id = $1 and d.id in (
                 select q.delivery_id from delivery_outcomes q
                 where q.workspace_id = $1 and q.delivery_id < $2 and q.outcome = 1
                 order by q.delivery_id desc limit $3)
             order by d.id desc"
        ),
        Some(_) => concat!(
            delivery!(),
            "where d.workspace_id = $1 and d.id in (
                 select q.delivery_id from delivery_outcomes q
                 where q.workspace_id = $1 and q.delivery_id < $2 and q.outcome = $4 and q.outcome > 1
                 order by q.delivery_id desc limit $3)
             order by d.id desc"
        ),
    };
    let query = sqlx::query_as(statement).bind(workspace_id).bind(before).bind(at_most);
    let query = match outcome {
        Some(outcome @ (DeliveryOutcome::Duplicate | DeliveryOutcome::Ignored | DeliveryOutcome::Failed)) => {
            query.bind(outcome.code())
        }
        _ => query,
    };
    query.fetch_all(tx.conn()).await
}

/// One delivery.
pub(super) async fn find(tx: &mut WorkspaceTx, id: DeliveryId) -> sqlx::Result<Option<StoredDelivery>> {
    let workspace_id = tx.workspace_id();
    sqlx::query_as(concat!(delivery!(), "where d.workspace_id = $1 and d.id = $2"))
        .bind(workspace_id)
        .bind(id)
        .fetch_optional(tx.conn())
        .await
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
