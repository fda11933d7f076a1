//! What operators do with keys: see which are in use, and replace them while the server runs.
//!
//! Both commands take the schema's owner to find out which workspaces there are (see migration 0040) and then
//! work inside one workspace at a time, as the server's own role.

use shared::{ActorKind, AuditAction, TargetKind, WorkspaceId};
use sqlx::PgConnection;
use uuid::Uuid;
use vault::{Key, KeyRing, OpenError, Place};

use super::{Vault, VaultError, data_key_purpose, store};
use crate::audit::Entry;
use crate::db::Db;
use crate::viewer::{Actor, RequestContext};

/// How much a master key is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyUse {
    /// The master key's id.
    pub id: i64,
    /// Whether new data keys are sealed by it.
    pub active: bool,
    /// Whether the key file holds it; what is in use and not there cannot be opened.
    pub in_file: bool,
    /// How many data keys it seals. A key with 0 that is not active may be removed from the file.
    pub data_keys: i64,
}

/// What a rotation did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RotateReport {
    /// The master key that seals everything now.
    pub active: u32,
    /// Whether it was made by this rotation; else an interrupted one was completed.
    pub fresh: bool,
    /// How many data keys were sealed anew.
    pub rewrapped: usize,
}

/// Every workspace there is. For operators' commands only: the server's own role cannot ask this.
///
/// # Errors
/// When the database fails.
pub async fn workspaces(owner: &mut PgConnection) -> sqlx::Result<Vec<WorkspaceId>> {
    sqlx::query_scalar("select workspace_id from workspaces order by workspace_id").fetch_all(owner).await
}

/// Every master key, in the file or in use.
///
/// # Errors
/// When the file or the database fails.
pub async fn status(owner: &mut PgConnection, vault: &Vault) -> Result<Vec<KeyUse>, VaultError> {
    let in_use: Vec<(i64, i64)> = sqlx::query_as(
        "select master_key_id, count(*) from workspace_keys group by master_key_id order by master_key_id",
    )
    .fetch_all(owner)
    .await?;
    vault.reload()?;
    let (mut known, active) =
        vault.with_ring(|ring| (ring.ids().map(i64::from).collect::<Vec<_>>(), ring.active().0))?;
    let in_file = known.clone();
    known.extend(in_use.iter().map(|(id, _)| *id));
    known.sort_unstable();
    known.dedup();
    Ok(known
        .into_iter()
        .map(|id| KeyUse {
            id,
            active: id == i64::from(active),
            in_file: in_file.contains(&id),
            data_keys: in_use.iter().find(|(used, _)| *used == id).map_or(0, |(_, count)| *count),
        })
        .collect())
}

/// Makes a new master key the active one and seals every data key by it, workspace by workspace, while servers
/// run: they read the file again when they meet a key they do not know. Interrupted, it is completed by the next
/// call, which then makes no further key. Every workspace's audit log gets an entry.
///
/// # Errors
/// When the file or the database fails; call again.
pub async fn rotate(owner: &mut PgConnection, db: &Db, vault: &Vault) -> Result<RotateReport, VaultError> {
    let unfinished = status(owner, vault).await?.iter().any(|key| !key.active && key.data_keys > 0)
        && vault.with_ring(|ring| ring.ids().count() > 1)?;
    if !unfinished {
        let mut ring = KeyRing::load(&vault.path)?;
        ring.add(&vault.path)?;
        vault.reload()?;
    }
    let active = vault.with_ring(|ring| ring.active().0)?;
    let mut rewrapped = 0;
    for workspace_id in workspaces(owner).await? {
        rewrapped += rotate_workspace(db, vault, workspace_id, active).await?;
    }
    Ok(RotateReport { active, fresh: !unfinished, rewrapped })
}

async fn rotate_workspace(
    db: &Db,
    vault: &Vault,
    workspace_id: WorkspaceId,
    active: u32,
) -> Result<usize, VaultError> {
    let mut tx = db.workspace(workspace_id).await?;
    let keys = store::keys_of_other_masters(&mut tx, i64::from(active)).await?;
    for stored in &keys {
        let data_key: Key = vault.open_data_key(workspace_id, stored)?;
        let purpose = data_key_purpose(stored.version);
        let place = Place { workspace_id: workspace_id.0, subject_id: Uuid::nil(), purpose: &purpose };
        let master_key = vault.master_key(i64::from(active))?;
        let sealed = vault::seal(&master_key, active, place, data_key.expose())
            .map_err(|_| VaultError::Refused(OpenError::Refused))?;
        store::rewrap(&mut tx, stored.version, i64::from(active), &sealed).await?;
    }
    if keys.is_empty() {
        return Ok(0);
    }
    let operator = Actor { kind: ActorKind::Operator, id: None, request: RequestContext::default() };
    tx.audit(
        Entry::new(operator, AuditAction::KeysRotated)
            .on(TargetKind::Workspace, workspace_id.0)
            .with(serde_json::json!({ "masterKeyId": active, "dataKeys": keys.len() })),
    );
    tx.commit().await?;
    Ok(keys.len())
}
