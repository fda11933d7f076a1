//! Signing a workspace's chain from time to time, after checking what was added since the last time.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::json;
use shared::WorkspaceId;
use sqlx::PgConnection;

use super::notary::{Anchor, Notary, NotaryError};
use super::verify::{ChainReport, Start, verify_from};
use crate::app::App;
use crate::db::WorkspaceTx;
use crate::jobs::{JobError, JobRun, Outcome};

/// The kind of job that signs a chain. Every workspace has one that recurs; `once` in the payload is one more.
pub const ANCHOR_JOB: &str = "audit.anchor";
/// How long entries stay unsigned at most.
const EVERY: Duration = Duration::from_secs(300);
/// How many entries stay unsigned at most.
pub(super) const ENTRIES_MAX: i64 = 1000;

#[derive(sqlx::FromRow)]
struct StoredAnchor {
    seq: i64,
    hash: Vec<u8>,
    signed_at: chrono::DateTime<chrono::Utc>,
    key_id: i64,
    signature: Vec<u8>,
}

/// The job: signs, and comes again.
pub(crate) async fn anchor(run: JobRun) -> Result<Outcome, JobError> {
    sign_head(&run.app, run.workspace_id).await.map_err(|error| JobError::Retry(error.into()))?;
    let once = run.job.payload.get("once").is_some_and(|once| *once == json!(true));
    Ok(if once { Outcome::Done } else { Outcome::Again(EVERY) })
}

/// Signs the end of a workspace's chain when it has grown since it was last signed. What was added is checked
/// first: a chain that was tampered with is not signed, and the log says so. Returns the new anchor.
///
/// # Errors
/// When database, key file or file of anchors fail.
pub async fn sign_head(app: &App, workspace_id: WorkspaceId) -> Result<Option<Anchor>, NotaryError> {
    let mut tx = app.db.read(workspace_id).await?;
    let (signed, last) = {
        let anchors = stored(tx.conn(), workspace_id, &app.notary, 1).await?;
        (
            anchors.good.clone(),
            anchors.good.last_key_value().map(|(seq, hash)| Start { seq: *seq, hash: *hash }),
        )
    };
    let report = verify_from(tx.conn(), workspace_id, last.unwrap_or_default(), &signed).await?;
    tx.commit().await?;
    if let Some(bad) = report.bad {
        tracing::error!(workspace.id = %workspace_id, audit.seq = bad.seq, fault = %bad.fault,
            "the audit log was tampered with; run `switchboard audit verify`");
        return Ok(None);
    }
    if report.head_seq == last.map_or(0, |last| last.seq) {
        return Ok(None);
    }
    let anchor = app.notary.sign(workspace_id, report.head_seq, report.head)?;
    let mut tx = app.db.workspace(workspace_id).await?;
    let new = insert(&mut tx, &anchor).await?;
    tx.commit().await?;
    if !new {
        return Ok(None); // another process was faster
    }
    app.notary.export(&anchor)?;
    Ok(Some(anchor))
}

/// Anchors in the database, told apart by their signatures.
pub(super) struct StoredAnchors {
    pub good: BTreeMap<i64, [u8; 32]>,
    /// The first that is not signed by us.
    pub bad: Option<i64>,
}

/// The newest `at_most` anchors of a workspace.
pub(super) async fn stored(
    connection: &mut PgConnection,
    workspace_id: WorkspaceId,
    notary: &Notary,
    at_most: i64,
) -> Result<StoredAnchors, NotaryError> {
    let rows: Vec<StoredAnchor> = sqlx::query_as(
        "select seq, hash, signed_at, key_id, signature from audit_anchors
         where workspace_id = $1 order by seq desc limit $2",
    )
    .bind(workspace_id)
    .bind(at_most)
    .fetch_all(connection)
    .await?;
    let mut anchors = StoredAnchors { good: BTreeMap::new(), bad: None };
    for row in rows {
        match read(workspace_id, &row) {
            Some(anchor) if notary.has_signed(&anchor)? => {
                anchors.good.insert(anchor.seq, anchor.hash);
            }
            _ => anchors.bad = Some(row.seq),
        }
    }
    Ok(anchors)
}

fn read(workspace_id: WorkspaceId, row: &StoredAnchor) -> Option<Anchor> {
    Some(Anchor {
        workspace_id,
        seq: row.seq,
        hash: row.hash.as_slice().try_into().ok()?,
        signed_at: row.signed_at,
        key_id: u32::try_from(row.key_id).ok()?,
        signature: row.signature.as_slice().try_into().ok()?,
    })
}

async fn insert(tx: &mut WorkspaceTx, anchor: &Anchor) -> sqlx::Result<bool> {
    let inserted = sqlx::query(
        "insert into audit_anchors (workspace_id, seq, hash, signed_at, key_id, signature)
         values ($1, $2, $3, $4, $5, $6) on conflict (workspace_id, seq) do nothing",
    )
    .bind(anchor.workspace_id)
    .bind(anchor.seq)
    .bind(anchor.hash.as_slice())
    .bind(anchor.signed_at)
    .bind(i64::from(anchor.key_id))
    .bind(anchor.signature.as_slice())
    .execute(tx.conn())
    .await?;
    Ok(inserted.rows_affected() == 1)
}

/// Everything of one workspace: every link, every anchor in the database, every anchor in the file (`exported`).
///
/// # Errors
/// When the database or the key file fails; what is wrong with the chain is in the report.
pub async fn verify_with_anchors(
    tx: &mut WorkspaceTx,
    notary: &Notary,
    exported: &[Anchor],
) -> Result<ChainReport, NotaryError> {
    let workspace_id = tx.workspace_id();
    let stored = stored(tx.conn(), workspace_id, notary, i64::MAX).await?;
    let mut signed = stored.good;
    signed.extend(
        exported
            .iter()
            .filter(|anchor| anchor.workspace_id == workspace_id)
            .map(|anchor| (anchor.seq, anchor.hash)),
    );
    let mut report = verify_from(tx.conn(), workspace_id, Start::default(), &signed).await?;
    if let (None, Some(seq)) = (report.bad, stored.bad) {
        report.bad = Some(super::Bad { seq, fault: super::Fault::BadAnchor });
    }
    Ok(report)
}
