//! Changes of messages that are not here yet: kept for a day, and applied when the message comes.

use std::collections::HashMap;

use channel_core::{Addressee, InboundEvent};
use chrono::{DateTime, TimeDelta, Utc};
use jobs::NewJob;
use serde::Deserialize as _;
use serde_json::Value;
use shared::{ChannelId, ChannelKind};
use sqlx::FromRow;

use super::entries::Entries;
use super::steps::Step;
use crate::db::WorkspaceTx;

/// The kind of job that applies what waits for messages of our own.
pub const WAITING_JOB: &str = "deliveries.waiting";

/// A change to keep.
#[derive(Debug)]
pub(super) struct Kept {
    pub channel_id: ChannelId,
    pub platform_message_id: String,
    pub event: InboundEvent,
    pub delivery_id: i64,
}

#[derive(Debug, FromRow)]
struct Waiting {
    id: i64,
    channel_id: ChannelId,
    platform_message_id: String,
    event: Value,
    delivery_id: Option<i64>,
    received_at: DateTime<Utc>,
    kind: i16,
}

/// Takes out what waited for the messages that this batch brings, and puts it behind each of them.
pub(super) async fn take(tx: &mut WorkspaceTx, steps: &mut Vec<Step>, entries: &Entries) -> sqlx::Result<()> {
    let brought = steps.iter().filter(|step| !step.is_ours() && brings_message(&step.event));
    let brought = brought.filter_map(|step| Some((step.channel_id, step.own_id()?)));
    let brought: Vec<(ChannelId, String)> =
        brought.filter(|(channel, id)| entries.find(*channel, id).is_none()).collect();
    if brought.is_empty() {
        return Ok(());
    }
    let workspace_id = tx.workspace_id();
    let waiting: Vec<Waiting> = sqlx::query_as(
        "delete from waiting_changes w using unnest($2::uuid[], $3::text[]) as k(channel_id, platform_message_id)
         where w.workspace_id = $1 and w.channel_id = k.channel_id and w.platform_message_id = k.platform_message_id
         returning w.id, w.channel_id, w.platform_message_id, w.event, w.delivery_id, w.received_at, 0::smallint as kind",
    )
    .bind(workspace_id)
    .bind(brought.iter().map(|(channel, _)| channel.0).collect::<Vec<_>>())
    .bind(brought.iter().map(|(_, id)| id.as_str()).collect::<Vec<_>>())
    .fetch_all(tx.conn())
    .await?;
    if waiting.is_empty() {
        return Ok(());
    }
    let mut behind: HashMap<(ChannelId, String), Vec<Waiting>> = HashMap::new();
    for change in waiting {
        behind.entry((change.channel_id, change.platform_message_id.clone())).or_default().push(change);
    }
    let mut all = Vec::with_capacity(steps.len() + behind.len());
    for step in steps.drain(..) {
        let own = step.own_id().filter(|_| brings_message(&step.event));
        let changes = own.and_then(|id| behind.remove(&(step.channel_id, id)));
        let kind = step.kind;
        all.push(step);
        let mut changes = changes.unwrap_or_default();
        changes.sort_unstable_by_key(|change| change.id);
        all.extend(changes.into_iter().filter_map(|change| change.step(kind)));
    }
    *steps = all;
    Ok(())
}

/// Changes that wait for messages which are here: they came in between, or are our own and have got their id now.
/// Looks at the young ones only, newest first: what has waited for longer is taken by its message when that comes.
pub(super) async fn take_known(tx: &mut WorkspaceTx, at_most: i64) -> sqlx::Result<Vec<Step>> {
    let workspace_id = tx.workspace_id();
    let waiting: Vec<Waiting> = sqlx::query_as(
        "with known as (
             select w.id, c.kind from (
                 select id, channel_id, platform_message_id from waiting_changes
                 where workspace_id = $1 and event -> 'status' is null and received_at > now() - interval '15 minutes'
                 order by received_at desc limit 5000) w
             join channels c on c.workspace_id = $1 and c.id = w.channel_id
             where (exists (select from messages m
                            where m.workspace_id = $1 and m.channel_id = w.channel_id
                              and m.platform_message_id = w.platform_message_id)
                    or exists (select from platform_messages p
                               where p.workspace_id = $1 and p.channel_id = w.channel_id
                                 and p.platform_message_id = w.platform_message_id))
             order by w.id limit $2)
         delete from waiting_changes w using known k where w.workspace_id = $1 and w.id = k.id
         returning w.id, w.channel_id, w.platform_message_id, w.event, w.delivery_id, w.received_at, k.kind",
    )
    .bind(workspace_id)
    .bind(at_most)
    .fetch_all(tx.conn())
    .await?;
    let mut waiting = waiting;
    waiting.sort_unstable_by_key(|change| change.id);
    let steps = waiting.into_iter().filter_map(|change| {
        let kind = ChannelKind::from_code(change.kind)?;
        change.step(kind)
    });
    Ok(steps.collect())
}

