//! SQL of tests.

use shared::{ChannelId, ContactId, ConversationId, ConversationKind, MessageId, MessageStatus};

use crate::db::WorkspaceTx;

/// The latest conversation with a contact on a channel where the contact has written.
pub async fn conversation(
    tx: &mut WorkspaceTx,
    channel_id: ChannelId,
    contact_id: ContactId,
) -> sqlx::Result<Option<ConversationId>> {
    let workspace_id = tx.workspace_id();
    sqlx::query_scalar(
        "select id from conversations
         where workspace_id = $1 and contact_id = $2 and channel_id = $3 and kind <> $4
         order by id desc limit 1",
    )
    .bind(workspace_id)
    .bind(contact_id)
    .bind(channel_id)
    .bind(ConversationKind::Comment)
    .fetch_optional(tx.conn())
    .await
}

/// How far a message has come, and why no further.
pub async fn progress(tx: &mut WorkspaceTx, id: MessageId) -> sqlx::Result<(MessageStatus, Option<String>)> {
    let workspace_id = tx.workspace_id();
    sqlx::query_as(
        "select m.status, t.failure from messages m
         left join lateral (
             select t.failure from transmissions t
             where t.workspace_id = $1 and t.message_id = m.id order by t.part limit 1) t on true
         where m.workspace_id = $1 and m.id = $2",
    )
    .bind(workspace_id)
    .bind(id)
    .fetch_one(tx.conn())
    .await
}
