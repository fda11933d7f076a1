//! Owing something to a platform: a line in the transaction that owes it.

use channel_core::Act;
use chrono::{TimeDelta, Utc};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use shared::{ChannelId, ConversationId, IdentityId, MessageId, TransmissionId};
use uuid::Uuid;

use super::lanes::LaneId;
use crate::db::WorkspaceTx;

/// How long a press of a button waits for our answer, at the platform with the least patience.
const PRESS_SECONDS: i64 = 150;
/// That we have read something is no news after so long.
const READ_SECONDS: i64 = 3_600;

/// Whom an act is for.
#[derive(Debug, Clone)]
pub struct Target {
    /// Through which channel.
    pub channel_id: ChannelId,
    /// In which conversation; none for a thread that is none of ours.
    pub conversation_id: Option<ConversationId>,
    /// The platform's thread; with a conversation it may be left to be looked up when the act goes out.
    pub to: Option<String>,
    /// The platform's id of the message that it answers.
    pub quote: Option<String>,
    /// A person does it, now and on purpose.
    pub by_human: bool,
}

/// Puts an act in line that makes no message of ours, or one that has its transmission already. What concerns a
/// message in the thread goes after all that waits for the same person; the rest goes beside it. The caller holds
/// the conversation's lock where there is one, so that numbers are given in the order of the commits.
///
/// # Errors
/// When the database refuses; then the caller's transaction must not commit.
pub async fn enqueue_act(
    tx: &mut WorkspaceTx,
    target: Target,
    act: &Act,
    transmission_id: Option<TransmissionId>,
) -> sqlx::Result<()> {
    enqueue(tx, target, act, transmission_id, None).await
}

/// Puts acts in line that belong to no thread of ours, for many at once.
///
/// # Errors
/// When the database refuses; then the caller's transaction must not commit.
pub async fn enqueue_beside(tx: &mut WorkspaceTx, acts: &[(Target, Act)]) -> sqlx::Result<()> {
    if acts.is_empty() {
        return Ok(());
    }
    let values: Result<Vec<Value>, _> = acts.iter().map(|(_, act)| serde_json::to_value(act)).collect();
    let values = values.map_err(|error| sqlx::Error::Encode(error.into()))?;
    let places: Vec<Place> = acts.iter().map(|(target, act)| place(target, act, None)).collect();
    let expires = |place: &Place| place.seconds.map(|seconds| Utc::now() + TimeDelta::seconds(seconds));
    let workspace_id = tx.workspace_id();
    sqlx::query(
        "with queued as (
             insert into outbox (workspace_id, channel_id, lane, recipient, by_human, act, expires_at)
             select $1, a.channel_id, a.lane, a.recipient, a.by_human, a.act, a.expires_at
             from unnest($2::uuid[], $3::uuid[], $4::text[], $5::boolean[], $6::jsonb[], $7::timestamptz[])
                  with ordinality as a(channel_id, lane, recipient, by_human, act, expires_at, n)
             order by a.n
             returning channel_id, lane)
         select pg_notify('sb_outbox', $1::text || ':' || q.channel_id::text || ':' || q.lane::text)
         from (select distinct channel_id, lane from queued) q",
    )
    .bind(workspace_id)
    .bind(acts.iter().map(|(target, _)| target.channel_id.0).collect::<Vec<_>>())
    .bind(places.iter().map(|place| place.lane).collect::<Vec<_>>())
    .bind(places.iter().map(|place| place.recipient.as_deref()).collect::<Vec<_>>())
    .bind(acts.iter().map(|(target, _)| target.by_human).collect::<Vec<_>>())
    .bind(values)
    .bind(places.iter().map(expires).collect::<Vec<_>>())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// A change of a message of the thread.
pub(crate) struct MessageChange {
    /// Which message.
    pub message_id: MessageId,
    /// What is put back when the platform refuses it.
    pub undo: Value,
}

/// Likewise, for an act that changes a message of the thread: its failure takes the change back.
pub(crate) async fn enqueue_change(
    tx: &mut WorkspaceTx,
    target: Target,
    act: &Act,
    change: MessageChange,
) -> sqlx::Result<()> {
    enqueue(tx, target, act, None, Some(change)).await
}

