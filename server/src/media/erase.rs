//! Erasing the bytes of files that messages have no more: owed from the transaction that removed their rows.

use jobs::NewJob;
use object_store::ObjectStoreExt as _;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::store;
use super::upload::{attachment_path, thumbnail_path};
use crate::db::WorkspaceTx;
use crate::jobs::{JobError, JobRun, Outcome};

/// The kind of job that does it.
pub const ERASE_JOB: &str = "media.erase";

/// A file whose row is gone.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Erased {
    /// Where its bytes are.
    pub key: String,
    /// A smaller picture is beside them.
    pub has_thumbnail: bool,
    /// Its length.
    pub size_bytes: i64,
}

/// Has the bytes of these files removed once the transaction is committed, and counts them out.
///
/// # Errors
/// When the database refuses; then the caller's transaction must not commit.
pub async fn erase(tx: &mut WorkspaceTx, files: Vec<Erased>) -> sqlx::Result<()> {
    if files.is_empty() {
        return Ok(());
    }
    let bytes = files.iter().fold(0_i64, |sum, file| sum.saturating_add(file.size_bytes));
    store::add_bytes(tx, bytes.saturating_neg()).await?;
    let job = NewJob::new(tx.workspace_id().0, ERASE_JOB).with(json!({ "files": files })).attempts(i16::MAX);
    jobs::enqueue(tx.conn(), job).await?;
    Ok(())
}

/// Removes the bytes; what is gone already is no fault.
///
/// # Errors
/// When the storage does not answer: it is tried again until it does.
pub async fn erase_bytes(run: JobRun) -> Result<Outcome, JobError> {
    let files = run.job.payload.get("files").cloned().unwrap_or_default();
    let files: Vec<Erased> =
        serde_json::from_value(files).map_err(|error| JobError::Hopeless(error.into()))?;
    let objects = run.app.media.store().await?;
    for file in files {
        let thumbnail = file.has_thumbnail.then(|| thumbnail_path(run.workspace_id, &file.key));
        for path in [Some(attachment_path(run.workspace_id, &file.key)), thumbnail].into_iter().flatten() {
            match objects.delete(&path).await {
                Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
                Err(error) => return Err(JobError::Retry(error.into())),
            }
        }
    }
    Ok(Outcome::Done)
}
