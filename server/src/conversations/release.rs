//! Giving back what a member has taken, when they leave.

use serde_json::json;
use shared::{AuditAction, ConversationId, ConversationStatus, MemberId, TargetKind};

use super::Counter;
use crate::audit::Entry;
use crate::db::WorkspaceTx;
use crate::realtime::Event;
use crate::viewer::Actor;

/// Puts every conversation that the member holds and that is not closed back into the queue. Closed ones keep
/// the name of who closed them. Returns how many.
///
/// # Errors
/// When the database refuses; then the caller's transaction must not commit.
pub async fn release_all_of(tx: &mut WorkspaceTx, actor: &Actor, member_id: MemberId) -> sqlx::Result<usize> {
    let workspace_id = tx.workspace_id();
    let released: Vec<(ConversationId, ConversationStatus)> = sqlx::query_as(
        "with held as (
             select id from conversations
             where workspace_id = $1 and assignee_id = $2 and status = any($3) order by id for update)
         update conversations c set assignee_id = null from held
         where c.workspace_id = $1 and c.id = held.id returning c.id, c.status",
    )
    .bind(workspace_id)
    .bind(member_id)
    .bind(vec![ConversationStatus::Open, ConversationStatus::Snoozed])
    .fetch_all(tx.conn())
    .await?;
    for (id, status) in &released {
        if *status == ConversationStatus::Open {
            tx.count(Counter::Assigned(member_id), -1);
            tx.count(Counter::Unassigned, 1);
        }
        tx.audit(
            Entry::new(actor.clone(), AuditAction::ConversationUnassigned)
                .on(TargetKind::Conversation, id.0)
                .with(json!({ "before": member_id.to_string(), "reason": "member_removed" })),
        );
        tx.publish(Event::conversation(*id));
    }
    Ok(released.len())
}
