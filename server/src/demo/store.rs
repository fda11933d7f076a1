//! SQL of the demo.

use shared::WorkspaceId;

use crate::db::Db;

/// Every demo workspace of this installation.
pub(super) async fn demo_workspaces(db: &Db) -> sqlx::Result<Vec<WorkspaceId>> {
    let mut tx = db.installation().await?;
    sqlx::query_scalar("select unnest(demo_workspaces) from installation").fetch_all(&mut *tx).await
}
