//! The outbox in the database: whose turn it is, and that a call begins.

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde_json::Value;
use shared::{
    ChannelId, ConversationId, ConversationKind, MessageId, MessageStatus, TransmissionId, WorkspaceId,
};
use sqlx::FromRow;
use uuid::Uuid;

use super::lanes::{LaneId, LineId};
use crate::db::{Db, WorkspaceTx};

/// A channel that this process sends for, until the lease ends.
#[derive(Debug, Clone, FromRow)]
pub(super) struct Lease {
    pub workspace_id: WorkspaceId,
    pub channel_id: ChannelId,
    pub token: Uuid,
    /// The platform told the account to wait for so long.
    pub hold_seconds: f64,
}

/// Renews this process's leases and claims channels that nobody sends for; all that it holds now.
pub(super) async fn claim(db: &Db, process: Uuid, at_most: i32, lease: Duration) -> sqlx::Result<Vec<Lease>> {
    sqlx::query_as("select workspace_id, channel_id, token, hold_seconds from claim_outbox($1, $2, $3)")
        .bind(process)
        .bind(at_most)
        .bind(lease.as_secs_f64())
        .fetch_all(db.sending_pool())
        .await
}

/// Gives leases back, so that another process need not wait for their end.
pub(super) async fn release(tx: &mut WorkspaceTx, tokens: &[Uuid]) -> sqlx::Result<()> {
    let workspace_id = tx.workspace_id();
    sqlx::query("update outbox_leases set until = now() where workspace_id = $1 and token = any($2)")
        .bind(workspace_id)
        .bind(tokens)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Every lane of a channel that has lines, up to `at_most`.
pub(super) const LANES: &str = "
    with recursive lanes as (
        (select o.lane from outbox o where o.workspace_id = $1 and o.channel_id = $2 order by o.lane limit 1)
        union all
        select n.lane from lanes l, lateral (
            select o.lane from outbox o where o.workspace_id = $1 and o.channel_id = $2 and o.lane > l.lane
            order by o.lane limit 1) n)
    select lane from lanes limit $3";

pub(super) async fn lanes(
    tx: &mut WorkspaceTx,
    channel_id: ChannelId,
    at_most: i64,
) -> sqlx::Result<Vec<LaneId>> {
    let workspace_id = tx.workspace_id();
    sqlx::query_scalar(LANES).bind(workspace_id).bind(channel_id).bind(at_most).fetch_all(tx.conn()).await
}

/// A line at the head of a lane.
#[derive(Debug, Clone, FromRow)]
pub(super) struct Head {
    pub channel_id: ChannelId,
    pub lane: LaneId,
    pub id: LineId,
    pub state: i16,
    pub token: Option<Uuid>,
    pub has_transmission: bool,
    pub wait_seconds: f64,
}

/// A call may have been made for it.
pub(super) const BEGUN: i16 = 2;
/// A call was made for it, and no answer came.
pub(super) const UNANSWERED: i16 = 3;

/// The first lines of these lanes, in order.
pub(super) const HEADS: &str = "
    select l.channel_id, l.lane, o.id, o.state, o.token, o.transmission_id is not null as has_transmission,
           greatest(extract(epoch from o.run_at - now()), 0)::double precision as wait_seconds
    from unnest($2::uuid[], $3::uuid[]) as l(channel_id, lane)
    cross join lateral (
        select o.id, o.state, o.token, o.transmission_id, o.run_at from outbox o
        where o.workspace_id = $1 and o.channel_id = l.channel_id and o.lane = l.lane
        order by o.id limit $4) o
    order by l.channel_id, l.lane, o.id";

pub(super) async fn heads(
    tx: &mut WorkspaceTx,
    lanes: &[(ChannelId, LaneId)],
    of_each: i64,
) -> sqlx::Result<Vec<Head>> {
    if lanes.is_empty() {
        return Ok(Vec::new());
    }
    let workspace_id = tx.workspace_id();
    sqlx::query_as(HEADS)
        .bind(workspace_id)
        .bind(lanes.iter().map(|lane| lane.0.0).collect::<Vec<_>>())
        .bind(lanes.iter().map(|lane| lane.1).collect::<Vec<_>>())
        .bind(of_each)
        .fetch_all(tx.conn())
        .await
}

/// A line whose call begins, with all that the call needs.
#[derive(Debug, Clone, FromRow)]
pub(super) struct Begun {
    pub id: LineId,
    pub channel_id: ChannelId,
    pub lane: LaneId,
    pub token: Uuid,
    pub transmission_id: Option<TransmissionId>,
    pub message_id: Option<MessageId>,
    pub conversation_id: Option<ConversationId>,
    /// This one included.
    pub attempts: i16,
    /// It has followed its thread to another id already.
    pub moved: bool,
    pub by_human: bool,
    pub queued_at: DateTime<Utc>,
    pub expires_at: Option<DateTime<Utc>>,
    /// None: the transmission is gone.
    pub act: Option<Value>,
    /// None: the person is gone.
    pub recipient: Option<String>,
    pub quote: Option<String>,
    /// How far the transmission is already: a status can overtake the answer.
    pub status: Option<MessageStatus>,
    pub reachable: bool,
    pub opted_out: Vec<String>,
    pub last_inbound_at: Option<DateTime<Utc>>,
    pub conversation_kind: Option<ConversationKind>,
    pub template_category: Option<String>,
    /// What is put back when the platform refuses a change.
    pub undo: Option<Value>,
    /// Somebody lets us answer in their name.
    pub connection_enabled: Option<bool>,
    pub connection_may_reply: Option<bool>,
    pub connection_may_delete: Option<bool>,
}

/// Notes that the calls of these lines begin, each under its channel's lease. Those of channels that were paused,
/// or whose lease ended, are left out.
pub(super) const BEGIN: &str = "
    with begun as (
        update outbox o set state = 2, token = l.token, attempts = o.attempts + 1
        from unnest($2::bigint[], $3::uuid[]) as a(id, token), outbox_leases l, channels c
        where o.workspace_id = $1 and o.id = a.id and o.state = 1
          and l.workspace_id = $1 and l.channel_id = o.channel_id and l.token = a.token and l.until > now()
          and c.workspace_id = $1 and c.id = o.channel_id and c.active and c.state = 1
        returning o.*)
    select b.id, b.channel_id, b.lane, b.token, b.transmission_id, b.message_id, b.conversation_id, b.attempts,
           b.moved, b.by_human, b.undo, b.queued_at, b.expires_at, t.status, v.kind as conversation_kind, v.last_inbound_at,
           coalesce(b.act, t.act) as act, coalesce(b.recipient, i.platform_id) as recipient,
           n.enabled as connection_enabled, n.can_reply as connection_may_reply,
           n.can_delete_sent as connection_may_delete, coalesce(i.reachable, true) as reachable, coalesce(i.opted_out, '{}') as opted_out,
           coalesce(b.quote,
               (select m.platform_message_id from messages m where m.workspace_id = $1 and m.id = b.quotes),
               (select p.platform_message_id from platform_messages p
                where p.workspace_id = $1 and p.message_id = b.quotes order by p.part limit 1)) as quote,
           case when coalesce(b.act, t.act) -> 'template' is not null then
               (select e.category from templates e
                where e.workspace_id = $1 and e.channel_id = b.channel_id
                  and e.name = coalesce(b.act, t.act) -> 'template' ->> 'name'
                  and e.language = coalesce(b.act, t.act) -> 'template' ->> 'language') end as template_category
    from begun b
    left join transmissions t on t.workspace_id = $1 and t.id = b.transmission_id
    left join identities i on i.workspace_id = $1 and i.id = b.lane
    left join business_connections n
           on n.workspace_id = $1 and n.channel_id = b.channel_id and n.connection_id = i.connection_id
    left join conversations v on v.workspace_id = $1 and v.id = b.conversation_id";

pub(super) async fn begin(tx: &mut WorkspaceTx, lines: &[(LineId, Uuid)]) -> sqlx::Result<Vec<Begun>> {
    if lines.is_empty() {
        return Ok(Vec::new());
    }
    let workspace_id = tx.workspace_id();
    sqlx::query_as(BEGIN)
        .bind(workspace_id)
        .bind(lines.iter().map(|line| line.0).collect::<Vec<_>>())
        .bind(lines.iter().map(|line| line.1).collect::<Vec<_>>())
        .fetch_all(tx.conn())
        .await
}

/// Lines whose calls were begun by somebody who is gone, and that can be made again: they never were, or it does no
/// harm.
pub(super) async fn put_back(tx: &mut WorkspaceTx, lines: &[LineId]) -> sqlx::Result<()> {
    if lines.is_empty() {
        return Ok(());
    }
    let workspace_id = tx.workspace_id();
    sqlx::query("update outbox set state = 1 where workspace_id = $1 and id = any($2) and state = 2")
        .bind(workspace_id)
        .bind(lines)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Lines whose calls were begun by somebody who is gone: nobody knows what came of them. Each with its token, under
/// which a late answer may still come.
#[derive(Debug, Clone, FromRow)]
pub(super) struct Orphan {
    pub id: LineId,
    pub transmission_id: TransmissionId,
    pub message_id: MessageId,
    pub conversation_id: ConversationId,
    pub channel_id: ChannelId,
    pub status: MessageStatus,
}

/// Locks what these lines carry, in the one order.
pub(super) async fn orphans(tx: &mut WorkspaceTx, lines: &[LineId]) -> sqlx::Result<Vec<Orphan>> {
    if lines.is_empty() {
        return Ok(Vec::new());
    }
    let workspace_id = tx.workspace_id();
    sqlx::query_as(
        "select o.id, t.id as transmission_id, t.message_id, m.conversation_id, t.channel_id, t.status
         from unnest($2::bigint[]) as l(id)
         join outbox o on o.workspace_id = $1 and o.id = l.id and o.state = 2
         join transmissions t on t.workspace_id = $1 and t.id = o.transmission_id
         join messages m on m.workspace_id = $1 and m.id = t.message_id
         order by m.id, t.id for no key update of t, m",
    )
    .bind(workspace_id)
    .bind(lines)
    .fetch_all(tx.conn())
    .await
}

/// The lanes of these lines wait for a word.
pub(super) async fn leave_unanswered(
    tx: &mut WorkspaceTx,
    lines: &[LineId],
    wait: Duration,
) -> sqlx::Result<()> {
    let workspace_id = tx.workspace_id();
    sqlx::query(
        "update outbox set state = 3, run_at = now() + make_interval(secs => $3)
         where workspace_id = $1 and id = any($2) and state = 2",
    )
    .bind(workspace_id)
    .bind(lines)
    .bind(wait.as_secs_f64())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Takes lines out of the outbox that have waited long enough for a word.
pub(super) async fn give_up(tx: &mut WorkspaceTx, lines: &[LineId]) -> sqlx::Result<()> {
    if lines.is_empty() {
        return Ok(());
    }
    let workspace_id = tx.workspace_id();
    sqlx::query("delete from outbox where workspace_id = $1 and id = any($2) and state = 3")
        .bind(workspace_id)
        .bind(lines)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Keeps what the platform said about the whole account, for whoever sends after us.
pub(super) async fn hold_account(
    tx: &mut WorkspaceTx,
    channel_id: ChannelId,
    wait: Duration,
) -> sqlx::Result<()> {
    let workspace_id = tx.workspace_id();
    sqlx::query(
        "update outbox_leases set hold_until = greatest(hold_until, now() + make_interval(secs => $3))
         where workspace_id = $1 and channel_id = $2",
    )
    .bind(workspace_id)
    .bind(channel_id)
    .bind(wait.as_secs_f64())
    .execute(tx.conn())
    .await?;
    Ok(())
}
