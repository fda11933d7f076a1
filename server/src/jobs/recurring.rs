//! Jobs that every workspace has for as long as it exists: each puts itself off instead of ending, so nobody has
//! to look across workspaces to find out where something is due.

use jobs::{NewJob, enqueue};
use shared::WorkspaceId;
use sqlx::PgConnection;

/// Removes what is over: see [`super::tidy`].
pub const TIDY_WORKSPACE: &str = "workspace.tidy";

/// Starts a new workspace's recurring jobs; call once, in the transaction that makes the workspace.
///
/// # Errors
/// When the database refuses; then the caller's transaction must not commit.
pub async fn begin_for_workspace(
    connection: &mut PgConnection,
    workspace_id: WorkspaceId,
) -> sqlx::Result<()> {
    for kind in [TIDY_WORKSPACE, crate::audit::ANCHOR_JOB] {
        // They may fail as often as they like: they come again anyway.
        enqueue(connection, NewJob::new(workspace_id.0, kind).attempts(i16::MAX)).await?;
    }
    Ok(())
}
