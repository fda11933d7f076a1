//! Opening a file of ours to send it on.

use channel_core::{FileContent, FileGone};
use futures::StreamExt as _;
use object_store::ObjectStoreExt as _;
use shared::{AttachmentId, WorkspaceId};

use super::store;
use super::upload::attachment_path;
use crate::app::App;

/// Up to this size a file is read at once; larger ones are read while they are sent.
const AT_ONCE_BYTES: u64 = 256 * 1024;

/// The bytes of a workspace's file.
///
/// # Errors
/// [`FileGone`], cut by whether another try makes sense.
pub async fn open(
    app: &App,
    workspace_id: WorkspaceId,
    attachment_id: AttachmentId,
) -> Result<FileContent, FileGone> {
    let found = store::find(&app.db, workspace_id, attachment_id).await.map_err(|error| not_now(&error))?;
    let file = found.ok_or(FileGone::Deleted)?;
    let objects = app.media.store().await.map_err(|error| not_now(&error))?;
    let path = attachment_path(workspace_id, &file.storage_key);
    let object = match objects.get(&path).await {
        Ok(object) => object,
        Err(object_store::Error::NotFound { .. }) => return Err(FileGone::Deleted),
        Err(error) => return Err(not_now(&error)),
    };
    let size_bytes = object.meta.size;
    if size_bytes <= AT_ONCE_BYTES {
        return object.bytes().await.map(FileContent::Bytes).map_err(|error| not_now(&error));
    }
    let pieces = object.into_stream().map(|piece| {
        piece.map_err(|error| {
            not_now(&error);
            std::io::Error::other(FileGone::NotNow)
        })
    });
    Ok(FileContent::Stream { size_bytes, pieces: pieces.boxed() })
}

fn not_now(error: &dyn std::fmt::Display) -> FileGone {
    tracing::warn!(%error, "a file to be sent cannot be read now");
    FileGone::NotNow
}
