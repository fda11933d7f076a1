//! SQL of health.

use channel_core::Health;
use chrono::{DateTime, Utc};
use shared::{ChannelId, ChannelState};
use sqlx::FromRow;
use sqlx::types::Json;

use crate::channels::events::code_of;
use crate::channels::store::credentials::Purpose;
use crate::db::WorkspaceTx;

/// The last answer of a provider.
#[derive(Debug, Clone)]
pub struct Kept {
    /// What it said.
    pub health: Health,
    /// When.
    pub checked_at: DateTime<Utc>,
}

/// A channel before the next answer.
pub struct Before {
    /// How its connection stands.
    pub state: ChannelState,
    /// Until when its token works, as connecting it told.
    pub credential_expires_at: Option<DateTime<Utc>>,
    /// The last answer.
    pub kept: Option<Kept>,
}

type Row = (ChannelState, Option<DateTime<Utc>>, Option<Json<Health>>, Option<DateTime<Utc>>);

macro_rules! before {
    ($locking:literal) => {
        concat!(
            "select c.state,
                    (select k.expires_at from credentials k where k.workspace_id = $1 and k.channel_id = c.id
                         and k.purpose = $3 and k.retired_at is null order by k.version desc limit 1),
                    h.health, h.checked_at
             from channels c left join channel_health h on h.workspace_id = $1 and h.channel_id = c.id
             where c.workspace_id = $1 and c.id = $2 and c.state <> $4 ",
            $locking
        )
    };
}

/// Locks a connected channel, with the last answer about it.
pub async fn lock(tx: &mut WorkspaceTx, id: ChannelId) -> sqlx::Result<Option<Before>> {
    read(tx, id, before!("for no key update of c")).await
}

async fn read(tx: &mut WorkspaceTx, id: ChannelId, statement: &'static str) -> sqlx::Result<Option<Before>> {
    let workspace_id = tx.workspace_id();
    let row: Option<Row> = sqlx::query_as(statement)
        .bind(workspace_id)
        .bind(id)
        .bind(Purpose::AccessToken as i16)
        .bind(ChannelState::Disconnected)
        .fetch_optional(tx.conn())
        .await?;
    Ok(row.map(|(state, credential_expires_at, health, checked_at)| Before {
        state,
        credential_expires_at,
        kept: health.zip(checked_at).map(|(Json(health), checked_at)| Kept { health, checked_at }),
    }))
}

/// Keeps an answer.
pub async fn put(
    tx: &mut WorkspaceTx,
    id: ChannelId,
    health: &Health,
    checked_at: DateTime<Utc>,
) -> sqlx::Result<()> {
    let workspace_id = tx.workspace_id();
    sqlx::query(
        "insert into channel_health (workspace_id, channel_id, health, state, checked_at)
         values ($1, $2, $3, $4, $5)
         on conflict (workspace_id, channel_id) do update
             set health = excluded.health, state = excluded.state, checked_at = excluded.checked_at",
    )
    .bind(workspace_id)
    .bind(id)
    .bind(Json(health))
    .bind(code_of(health.state()))
    .bind(checked_at)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// A channel that waited to be connected again works.
pub async fn recover(tx: &mut WorkspaceTx, id: ChannelId) -> sqlx::Result<()> {
    let workspace_id = tx.workspace_id();
    sqlx::query(
        "update channels set state = $3, state_reason = null, state_changed_at = now(), updated_at = now()
         where workspace_id = $1 and id = $2 and state = $4",
    )
    .bind(workspace_id)
    .bind(id)
    .bind(ChannelState::Connected)
    .bind(ChannelState::Reconnect)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Figures by the hour are kept for a month.
pub async fn forget_old_hours(tx: &mut WorkspaceTx) -> sqlx::Result<()> {
    let workspace_id = tx.workspace_id();
    sqlx::query("delete from channel_hours where workspace_id = $1 and hour < now() - interval '31 days'")
        .bind(workspace_id)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Figures of a channel.
#[derive(Debug, Clone, FromRow)]
pub struct Figures {
    /// Whose.
    pub channel_id: ChannelId,
    /// The last answer.
    pub health: Option<Json<Health>>,
    /// When.
    pub checked_at: Option<DateTime<Utc>>,
    /// When a contact last wrote.
    pub last_inbound_at: Option<DateTime<Utc>>,
    /// When something last went out.
    pub last_outbound_at: Option<DateTime<Utc>>,
    /// Of the last 24 hours.
    pub inbound: i64,
    /// Likewise.
    pub sent: i64,
    /// Likewise.
    pub failed: i64,
    /// Deliveries that wait for another try.
    pub waiting: i64,
    /// Deliveries that failed, of the workspace's latest.
    pub broken: i64,
    /// What waits to go out.
    pub queued: i64,
    /// What was given up.
    pub dead: i64,
}

/// How far counting goes: beyond, "many" is all that anybody wants to know.
const COUNTED_MAX: i64 = 1000;

/// Figures of channels, each by its index.
pub async fn figures(tx: &mut WorkspaceTx, ids: &[ChannelId]) -> sqlx::Result<Vec<Figures>> {
    let workspace_id = tx.workspace_id();
    sqlx::query_as(
        "with broken as materialized (
             select d.channel_id, count(*) as count from (
                 select o.delivery_id from delivery_outcomes o
                 where o.workspace_id = $1 and o.outcome = 4 order by o.delivery_id desc limit $3) o
             join webhook_deliveries d on d.workspace_id = $1 and d.id = o.delivery_id group by d.channel_id)
         select c.id as channel_id, h.health, h.checked_at, a.last_inbound_at, a.last_outbound_at,
                coalesce(f.inbound, 0)::bigint as inbound, coalesce(f.sent, 0)::bigint as sent,
                coalesce(f.failed, 0)::bigint as failed, p.waiting,
                coalesce((select b.count from broken b where b.channel_id = c.id), 0) as broken,
                q.queued, g.dead
         from channels c
         left join channel_health h on h.workspace_id = $1 and h.channel_id = c.id
         left join channel_activity a on a.workspace_id = $1 and a.channel_id = c.id
         left join lateral (
             select sum(t.inbound) as inbound, sum(t.sent) as sent, sum(t.failed) as failed
             from channel_hours t
             where t.workspace_id = $1 and t.channel_id = c.id and t.hour > now() - interval '24 hours') f on true
         left join lateral (
             select count(*) as waiting from (
                 select from pending_deliveries d
                 where d.workspace_id = $1 and d.channel_id = c.id and d.attempts > 0 limit $3) d) p on true
         left join lateral (
             select count(*) as queued from (
                 select from outbox o where o.workspace_id = $1 and o.channel_id = c.id limit $3) o) q on true
         left join lateral (
             select count(*) as dead from (
                 select from transmissions t
                 where t.workspace_id = $1 and t.channel_id = c.id and t.dead_at is not null limit $3) t) g on true
         where c.workspace_id = $1 and c.id = any($2)",
    )
    .bind(workspace_id)
    .bind(ids.iter().map(|id| id.0).collect::<Vec<_>>())
    .bind(COUNTED_MAX)
    .fetch_all(tx.conn())
    .await
}

/// Until when a channel's token works: by the provider's last answer, or as connecting it told.
pub async fn token_end(tx: &mut WorkspaceTx, id: ChannelId) -> sqlx::Result<Option<DateTime<Utc>>> {
    let before = read(tx, id, before!("")).await?;
    Ok(before.and_then(|before| {
        let told = before.kept.and_then(|kept| kept.health.token_expires_at);
        told.or(before.credential_expires_at)
    }))
}
