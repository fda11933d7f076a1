//! SQL of storing deliveries.

use std::collections::BTreeMap;

use shared::{ChannelId, WorkspaceId};
use sqlx::FromRow;
use uuid::Uuid;

use crate::db::Db;
use crate::webhooks::{DeliveryOutcome, NewDelivery};

/// A delivery that was not there before.
#[derive(Debug, FromRow)]
pub(in crate::webhooks) struct Stored {
    pub workspace_id: WorkspaceId,
    pub channel_id: ChannelId,
    pub dedupe_key: String,
    pub id: i64,
}

/// What was posted under a key before.
#[derive(Debug, FromRow)]
pub(in crate::webhooks) struct Known {
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
    headers: Vec<Option<&'a str>>,
}

impl<'a> Columns<'a> {
    fn of(deliveries: &[&'a NewDelivery]) -> Self {
        Self {
            workspaces: deliveries.iter().map(|d| d.workspace_id.0).collect(),
            channels: deliveries.iter().map(|d| d.channel_id.0).collect(),
            kinds: deliveries.iter().map(|d| d.kind.code()).collect(),
            senders: deliveries.iter().map(|d| d.sender.as_str()).collect(),
            keys: deliveries.iter().map(|d| d.dedupe_key.as_str()).collect(),
            bodies: deliveries.iter().map(|d| &*d.body).collect(),
            fingerprints: deliveries.iter().map(|d| d.fingerprint.as_slice()).collect(),
            headers: deliveries.iter().map(|d| d.headers.as_deref()).collect(),
        }
    }
}

/// Stores deliveries in their order, in one commit; durable when it returns. Those that were there before
/// are not in the answer. (Those that end at once are rare, and have a commit of their own.)
pub(in crate::webhooks) async fn insert(db: &Db, deliveries: &[NewDelivery]) -> sqlx::Result<Vec<Stored>> {
    let (ended, pending): (Vec<&NewDelivery>, Vec<&NewDelivery>) =
        deliveries.iter().partition(|delivery| delivery.ignored.is_some());
    let mut stored = match pending.first() {
        None => Vec::new(),
        Some(first) if pending.iter().all(|delivery| delivery.workspace_id == first.workspace_id) => {
            insert_in_one(db, first.workspace_id, Columns::of(&pending)).await?
        }
        Some(_) => insert_in_many(db, Columns::of(&pending)).await?,
    };
    for (workspace_id, ended) in by_workspace(ended) {
        stored.extend(insert_ended(db, workspace_id, &ended).await?);
    }
    Ok(stored)
}

async fn insert_in_one(db: &Db, workspace_id: WorkspaceId, rows: Columns<'_>) -> sqlx::Result<Vec<Stored>> {
    let mut tx = db.ingest(workspace_id).await?;
    let stored = sqlx::query_as(
        "with stored as (
             insert into webhook_deliveries (workspace_id, channel_id, kind, sender, dedupe_key, body, body_sha256, headers)
             select $1, g.c, g.k, g.s, g.d, g.b, g.f, g.h::jsonb
             from unnest($2::uuid[], $3::smallint[], $4::text[], $5::text[], $6::bytea[], $7::bytea[], $8::text[])
                  with ordinality as g(c, k, s, d, b, f, h, n)
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
    .bind(rows.headers)
    .fetch_all(tx.conn())
    .await?;
    tx.commit().await?;
    Ok(stored)
}

/// Row-level security admits one workspace per statement, hence the function: see migration 0020.
async fn insert_in_many(db: &Db, rows: Columns<'_>) -> sqlx::Result<Vec<Stored>> {
    sqlx::query_as(
        "select workspace_id, channel_id, dedupe_key, id from store_deliveries($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(rows.workspaces)
    .bind(rows.channels)
    .bind(rows.kinds)
    .bind(rows.senders)
    .bind(rows.keys)
    .bind(rows.bodies)
    .bind(rows.fingerprints)
    .bind(rows.headers)
    .fetch_all(db.ingest_pool())
    .await
}

/// Deliveries that end as ignored when they are stored, with the reason they bring.
async fn insert_ended(
    db: &Db,
    workspace_id: WorkspaceId,
    deliveries: &[&NewDelivery],
) -> sqlx::Result<Vec<Stored>> {
    let rows = Columns::of(deliveries);
    let mut tx = db.ingest(workspace_id).await?;
    let stored = sqlx::query_as(
        "with given as (
             select * from unnest($2::uuid[], $3::smallint[], $4::text[], $5::text[], $6::bytea[], $7::bytea[],
                                  $8::text[], $9::text[]) with ordinality as g(c, k, s, d, b, f, h, reason, n)),
         stored as (
             insert into webhook_deliveries (workspace_id, channel_id, kind, sender, dedupe_key, body, body_sha256, headers)
             select $1, g.c, g.k, g.s, g.d, g.b, g.f, g.h::jsonb from given g order by g.n
             on conflict (workspace_id, channel_id, dedupe_key) do nothing
             returning workspace_id, channel_id, dedupe_key, id),
         ended as (
             insert into delivery_outcomes (workspace_id, delivery_id, outcome, reason, attempts)
             select $1, s.id, $10, g.reason, 0
             from stored s
             cross join lateral (
                 select g.reason from given g where g.c = s.channel_id and g.d = s.dedupe_key order by g.n limit 1) g)
         select workspace_id, channel_id, dedupe_key, id from stored",
    )
    .bind(workspace_id)
    .bind(rows.channels)
    .bind(rows.kinds)
    .bind(rows.senders)
    .bind(rows.keys)
    .bind(rows.bodies)
    .bind(rows.fingerprints)
    .bind(rows.headers)
    .bind(deliveries.iter().map(|d| d.ignored.as_deref()).collect::<Vec<_>>())
    .bind(DeliveryOutcome::Ignored.code())
    .fetch_all(tx.conn())
    .await?;
    tx.commit().await?;
    Ok(stored)
}

fn by_workspace(deliveries: Vec<&NewDelivery>) -> BTreeMap<WorkspaceId, Vec<&NewDelivery>> {
    let mut by_workspace: BTreeMap<WorkspaceId, Vec<&NewDelivery>> = BTreeMap::new();
    for delivery in deliveries {
        by_workspace.entry(delivery.workspace_id).or_default().push(delivery);
    }
    by_workspace
}

/// The fingerprints stored under the keys of these deliveries.
pub(in crate::webhooks) async fn fingerprints(
    db: &Db,
    deliveries: &[&NewDelivery],
) -> sqlx::Result<Vec<Known>> {
    let mut known = Vec::with_capacity(deliveries.len());
    for (workspace_id, deliveries) in by_workspace(deliveries.to_vec()) {
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
