//! What operators do with the log: check all of it.

use std::collections::BTreeSet;

use shared::WorkspaceId;
use sqlx::PgConnection;

use super::anchor::verify_with_anchors;
use super::{ChainReport, Notary, NotaryError};
use crate::db::Db;
use crate::vault;

/// What checking one workspace found.
#[derive(Debug, Clone)]
pub struct Verified {
    /// Whose chain.
    pub workspace_id: WorkspaceId,
    /// What was found.
    pub report: ChainReport,
}

/// Checks every chain there is, and every chain that the file of anchors knows of: a workspace that was removed
/// behind our back is missing, not clean. The owner says which workspaces there are; the chains are read as the
/// server's own role.
///
/// # Errors
/// When database, key file or file of anchors fail; what is wrong with a chain is in its report.
pub async fn verify_all(
    owner: &mut PgConnection,
    db: &Db,
    notary: &Notary,
) -> Result<Vec<Verified>, NotaryError> {
    let exported = notary.exported()?;
    let mut workspaces: BTreeSet<WorkspaceId> = vault::workspaces(owner).await?.into_iter().collect();
    workspaces.extend(exported.iter().map(|anchor| anchor.workspace_id));
    let mut all = Vec::with_capacity(workspaces.len());
    for workspace_id in workspaces {
        let mut tx = db.read(workspace_id).await?;
        let report = verify_with_anchors(&mut tx, notary, &exported).await?;
        all.push(Verified { workspace_id, report });
    }
    Ok(all)
}
