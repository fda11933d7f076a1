//! SQL of files that are on their way.

use std::time::Duration;

use channel_core::RemoteMedia;
use shared::{AttachmentId, ChannelId, ChannelKind, ConversationId, MessageId};
use sqlx::FromRow;

use crate::db::WorkspaceTx;

/// A file to be fetched.
#[derive(Debug, FromRow)]
pub struct Wanted {
    pub id: AttachmentId,
    pub name: String,
    pub message_id: MessageId,
    pub conversation_id: ConversationId,
    pub channel_id: ChannelId,
    pub channel_kind: ChannelKind,
    #[sqlx(json)]
    pub remote: RemoteMedia,
}

/// The file, if it is still on its way.
pub async fn wanted(tx: &mut WorkspaceTx, id: AttachmentId) -> sqlx::Result<Option<Wanted>> {
    let workspace_id = tx.workspace_id();
    sqlx::query_as(
        "select a.id, a.name, a.remote, m.id as message_id, m.conversation_id, m.channel_id, c.kind as channel_kind
         from attachments a
         join messages m on m.workspace_id = $1 and m.id = a.message_id
         join channels c on c.workspace_id = $1 and c.id = m.channel_id
         where a.workspace_id = $1 and a.id = $2 and a.state = 2 and a.remote is not null and m.deleted_at is null",
    )
    .bind(workspace_id)
    .bind(id)
    .fetch_optional(tx.conn())
    .await
}

/// Locks the file; false when it is no longer on its way.
pub async fn lock(tx: &mut WorkspaceTx, id: AttachmentId) -> sqlx::Result<bool> {
    let workspace_id = tx.workspace_id();
    let found =
        sqlx::query("select from attachments where workspace_id = $1 and id = $2 and state = 2 for update")
            .bind(workspace_id)
            .bind(id)
            .fetch_optional(tx.conn())
            .await?;
    Ok(found.is_some())
}

/// Notes why it cannot be had; where it was, if it was still on its way.
pub async fn give_up(
    tx: &mut WorkspaceTx,
    id: AttachmentId,
    words: &str,
) -> sqlx::Result<Option<(ConversationId, MessageId)>> {
    let workspace_id = tx.workspace_id();
    sqlx::query_as(
        "with gone as (
             update attachments set state = 3, failure = $3, remote = remote - 'reference' - 'thumbnail'
             where workspace_id = $1 and id = $2 and state = 2 returning message_id)
         select m.conversation_id, m.id from gone join messages m on m.workspace_id = $1 and m.id = gone.message_id",
    )
    .bind(workspace_id)
    .bind(id)
    .bind(words)
    .fetch_optional(tx.conn())
    .await
}

/// Files that have been on their way for so long.
pub async fn on_their_way_for_long(
    tx: &mut WorkspaceTx,
    long: Duration,
    at_most: i64,
) -> sqlx::Result<Vec<AttachmentId>> {
    let workspace_id = tx.workspace_id();
    sqlx::query_scalar(
        "select id from attachments
         where workspace_id = $1 and state = 2 and created_at < now() - make_interval(secs => $2)
         order by created_at limit $3",
    )
    .bind(workspace_id)
    .bind(long.as_secs_f64())
    .bind(at_most)
    .fetch_all(tx.conn())
    .await
}
