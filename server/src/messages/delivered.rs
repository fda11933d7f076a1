//! The contact's device has it: positions and statuses, which only move forward.

use shared::{ConversationId, MessageStatus, WorkspaceId};

use crate::app::App;
use crate::conversations;
use crate::db::WorkspaceTx;
use crate::error::AppError;
use crate::realtime::Event;

/// The contact's device has everything up to entry `seq`. Nothing happens when that was known.
///
/// # Errors
/// `NOT_FOUND` for a conversation that is not there.
pub async fn mark_delivered(
    app: &App,
    workspace_id: WorkspaceId,
    conversation_id: ConversationId,
    seq: i64,
) -> Result<(), AppError> {
    let mut tx = app.db.workspace(workspace_id).await?;
    let conversation = conversations::store::lock(&mut tx, conversation_id).await?;
    let conversation = conversation.ok_or(AppError::NotFound("conversation"))?;
    let (before, now) = (conversation.contact_delivered_seq, seq.min(conversation.last_seq));
    if now <= before {
        return Ok(());
    }
    store(&mut tx, conversation_id, before, now).await?;
    tx.publish(Event::conversation(conversation_id));
    tx.commit().await?;
    Ok(())
}

async fn store(
    tx: &mut WorkspaceTx,
    conversation_id: ConversationId,
    before: i64,
    now: i64,
) -> sqlx::Result<()> {
    let workspace_id = tx.workspace_id();
    sqlx::query(
        "with position as (
             update conversations set contact_delivered_seq = $4 where workspace_id = $1 and id = $2),
         delivered as (
             update messages set status = $5
             where workspace_id = $1 and conversation_id = $2 and seq > $3 and seq <= $4
               and direction = 2 and status = any($6)
             returning id),
         transmitted as (
             update transmissions t set status = $5, updated_at = now()
             from delivered where t.workspace_id = $1 and t.message_id = delivered.id and t.status = any($6)
             returning t.id)
         insert into transmission_events (workspace_id, transmission_id, status, happened_at)
         select $1, t.id, $5, now() from transmitted t
         on conflict do nothing",
    )
    .bind(workspace_id)
    .bind(conversation_id)
    .bind(before)
    .bind(now)
    .bind(MessageStatus::Delivered)
    .bind(vec![MessageStatus::Queued, MessageStatus::Sent, MessageStatus::Unknown])
    .execute(tx.conn())
    .await?;
    Ok(())
}
