//! Processing a delivery again, after a fix.

use serde_json::json;
use shared::{AuditAction, DeliveryId, TargetKind};
use uuid::Uuid;

use super::DeliveryOutcome;
use super::store::{self, StoredDelivery};
use crate::app::App;
use crate::audit::Entry;
use crate::error::AppError;
use crate::graphql::Problem;
use crate::viewer::Viewer;

/// Puts a delivery that failed or was ignored back in line. One whose effects are in already stays as it is.
///
/// # Errors
/// [`AppError::NotFound`], or when the database refuses.
pub async fn process_delivery_again(
    app: &App,
    by: &Viewer,
    id: DeliveryId,
) -> Result<Result<StoredDelivery, Problem>, AppError> {
    let mut tx = app.db.workspace(by.workspace_id).await?;
    store::lock_workspace(&mut tx).await?; // no processor is at it meanwhile
    let delivery = store::find(&mut tx, id).await?.ok_or(AppError::NotFound("delivery"))?;
    // One of which a part could not be read has its other effects already; they are not made twice.
    let is_partly_read = delivery.outcome() == DeliveryOutcome::Processed && delivery.reason.is_some();
    match delivery.outcome() {
        _ if is_partly_read => {}
        DeliveryOutcome::Failed | DeliveryOutcome::Ignored | DeliveryOutcome::Waiting => {}
        DeliveryOutcome::Pending => return Ok(Ok(delivery)),
        DeliveryOutcome::Processed | DeliveryOutcome::Duplicate => {
            return Ok(Err(Problem::new("ALREADY_PROCESSED", "This delivery was processed already.")));
        }
    }
    if delivery.body_removed_at.is_some() {
        let words = "What came in is no longer here: it is kept for 30 days.";
        return Ok(Err(Problem::new("BODY_REMOVED", words)));
    }
    store::requeue(&mut tx, id).await?;
    let after = store::find(&mut tx, id).await?.ok_or(AppError::NotFound("delivery"))?;
    // A delivery's key is a number; the target is named by it.
    let target = Uuid::from_u128(u128::try_from(id.0).unwrap_or_default());
    tx.audit(
        Entry::new(by.actor(), AuditAction::DeliveryRequeued)
            .on(TargetKind::Delivery, target)
            .with(json!({ "delivery": id.to_string(), "before": delivery.outcome().as_str(), "attempts": delivery.attempts })),
    );
    tx.commit().await?;
    app.processor.wake(by.workspace_id);
    Ok(Ok(after))
}
