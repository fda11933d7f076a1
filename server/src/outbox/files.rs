//! The bytes of our files, for adapters.

use std::sync::Arc;

use async_trait::async_trait;
use channel_core::{FileContent, FileGone, FileSource};
use shared::{AttachmentId, WorkspaceId};

use crate::app::App;
use crate::media;

/// The files of one workspace.
pub(super) struct WorkspaceFiles {
    pub app: Arc<App>,
    pub workspace_id: WorkspaceId,
}

#[async_trait]
impl FileSource for WorkspaceFiles {
    async fn open(&self, attachment_id: AttachmentId) -> Result<FileContent, FileGone> {
        media::open(&self.app, self.workspace_id, attachment_id).await
    }
}
