//! SQL of channel events.

use chrono::{DateTime, Utc};
use shared::{ChannelEventId, ChannelId, MemberId};
use sqlx::FromRow;

use crate::channels::events::{NewChannelEvent, code_of};
use crate::db::WorkspaceTx;

/// Stores an event, unless the channel's last one says the same and is not an hour old.
pub async fn insert(
    tx: &mut WorkspaceTx,
    channel_id: ChannelId,
    event: &NewChannelEvent,
) -> sqlx::Result<bool> {
    let workspace_id = tx.workspace_id();
    let inserted = sqlx::query(
        "insert into channel_events (workspace_id, channel_id, kind, severity, words, details)
         select $1, $2, $3, $4, $5, $6
         where not exists (
             select from (
                 select kind, severity, words, at from channel_events
                 where workspace_id = $1 and channel_id = $2 order by id desc limit 1) last
             where last.kind = $3 and last.severity = $4 and last.words = $5
               and last.at > now() - interval '1 hour')",
    )
    .bind(workspace_id)
    .bind(channel_id)
    .bind(event.kind.as_str())
    .bind(code_of(event.severity))
    .bind(&event.words)
    .bind(&event.details)
    .execute(tx.conn())
    .await?;
    Ok(inserted.rows_affected() > 0)
}

/// Something that happened to a channel.
#[derive(Debug, Clone, FromRow)]
pub struct ChannelEvent {
    /// Which.
    pub id: ChannelEventId,
    /// To which channel.
    pub channel_id: ChannelId,
    /// What kind of thing.
    pub kind: String,
    /// 1 for the record, 2 warning, 3 broken.
    pub severity: i16,
    /// What happened, for an admin.
    pub words: String,
    /// When.
    pub at: DateTime<Utc>,
    /// When somebody acknowledged it.
    pub acknowledged_at: Option<DateTime<Utc>>,
    /// Who did.
    pub acknowledged_by_name: Option<String>,
}

macro_rules! events {
    ($rest:literal) => {
        concat!(
            "select e.id, e.channel_id, e.kind, e.severity, e.words, e.at, e.acknowledged_at,
                    m.name as acknowledged_by_name
             from channel_events e left join members m on m.workspace_id = $1 and m.id = e.acknowledged_by
             where e.workspace_id = $1 ",
            $rest
        )
    };
}

/// Events before a number, newest first; of one channel, if given.
pub async fn page(
    tx: &mut WorkspaceTx,
    channel_id: Option<ChannelId>,
    before: i64,
    size: i64,
) -> sqlx::Result<Vec<ChannelEvent>> {
    let workspace_id = tx.workspace_id();
    match channel_id {
        Some(channel_id) => {
            sqlx::query_as(events!("and e.channel_id = $2 and e.id < $3 order by e.id desc limit $4"))
                .bind(workspace_id)
                .bind(channel_id)
                .bind(before)
                .bind(size)
                .fetch_all(tx.conn())
                .await
        }
        None => {
            sqlx::query_as(events!("and e.id < $2 order by e.id desc limit $3"))
                .bind(workspace_id)
                .bind(before)
                .bind(size)
                .fetch_all(tx.conn())
                .await
        }
    }
}

/// Warnings and worse that nobody has acknowledged, newest first.
pub async fn alerts(tx: &mut WorkspaceTx, at_most: i64) -> sqlx::Result<Vec<ChannelEvent>> {
    let workspace_id = tx.workspace_id();
    sqlx::query_as(events!("and e.severity > 1 and e.acknowledged_at is null order by e.id desc limit $2"))
        .bind(workspace_id)
        .bind(at_most)
        .fetch_all(tx.conn())
        .await
}

/// One event.
pub async fn one(tx: &mut WorkspaceTx, id: ChannelEventId) -> sqlx::Result<Option<ChannelEvent>> {
    let workspace_id = tx.workspace_id();
    sqlx::query_as(events!("and e.id = $2")).bind(workspace_id).bind(id).fetch_optional(tx.conn()).await
}

/// Notes who has seen an event; false when somebody had before, or when it is not there.
pub async fn acknowledge(tx: &mut WorkspaceTx, id: ChannelEventId, by: MemberId) -> sqlx::Result<bool> {
    let workspace_id = tx.workspace_id();
    let noted = sqlx::query(
        "update channel_events set acknowledged_at = now(), acknowledged_by = $3
         where workspace_id = $1 and id = $2 and acknowledged_at is null",
    )
    .bind(workspace_id)
    .bind(id)
    .bind(by)
    .execute(tx.conn())
    .await?;
    Ok(noted.rows_affected() > 0)
}
