//! Giving a conversation to a member, or back to the queue.

use serde_json::json;
use shared::{AuditAction, ConversationId, MemberId, TargetKind};

use super::changing::Changing;
use super::{FullConversation, complete_one};
use crate::app::App;
use crate::audit::Entry;
use crate::db::WorkspaceTx;
use crate::error::AppError;
use crate::graphql::Problem;
use crate::messages::{Activity, ActivityKind};
use crate::viewer::Viewer;
use crate::workspaces::member::lock_member;

/// Gives the conversation to a member; without `to`, back to the queue. Nothing happens when it is there already.
///
/// # Errors
/// `NOT_FOUND` for a conversation or member of another workspace.
pub async fn assign(
    app: &App,
    by: &Viewer,
    id: ConversationId,
    to: Option<MemberId>,
) -> Result<Result<FullConversation, Problem>, AppError> {
    let mut tx = app.db.workspace(by.workspace_id).await?;
    // Before the conversation, as removing a member does: whoever is being removed gets nothing more.
    let member = match to {
        Some(member) => Some(lock_member(&mut tx, member).await?.ok_or(AppError::NotFound("member"))?),
        None => None,
    };
    let mut changing = Changing::lock(&mut tx, id).await?;
    if let Some(member) = member.filter(|member| member.removed_at.is_some()) {
        let message = format!("{} is no longer a member of this workspace.", member.name);
        return Ok(Err(Problem::of_field("memberId", "MEMBER_REMOVED", message)));
    }
    if changing.now.assignee_id == to {
        return Ok(Ok(complete_one(&mut tx, changing.now).await?));
    }
    give(&mut tx, &mut changing, by, to).await?;
    let full = changing.save(&mut tx).await?;
    let full = complete_one(&mut tx, full).await?;
    tx.commit().await?;
    Ok(Ok(full))
}

/// The change itself, its activity and its audit entry.
pub(crate) async fn give(
    tx: &mut WorkspaceTx,
    changing: &mut Changing,
    by: &Viewer,
    to: Option<MemberId>,
) -> sqlx::Result<()> {
    let from = changing.now.assignee_id;
    changing.now.assignee_id = to;
    let (activity, action) = match to {
        Some(member) => {
            (Activity::of(ActivityKind::Assigned).about(member), AuditAction::ConversationAssigned)
        }
        None => (Activity::of(ActivityKind::Unassigned), AuditAction::ConversationUnassigned),
    };
    changing.happened(tx, Some(by.member_id), activity).await?;
    tx.audit(
        Entry::new(by.actor(), action)
            .on(TargetKind::Conversation, changing.now.id.0)
            .with(json!({ "from": from, "to": to })),
    );
    Ok(())
}