async fn enqueue(
    tx: &mut WorkspaceTx,
    target: Target,
    act: &Act,
    transmission_id: Option<TransmissionId>,
    change: Option<MessageChange>,
) -> sqlx::Result<()> {
    let workspace_id = tx.workspace_id();
    let identity: Option<(IdentityId, String)> = match target.conversation_id {
        None => None,
        Some(conversation_id) => {
            sqlx::query_as(
                "select i.id, i.platform_id from conversations c
                 join identities i on i.workspace_id = $1 and i.id = c.identity_id
                 where c.workspace_id = $1 and c.id = $2",
            )
            .bind(workspace_id)
            .bind(conversation_id)
            .fetch_optional(tx.conn())
            .await?
        }
    };
    let place = place(&target, act, identity.as_ref());
    if place.only_newest {
        sqlx::query(
            "delete from outbox where workspace_id = $1 and channel_id = $2 and lane = $3 and state = 1",
        )
        .bind(workspace_id)
        .bind(target.channel_id)
        .bind(place.lane)
        .execute(tx.conn())
        .await?;
    }
    sqlx::query(
        "with queued as (
             insert into outbox (workspace_id, channel_id, lane, transmission_id, message_id, conversation_id, recipient,
                                 quote, by_human, act, expires_at, undo)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, case when $4 is null then $10 end, $11, $12))
         select pg_notify('sb_outbox', $1::text || ':' || $2::text || ':' || $3::text)",
    )
    .bind(workspace_id)
    .bind(target.channel_id)
    .bind(place.lane)
    .bind(transmission_id)
    .bind(change.as_ref().map(|change| change.message_id))
    .bind(target.conversation_id)
    .bind(place.recipient)
    .bind(target.quote)
    .bind(target.by_human)
    .bind(serde_json::to_value(act).map_err(|error| sqlx::Error::Encode(error.into()))?)
    .bind(place.seconds.map(|seconds| Utc::now() + TimeDelta::seconds(seconds)))
    .bind(change.map(|change| change.undo))
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Where an act stands in line.
struct Place {
    lane: LaneId,
    recipient: Option<String>,
    seconds: Option<i64>,
    only_newest: bool,
}

fn place(target: &Target, act: &Act, identity: Option<&(IdentityId, String)>) -> Place {
    let to = target.to.clone().or_else(|| identity.map(|identity| identity.1.clone())).unwrap_or_default();
    let beside = |what: &str, to: String| (lane_of(target.channel_id, what, &to), Some(to));
    let (lane, recipient) = match (act, identity) {
        (Act::AnswerPress { press_id, .. }, _) => (lane_of(target.channel_id, "press", press_id), Some(to)),
        (Act::MarkRead { .. }, _) => beside("read", to),
        (_, Some(identity)) => (identity.0.0, target.to.clone()),
        (_, None) => beside("thread", to),
    };
    let seconds = match act {
        Act::AnswerPress { .. } => Some(PRESS_SECONDS),
        Act::MarkRead { .. } => Some(READ_SECONDS),
        _ => None,
    };
    Place { lane, recipient, seconds, only_newest: matches!(act, Act::MarkRead { .. }) }
}

/// A lane that is no person's.
fn lane_of(channel_id: ChannelId, what: &str, which: &str) -> LaneId {
    let mut hash = Sha256::new();
    for part in [channel_id.0.as_bytes().as_slice(), what.as_bytes(), b"\0", which.as_bytes()] {
        hash.update(part);
    }
    let mut bytes = [0; 16];
    bytes.iter_mut().zip(hash.finalize()).for_each(|(to, from)| *to = from);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

/// A message that is to go out.
#[derive(Debug, Clone)]
pub struct NewTransmissions<'a> {
    /// Which.
    pub message_id: MessageId,
    /// Where.
    pub conversation_id: ConversationId,
    /// Through which channel.
    pub channel_id: ChannelId,
    /// To whom.
    pub identity_id: IdentityId,
    /// The message that it answers.
    pub quotes: Option<MessageId>,
    /// A person sends it, now and on purpose.
    pub by_human: bool,
    /// What the platform is to do, in order.
    pub acts: &'a [Act],
}

