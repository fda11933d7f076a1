//! SQL of the demo.

use shared::{ChannelKind, MemberId, Role, UserId, WorkspaceId};

use crate::db::{Db, WorkspaceTx};
use crate::viewer::{RequestContext, Viewer};

/// Notes that the transaction's workspace is a demo.
pub(super) async fn add_demo_workspace(tx: &mut WorkspaceTx) -> sqlx::Result<()> {
    let workspace_id = tx.workspace_id();
    sqlx::query("update installation set demo_workspaces = array_append(demo_workspaces, $1)")
        .bind(workspace_id)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Every demo workspace of this installation.
pub(super) async fn demo_workspaces(db: &Db) -> sqlx::Result<Vec<WorkspaceId>> {
    let mut tx = db.installation().await?;
    sqlx::query_scalar("select unnest(demo_workspaces) from installation").fetch_all(&mut *tx).await
}

/// A member as the one who acts.
pub(super) async fn member(tx: &mut WorkspaceTx, id: MemberId) -> sqlx::Result<Option<Viewer>> {
    let workspace_id = tx.workspace_id();
    let found: Option<(UserId, Role, String)> = sqlx::query_as(
        "select user_id, role, name from members where workspace_id = $1 and id = $2 and removed_at is null",
    )
    .bind(workspace_id)
    .bind(id)
    .fetch_optional(tx.conn())
    .await?;
    Ok(found.map(|(user_id, role, name)| Viewer {
        user_id,
        member_id: id,
        workspace_id,
        role,
        name,
        request: RequestContext::default(),
    }))
}

/// Whether the workspace has a WhatsApp number, which is what a demo connects last.
pub(super) async fn has_number(tx: &mut WorkspaceTx) -> sqlx::Result<bool> {
    let workspace_id = tx.workspace_id();
    sqlx::query_scalar("select exists (select from channels where workspace_id = $1 and kind = $2)")
        .bind(workspace_id)
        .bind(ChannelKind::Whatsapp)
        .fetch_one(tx.conn())
        .await
}
