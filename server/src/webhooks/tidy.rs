//! Raw bytes are kept for a while only: long enough to process something again after a fix.

use shared::WorkspaceId;

use super::store;
use crate::app::App;
use crate::error::AppError;

/// Deliveries in one transaction.
const BATCH: i64 = 500;

/// Removes the bytes of some of a workspace's old deliveries; returns how many. Call again until none is left.
///
/// # Errors
/// When the database refuses; what was removed stays removed.
pub async fn remove_old_bodies(app: &App, workspace_id: WorkspaceId) -> Result<u64, AppError> {
    let mut tx = app.db.workspace(workspace_id).await?;
    let removed = store::remove_old_bodies(&mut tx, BATCH).await?;
    tx.commit().await?;
    Ok(removed)
}
