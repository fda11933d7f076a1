//! Opening a closed or snoozed conversation again.

use shared::{AuditAction, ConversationId, ConversationStatus, TargetKind};

use super::changing::Changing;
use super::release::release_from_who_left;
use super::{FullConversation, complete_one, store};
use crate::app::App;
use crate::audit::Entry;
use crate::db::WorkspaceTx;
use crate::error::AppError;
use crate::graphql::Problem;
use crate::messages::{Activity, ActivityKind};
use crate::viewer::Viewer;

/// Opens the conversation again. Nothing happens when it is open.
///
/// # Errors
/// `NOT_FOUND` for a conversation of another workspace.
pub async fn reopen(
    app: &App,
    by: &Viewer,
    id: ConversationId,
) -> Result<Result<FullConversation, Problem>, AppError> {
    let mut tx = app.db.workspace(by.workspace_id).await?;
    let mut changing = Changing::lock(&mut tx, id).await?;
    match open_again(&mut tx, &mut changing, by).await? {
        Err(problem) => return Ok(Err(problem)),
        Ok(false) => return Ok(Ok(complete_one(&mut tx, changing.now).await?)),
        Ok(true) => {}
    }
    let full = changing.save(&mut tx).await?;
    let full = complete_one(&mut tx, full).await?;
    tx.commit().await?;
    Ok(Ok(full))
}

/// The change itself, its activity and its audit entry; false when it is open already.
pub(crate) async fn open_again(
    tx: &mut WorkspaceTx,
    changing: &mut Changing,
    by: &Viewer,
) -> sqlx::Result<Result<bool, Problem>> {
    if changing.now.status == ConversationStatus::Closed
        && store::other_not_closed(tx, &changing.now).await?.is_some()
    {
        return Ok(Err(newer_conversation()));
    }
    if !changing.open() {
        return Ok(Ok(false));
    }
    changing.happened(tx, Some(by.member_id), Activity::of(ActivityKind::Reopened)).await?;
    release_from_who_left(tx, changing, by).await?;
    tx.audit(
        Entry::new(by.actor(), AuditAction::ConversationReopened)
            .on(TargetKind::Conversation, changing.now.id.0),
    );
    Ok(Ok(true))
}

/// An identity has at most one conversation that is not closed.
pub(crate) fn newer_conversation() -> Problem {
    Problem::new("NEWER_CONVERSATION", "There is a newer conversation with this person; go on there.")
}
