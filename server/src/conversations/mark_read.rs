//! How far each member has read: a count of the contact's messages, which only grows.

use serde_json::json;
use shared::{AuditAction, ConversationId, MemberId, TargetKind};

use super::{FullConversation, complete_one, store};
use crate::app::App;
use crate::audit::Entry;
use crate::db::WorkspaceTx;
use crate::error::AppError;
use crate::outbox;
use crate::realtime::Event;
use crate::viewer::Viewer;

/// The viewer has read the first `inbound_count` of the contact's messages. Nothing happens when they had already.
///
/// # Errors
/// `NOT_FOUND` for a conversation of another workspace; `INVALID` for a negative count.
pub async fn mark_read(
    app: &App,
    by: &Viewer,
    id: ConversationId,
    inbound_count: i64,
) -> Result<FullConversation, AppError> {
    if inbound_count < 0 {
        return Err(AppError::invalid("inboundCount", "must not be negative"));
    }
    let mut tx = app.db.workspace(by.workspace_id).await?;
    let found = store::by_ids(&mut tx, &[id]).await?.pop().ok_or(AppError::NotFound("conversation"))?;
    let read_count = inbound_count.min(found.inbound_count);
    let full = complete_one(&mut tx, found).await?;
    if read_count > 0 && move_forward(&mut tx, by.member_id, id, read_count).await? {
        outbox::note_read(&mut tx, &full.conversation, read_count).await?;
        tx.audit(
            Entry::new(by.actor(), AuditAction::ConversationRead)
                .on(TargetKind::Conversation, id.0)
                .with(json!({ "readCount": read_count })),
        );
        tx.publish(Event::read_moved(id, by.member_id, read_count));
        tx.commit().await?;
    }
    Ok(full)
}

/// Whether it moved.
async fn move_forward(
    tx: &mut WorkspaceTx,
    member_id: MemberId,
    conversation_id: ConversationId,
    read_count: i64,
) -> sqlx::Result<bool> {
    let workspace_id = tx.workspace_id();
    let moved = sqlx::query(
        "insert into read_positions as r (workspace_id, member_id, conversation_id, read_count)
         values ($1, $2, $3, $4)
         on conflict (workspace_id, member_id, conversation_id)
             do update set read_count = excluded.read_count, updated_at = now()
             where r.read_count < excluded.read_count",
    )
    .bind(workspace_id)
    .bind(member_id)
    .bind(conversation_id)
    .bind(read_count)
    .execute(tx.conn())
    .await?;
    Ok(moved.rows_affected() > 0)
}

/// How many of the contact's messages a member has read in each of these conversations; none: never opened.
///
/// # Errors
/// When the database refuses.
pub async fn read_counts(
    tx: &mut WorkspaceTx,
    member_id: MemberId,
    conversations: &[ConversationId],
) -> sqlx::Result<Vec<(ConversationId, i64)>> {
    let workspace_id = tx.workspace_id();
    sqlx::query_as(
        "select conversation_id, read_count from read_positions
         where workspace_id = $1 and member_id = $2 and conversation_id = any($3)",
    )
    .bind(workspace_id)
    .bind(member_id)
    .bind(conversations.iter().map(|id| id.0).collect::<Vec<_>>())
    .fetch_all(tx.conn())
    .await
}
