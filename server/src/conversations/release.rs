//! Giving back what a member has taken, when they leave.

use shared::{ConversationId, ConversationStatus, MemberId};

use super::assign::give;
use super::changing::Changing;
use crate::db::WorkspaceTx;
use crate::error::AppError;
use crate::viewer::Viewer;
use crate::workspaces::member::members_by_id;

/// Puts every conversation that the member holds and that is not closed back into the queue, each as if it
/// had been assigned to nobody. Closed ones keep the name of who closed them, until they open again.
/// Returns how many.
///
/// # Errors
/// When the database refuses; then the caller's transaction must not commit.
pub async fn release_all_of(
    tx: &mut WorkspaceTx,
    by: &Viewer,
    member_id: MemberId,
) -> Result<usize, AppError> {
    let workspace_id = tx.workspace_id();
    let held: Vec<ConversationId> = sqlx::query_scalar(
        "select id from conversations
         where workspace_id = $1 and assignee_id = $2 and status = any($3) order by id for no key update",
    )
    .bind(workspace_id)
    .bind(member_id)
    .bind(vec![ConversationStatus::Open, ConversationStatus::Snoozed])
    .fetch_all(tx.conn())
    .await?;
    for id in &held {
        let mut changing = Changing::lock(tx, *id).await?;
        give(tx, &mut changing, by, None).await?;
        changing.save(tx).await?;
    }
    Ok(held.len())
}

/// A conversation that opens again is nobody's when the member who closed it has left since.
///
/// # Errors
/// When the database refuses.
pub(super) async fn release_from_who_left(
    tx: &mut WorkspaceTx,
    changing: &mut Changing,
    by: &Viewer,
) -> sqlx::Result<()> {
    let Some(assignee) = changing.now.assignee_id else { return Ok(()) };
    let left = members_by_id(tx, &[assignee]).await?.iter().any(|member| member.removed_at.is_some());
    if left { give(tx, changing, by, None).await } else { Ok(()) }
}
