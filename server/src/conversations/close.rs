//! Closing: done, until the customer writes again.

use shared::{AuditAction, ConversationId, ConversationStatus, TargetKind};

use super::changing::Changing;
use super::{FullConversation, complete_one};
use crate::app::App;
use crate::audit::Entry;
use crate::error::AppError;
use crate::messages::{Activity, ActivityKind};
use crate::viewer::Viewer;

/// Closes the conversation: nobody waits any more. Nothing happens when it is closed already.
///
/// # Errors
/// `NOT_FOUND` for a conversation of another workspace.
pub async fn close(app: &App, by: &Viewer, id: ConversationId) -> Result<FullConversation, AppError> {
    let mut tx = app.db.workspace(by.workspace_id).await?;
    let mut changing = Changing::lock(&mut tx, id).await?;
    if changing.now.status == ConversationStatus::Closed {
        return Ok(complete_one(&mut tx, changing.now).await?);
    }
    changing.now.status = ConversationStatus::Closed;
    changing.now.snoozed_until = None;
    changing.now.waiting_since = None;
    changing.happened(&mut tx, Some(by.member_id), Activity::of(ActivityKind::Closed)).await?;
    tx.audit(Entry::new(by.actor(), AuditAction::ConversationClosed).on(TargetKind::Conversation, id.0));
    let full = changing.save(&mut tx).await?;
    let full = complete_one(&mut tx, full).await?;
    tx.commit().await?;
    Ok(full)
}
