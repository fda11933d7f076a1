//! SQL of a visitor's own thread, and of nothing else.

use shared::{ConversationId, MessageId};
use sqlx::FromRow;

use crate::channels::LiveWidget;
use crate::db::{Db, WorkspaceTx};
use crate::messages::{self, FullMessage};

/// A visitor's conversation.
#[derive(Debug, Clone, Copy, FromRow)]
pub(super) struct Thread {
    pub id: ConversationId,
    pub last_seq: i64,
    pub contact_read_seq: i64,
    pub inbound_count: i64,
}

/// The conversation of a visitor on a channel, also under a name the visitor had before.
pub(super) async fn find(
    tx: &mut WorkspaceTx,
    widget: &LiveWidget,
    platform_id: &str,
) -> sqlx::Result<Option<Thread>> {
    sqlx::query_as(
        "select c.id, c.last_seq, c.contact_read_seq, c.inbound_count
         from (select i.id from identities i
               where i.workspace_id = $1 and i.channel_id = $2 and i.platform_id = $3
               union all
               select i.id from identity_aliases a join identities i on i.workspace_id = $1 and i.id = a.identity_id
               where a.workspace_id = $1 and a.kind = 'platform_id' and a.value = $3 and i.channel_id = $2
               limit 1) i
         join conversations c on c.workspace_id = $1 and c.identity_id = i.id
         order by c.id desc limit 1",
    )
    .bind(widget.workspace_id)
    .bind(widget.channel_id)
    .bind(platform_id)
    .fetch_optional(tx.conn())
    .await
}

/// Which of the messages a visitor may see.
#[derive(Debug, Clone, Copy)]
pub(super) enum Range {
    /// After this number, oldest first.
    After(i64),
    /// Before this number, the newest of them.
    Before(i64),
}

/// Messages of a thread in ascending order, at most `limit`, and whether there are more on that side.
/// Notes and activities are not for visitors.
pub(super) async fn messages(
    tx: &mut WorkspaceTx,
    thread: ConversationId,
    range: Range,
    limit: i64,
) -> sqlx::Result<(Vec<FullMessage>, bool)> {
    let workspace_id = tx.workspace_id();
    let query = match range {
        Range::After(_) => {
            "select id from messages
             where workspace_id = $1 and conversation_id = $2 and seq > $3 and direction in (1, 2) order by seq limit $4"
        }
        Range::Before(_) => {
            "select id from messages
             where workspace_id = $1 and conversation_id = $2 and seq < $3 and direction in (1, 2) order by seq desc limit $4"
        }
    };
    let (Range::After(seq) | Range::Before(seq)) = range;
    let mut ids: Vec<MessageId> = sqlx::query_scalar(query)
        .bind(workspace_id)
        .bind(thread)
        .bind(seq)
        .bind(limit.saturating_add(1))
        .fetch_all(tx.conn())
        .await?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = ids.len() > limit;
    ids.truncate(limit);
    let mut found = messages::store::by_ids(tx, &ids).await?;
    found.sort_unstable_by_key(|message| message.seq);
    Ok((messages::complete(tx, found).await?, more))
}

/// Up to where members have read: the number of the message that the furthest of them has read last.
pub(super) async fn agent_read_seq(tx: &mut WorkspaceTx, thread: &Thread) -> sqlx::Result<i64> {
    let workspace_id = tx.workspace_id();
    let read: Option<i64> = sqlx::query_scalar(
        "select max(read_count) from read_positions where workspace_id = $1 and conversation_id = $2",
    )
    .bind(workspace_id)
    .bind(thread.id)
    .fetch_one(tx.conn())
    .await?;
    match read {
        Some(read_count) if read_count > 0 => seq_of_inbound(tx, thread, read_count).await,
        _ => Ok(0),
    }
}

/// The number of the contact's n-th message, counted from the end, where it usually is.
async fn seq_of_inbound(tx: &mut WorkspaceTx, thread: &Thread, nth: i64) -> sqlx::Result<i64> {
    let workspace_id = tx.workspace_id();
    let seq: Option<i64> = sqlx::query_scalar(
        "select seq from messages where workspace_id = $1 and conversation_id = $2 and direction = 1
         order by seq desc offset $3 limit 1",
    )
    .bind(workspace_id)
    .bind(thread.id)
    .bind(thread.inbound_count.saturating_sub(nth).max(0))
    .fetch_optional(tx.conn())
    .await?;
    Ok(seq.unwrap_or(0))
}

/// How many answers the visitor has not seen, counted up to 99.
pub(super) async fn unread(tx: &mut WorkspaceTx, thread: &Thread) -> sqlx::Result<i64> {
    let workspace_id = tx.workspace_id();
    sqlx::query_scalar(
        "select count(*) from (
             select from messages
             where workspace_id = $1 and conversation_id = $2 and seq > $3 and direction = 2 and deleted_at is null
             limit 99) unseen",
    )
    .bind(workspace_id)
    .bind(thread.id)
    .bind(thread.contact_read_seq)
    .fetch_one(tx.conn())
    .await
}

/// The number of the newest event, to subscribe after.
pub(super) async fn event_seq(db: &Db, widget: &LiveWidget) -> sqlx::Result<i64> {
    let mut tx = db.read(widget.workspace_id).await?;
    sqlx::query_scalar("select event_seq from workspace_heads where workspace_id = $1")
        .bind(widget.workspace_id)
        .fetch_one(tx.conn())
        .await
}
