//! Data keys in the database, sealed.

use super::StoredKey;
use crate::db::WorkspaceTx;

/// The newest data key, with one more seal counted; `None` when the workspace has none.
pub(super) async fn count_seal(tx: &mut WorkspaceTx) -> sqlx::Result<Option<StoredKey>> {
    let workspace_id = tx.workspace_id();
    sqlx::query_as(
        "update workspace_keys set seals = seals + 1
         where workspace_id = $1 and version = (select max(version) from workspace_keys where workspace_id = $1)
         returning version, master_key_id, sealed_key, seals",
    )
    .bind(workspace_id)
    .fetch_optional(tx.conn())
    .await
}

/// One data key.
pub(super) async fn key(tx: &mut WorkspaceTx, version: i32) -> sqlx::Result<Option<StoredKey>> {
    let workspace_id = tx.workspace_id();
    sqlx::query_as(
        "select version, master_key_id, sealed_key, seals from workspace_keys
         where workspace_id = $1 and version = $2",
    )
    .bind(workspace_id)
    .bind(version)
    .fetch_optional(tx.conn())
    .await
}

/// Adds a data key, unless another transaction was faster: then that one counts.
pub(super) async fn insert_key(
    tx: &mut WorkspaceTx,
    version: i32,
    master_key_id: i64,
    sealed_key: &[u8],
) -> sqlx::Result<()> {
    let workspace_id = tx.workspace_id();
    sqlx::query(
        "insert into workspace_keys (workspace_id, version, master_key_id, sealed_key) values ($1, $2, $3, $4)
         on conflict (workspace_id, version) do nothing",
    )
    .bind(workspace_id)
    .bind(version)
    .bind(master_key_id)
    .bind(sealed_key)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The data keys that another master key than `active` seals, locked.
pub(super) async fn keys_of_other_masters(tx: &mut WorkspaceTx, active: i64) -> sqlx::Result<Vec<StoredKey>> {
    let workspace_id = tx.workspace_id();
    sqlx::query_as(
        "select version, master_key_id, sealed_key, seals from workspace_keys
         where workspace_id = $1 and master_key_id <> $2 order by version for update",
    )
    .bind(workspace_id)
    .bind(active)
    .fetch_all(tx.conn())
    .await
}

/// Stores a data key under another master key.
pub(super) async fn rewrap(
    tx: &mut WorkspaceTx,
    version: i32,
    master_key_id: i64,
    sealed_key: &[u8],
) -> sqlx::Result<()> {
    let workspace_id = tx.workspace_id();
    sqlx::query(
        "update workspace_keys set master_key_id = $3, sealed_key = $4 where workspace_id = $1 and version = $2",
    )
    .bind(workspace_id)
    .bind(version)
    .bind(master_key_id)
    .bind(sealed_key)
    .execute(tx.conn())
    .await?;
    Ok(())
}