/// How long ago the newest change came that still waits; none when nothing does.
pub(super) async fn newest(tx: &mut WorkspaceTx) -> sqlx::Result<Option<DateTime<Utc>>> {
    let workspace_id = tx.workspace_id();
    sqlx::query_scalar(
        "select received_at from waiting_changes
         where workspace_id = $1 and event -> 'status' is null order by received_at desc limit 1",
    )
    .bind(workspace_id)
    .fetch_optional(tx.conn())
    .await
}

/// Keeps changes until their messages are here.
pub(super) async fn keep(tx: &mut WorkspaceTx, kept: &[Kept]) -> sqlx::Result<()> {
    if kept.is_empty() {
        return Ok(());
    }
    let events: Result<Vec<Value>, _> = kept.iter().map(|one| serde_json::to_value(&one.event)).collect();
    let events = events.map_err(|error| sqlx::Error::Encode(error.into()))?;
    let workspace_id = tx.workspace_id();
    sqlx::query(
        "insert into waiting_changes (workspace_id, channel_id, platform_message_id, event, delivery_id)
         select $1, k.* from unnest($2::uuid[], $3::text[], $4::jsonb[], $5::bigint[]) as k",
    )
    .bind(workspace_id)
    .bind(kept.iter().map(|one| one.channel_id.0).collect::<Vec<_>>())
    .bind(kept.iter().map(|one| one.platform_message_id.as_str()).collect::<Vec<_>>())
    .bind(events)
    .bind(kept.iter().map(|one| one.delivery_id).collect::<Vec<_>>())
    .execute(tx.conn())
    .await?;
    // Their message may be one of ours that learns its id at this moment.
    look_soon(tx).await
}

/// Has one job look at what waits, however many changes come: one that lies in wait already comes sooner.
async fn look_soon(tx: &mut WorkspaceTx) -> sqlx::Result<()> {
    let workspace_id = tx.workspace_id();
    let soon = Utc::now() + TimeDelta::seconds(2);
    let sooner = sqlx::query(
        "update jobs set run_at = least(run_at, $3)
         where workspace_id = $1 and lane = $2 and dead_at is null and claim_token is null",
    )
    .bind(workspace_id)
    .bind(WAITING_JOB)
    .bind(soon)
    .execute(tx.conn())
    .await?;
    if sooner.rows_affected() == 0 {
        jobs::enqueue(tx.conn(), NewJob::new(workspace_id.0, WAITING_JOB).in_lane(WAITING_JOB).at(soon))
            .await?;
    }
    Ok(())
}

/// Forgets what has waited for a day: its message will not come. At most so many at a time; how many there were.
///
/// # Errors
/// When the database refuses.
pub async fn forget_old_changes(tx: &mut WorkspaceTx, at_most: i64) -> sqlx::Result<u64> {
    let workspace_id = tx.workspace_id();
    let gone = sqlx::query(
        "delete from waiting_changes w using (
             select id from waiting_changes
             where workspace_id = $1 and received_at < now() - interval '1 day' order by received_at limit $2) old
         where w.workspace_id = $1 and w.id = old.id",
    )
    .bind(workspace_id)
    .bind(at_most)
    .execute(tx.conn())
    .await?;
    Ok(gone.rows_affected())
}

fn brings_message(event: &InboundEvent) -> bool {
    matches!(event, InboundEvent::Message(_) | InboundEvent::Echo(_))
}

impl Waiting {
    /// The change as an event of a batch; none for one that a newer version kept.
    fn step(self, kind: ChannelKind) -> Option<Step> {
        Some(Step {
            delivery: None,
            delivery_id: self.delivery_id.unwrap_or_default(),
            channel_id: self.channel_id,
            kind,
            received_at: self.received_at,
            to: Addressee::Endpoint,
            connection: None,
            event: InboundEvent::deserialize(self.event).ok()?,
        })
    }
}