/// Stores a message's transmissions and puts them in line; the caller holds the conversation's lock.
///
/// # Errors
/// When the database refuses; then the caller's transaction must not commit.
pub async fn enqueue_message(tx: &mut WorkspaceTx, new: &NewTransmissions<'_>) -> sqlx::Result<()> {
    let acts: Result<Vec<Value>, _> = new.acts.iter().map(serde_json::to_value).collect();
    let acts = acts.map_err(|error| sqlx::Error::Encode(error.into()))?;
    let ids: Vec<Uuid> = new.acts.iter().map(|_| TransmissionId::new().0).collect();
    let workspace_id = tx.workspace_id();
    sqlx::query(
        "with added as (
             insert into transmissions (workspace_id, id, message_id, channel_id, part, status, act)
             select $1, a.id, $2, $3, (a.n - 1)::smallint, 1, a.act
             from unnest($4::uuid[], $5::jsonb[]) with ordinality as a(id, act, n)
             returning id, part),
         told as (
             insert into transmission_events (workspace_id, transmission_id, status, happened_at)
             select $1, id, 1, now() from added),
         queued as (
             insert into outbox (workspace_id, channel_id, lane, transmission_id, message_id, conversation_id, quotes,
                                 by_human)
             select $1, $3, $6, id, $2, $7, case when part = 0 then $8 end, $9 from added order by part)
         select pg_notify('sb_outbox', $1::text || ':' || $3::text || ':' || $6::text)",
    )
    .bind(workspace_id)
    .bind(new.message_id)
    .bind(new.channel_id)
    .bind(ids)
    .bind(acts)
    .bind(new.identity_id)
    .bind(new.conversation_id)
    .bind(new.quotes)
    .bind(new.by_human)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Puts transmissions that are stored already in line again, in the order given; their messages are locked, and so
/// is what their lanes are ordered by.
pub(super) async fn enqueue_again(
    tx: &mut WorkspaceTx,
    ids: &[TransmissionId],
    by_human: bool,
) -> sqlx::Result<()> {
    let workspace_id = tx.workspace_id();
    sqlx::query(
        "with queued as (
             insert into outbox (workspace_id, channel_id, lane, transmission_id, message_id, conversation_id, quotes,
                                 by_human)
             select $1, t.channel_id, c.identity_id, t.id, m.id, c.id, case when t.part = 0 then m.quoted_message_id end, $3
             from unnest($2::uuid[]) with ordinality as a(id, n)
             join transmissions t on t.workspace_id = $1 and t.id = a.id
             join messages m on m.workspace_id = $1 and m.id = t.message_id
             join conversations c on c.workspace_id = $1 and c.id = m.conversation_id
             order by a.n
             returning channel_id, lane)
         select pg_notify('sb_outbox', $1::text || ':' || q.channel_id::text || ':' || q.lane::text)
         from (select distinct channel_id, lane from queued) q",
    )
    .bind(workspace_id)
    .bind(ids.iter().map(|id| id.0).collect::<Vec<_>>())
    .bind(by_human)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Has the answers of a conversation that still wait go out in the order of the thread: one that was put in line again
/// goes before those that were written after it. What has begun keeps its place, and so do other conversations.
pub(super) async fn in_thread_order(
    tx: &mut WorkspaceTx,
    channel_id: ChannelId,
    lane: LaneId,
    conversation_id: ConversationId,
) -> sqlx::Result<()> {
    let workspace_id = tx.workspace_id();
    // Lines are ordered by their numbers: all that wait get new ones. Whoever knows the old ones reads the lane anew.
    sqlx::query(
        "with waiting as (
             delete from outbox o
             where o.workspace_id = $1 and o.channel_id = $2 and o.lane = $3 and o.state = 1 and o.conversation_id = $4
             returning o.*),
         queued as (
             insert into outbox (workspace_id, channel_id, lane, transmission_id, message_id, conversation_id, recipient,
                                 quote, quotes, by_human, act, attempts, moved, queued_at, run_at, expires_at, reason, undo)
             select w.workspace_id, w.channel_id, w.lane, w.transmission_id, w.message_id, w.conversation_id, w.recipient,
                    w.quote, w.quotes, w.by_human, w.act, w.attempts, w.moved, w.queued_at, w.run_at, w.expires_at,
                    w.reason, w.undo
             from waiting w
             left join transmissions t on t.workspace_id = $1 and t.id = w.transmission_id
             left join messages m on m.workspace_id = $1 and m.id = coalesce(w.message_id, t.message_id)
             order by m.seq nulls first, t.part nulls last, w.id
             returning 1)
         select pg_notify('sb_outbox', $1::text || ':' || $2::text || ':' || $3::text) from queued limit 1",
    )
    .bind(workspace_id)
    .bind(channel_id)
    .bind(lane)
    .bind(conversation_id)
    .execute(tx.conn())
    .await?;
    Ok(())
}
