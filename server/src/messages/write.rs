//! Messages in the database: writing.

use serde_json::Value;
use shared::{
    AttachmentId, AuthorKind, ChannelId, ConversationId, Direction, MemberId, MessageId, MessageStatus,
    TransmissionId,
};
use uuid::Uuid;

use super::Activity;
use super::store::{Attachment, Message, attachment_columns, columns};
use crate::conversations::Conversation;
use crate::db::WorkspaceTx;

/// What a member adds to a thread.
pub(super) struct NewEntry<'a> {
    pub id: MessageId,
    pub conversation_id: ConversationId,
    pub channel_id: ChannelId,
    pub seq: i64,
    /// [`Direction::Outbound`] or [`Direction::Note`].
    pub direction: Direction,
    pub member_id: MemberId,
    pub client_id: Uuid,
    pub text: &'a str,
    /// What it is besides text and files.
    pub card: Option<Value>,
    /// Outbound only.
    pub status: Option<MessageStatus>,
    pub quoted: Option<MessageId>,
}

/// Stores it; false when the client id is taken.
pub(super) async fn insert_entry(tx: &mut WorkspaceTx, entry: &NewEntry<'_>) -> sqlx::Result<bool> {
    let workspace_id = tx.workspace_id();
    let stored = sqlx::query(
        "insert into messages (workspace_id, id, conversation_id, seq, channel_id, direction, author_kind,
                               author_member_id, client_id, text, sent_at, status, quoted_message_id, card)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, now(), $11, $12, $13)
         on conflict (workspace_id, client_id) where client_id is not null and direction <> 1 do nothing",
    )
    .bind(workspace_id)
    .bind(entry.id)
    .bind(entry.conversation_id)
    .bind(entry.seq)
    .bind(entry.channel_id)
    .bind(entry.direction)
    .bind(AuthorKind::Member)
    .bind(entry.member_id)
    .bind(entry.client_id)
    .bind(entry.text)
    .bind(entry.status)
    .bind(entry.quoted)
    .bind(&entry.card)
    .execute(tx.conn())
    .await?;
    Ok(stored.rows_affected() > 0)
}

/// Adds an activity under the conversation's `last_seq`, which the caller has raised.
///
/// # Errors
/// When the database refuses.
pub async fn insert_activity(
    tx: &mut WorkspaceTx,
    conversation: &Conversation,
    by: Option<MemberId>,
    activity: Activity,
) -> sqlx::Result<MessageId> {
    let workspace_id = tx.workspace_id();
    let id = MessageId::new();
    let author = if by.is_some() { AuthorKind::Member } else { AuthorKind::System };
    let activity: Value = activity.to_value();
    sqlx::query(
        "insert into messages (workspace_id, id, conversation_id, seq, channel_id, direction, author_kind,
                               author_member_id, sent_at, activity)
         values ($1, $2, $3, $4, $5, $6, $7, $8, now(), $9)",
    )
    .bind(workspace_id)
    .bind(id)
    .bind(conversation.id)
    .bind(conversation.last_seq)
    .bind(conversation.channel_id)
    .bind(Direction::Activity)
    .bind(author)
    .bind(by)
    .bind(activity)
    .execute(tx.conn())
    .await?;
    Ok(id)
}

/// The one that was stored under a client id, if any.
pub(super) async fn by_client_id(tx: &mut WorkspaceTx, client_id: Uuid) -> sqlx::Result<Option<Message>> {
    let workspace_id = tx.workspace_id();
    sqlx::query_as(concat!(
        "select ",
        columns!(),
        " from messages where workspace_id = $1 and client_id = $2 and client_id is not null and direction <> 1"
    ))
    .bind(workspace_id)
    .bind(client_id)
    .fetch_optional(tx.conn())
    .await
}

/// The newest answer after `seq` that somebody else has given.
pub(super) async fn newer_answer(
    tx: &mut WorkspaceTx,
    conversation_id: ConversationId,
    seq: i64,
    by: MemberId,
) -> sqlx::Result<Option<Message>> {
    let workspace_id = tx.workspace_id();
    sqlx::query_as(concat!(
        "select ",
        columns!(),
        " from messages
          where workspace_id = $1 and conversation_id = $2 and seq > $3 and direction = 2
            and author_member_id is distinct from $4
          order by seq desc limit 1"
    ))
    .bind(workspace_id)
    .bind(conversation_id)
    .bind(seq)
    .bind(by)
    .fetch_optional(tx.conn())
    .await
}

/// The member's own uploads among `ids` that are on no message yet, locked.
pub(super) async fn loose_files(
    tx: &mut WorkspaceTx,
    member_id: MemberId,
    ids: &[AttachmentId],
) -> sqlx::Result<Vec<Attachment>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let workspace_id = tx.workspace_id();
    sqlx::query_as(concat!(
        "select ",
        attachment_columns!(),
        " from attachments
         where workspace_id = $1 and id = any($2) and member_id = $3 and message_id is null
         order by id for update"
    ))
    .bind(workspace_id)
    .bind(ids.iter().map(|id| id.0).collect::<Vec<_>>())
    .bind(member_id)
    .fetch_all(tx.conn())
    .await
}

/// Hangs files on a message, in this order.
pub(super) async fn link_files(
    tx: &mut WorkspaceTx,
    message_id: MessageId,
    ids: &[AttachmentId],
) -> sqlx::Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    let workspace_id = tx.workspace_id();
    sqlx::query(
        "update attachments a set message_id = $2, position = (f.n - 1)::smallint
         from unnest($3::uuid[]) with ordinality as f(id, n)
         where a.workspace_id = $1 and a.id = f.id",
    )
    .bind(workspace_id)
    .bind(message_id)
    .bind(ids.iter().map(|id| id.0).collect::<Vec<_>>())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// What the platform gets for a message, with the first event of its history.
pub(super) async fn insert_transmission(
    tx: &mut WorkspaceTx,
    message_id: MessageId,
    channel_id: ChannelId,
    status: MessageStatus,
) -> sqlx::Result<()> {
    let workspace_id = tx.workspace_id();
    sqlx::query(
        "with transmitted as (
             insert into transmissions (workspace_id, id, message_id, channel_id, status)
             values ($1, $2, $3, $4, $5))
         insert into transmission_events (workspace_id, transmission_id, status, happened_at)
         values ($1, $2, $5, now())",
    )
    .bind(workspace_id)
    .bind(TransmissionId::new())
    .bind(message_id)
    .bind(channel_id)
    .bind(status)
    .execute(tx.conn())
    .await?;
    Ok(())
}
