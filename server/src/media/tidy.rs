//! Uploads that never became part of a message go after a day.

use object_store::ObjectStoreExt as _;
use shared::{AttachmentId, WorkspaceId};

use super::store;
use super::upload::{attachment_path, thumbnail_path};
use crate::app::App;
use crate::error::AppError;

/// Removes a workspace's left-over uploads, bytes first: interrupted, the rows are still there for the next time.
/// Returns how many.
///
/// # Errors
/// When database or storage fail; what was removed stays removed.
pub async fn remove_left_over(app: &App, workspace_id: WorkspaceId) -> Result<usize, AppError> {
    let mut tx = app.db.workspace(workspace_id).await?;
    let files = store::left_over(&mut tx, 50).await?;
    if files.is_empty() {
        return Ok(0);
    }
    let objects = app.media.store().await.map_err(AppError::Internal)?;
    for (_, _, key, has_thumbnail) in &files {
        let thumbnail = has_thumbnail.then(|| thumbnail_path(workspace_id, key));
        for path in [Some(attachment_path(workspace_id, key)), thumbnail].into_iter().flatten() {
            match objects.delete(&path).await {
                Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
                Err(error) => return Err(AppError::Internal(error.into())),
            }
        }
    }
    let ids: Vec<AttachmentId> = files.iter().map(|(id, ..)| *id).collect();
    store::delete(&mut tx, &ids).await?;
    let bytes = files.iter().fold(0_i64, |sum, (_, size, ..)| sum.saturating_add(*size));
    store::add_bytes(&mut tx, bytes.saturating_neg()).await?;
    tx.commit().await?;
    Ok(ids.len())
}
