//! The audit log and the state of its chain.

use serde::Serialize;

use super::json::object;
use super::operation::{NoVariables, Operation};
use super::{Page, Timestamp};

/// One act: who did what to which.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    /// 1, 2, 3 … without gaps.
    pub seq: i64,
    pub at: Timestamp,
    pub actor_name: String,
    pub action: String,
    /// For people: "Eva Stone invited bo@example.org as agent".
    pub sentence: String,
    /// Hexadecimal.
    pub hash: String,
    /// Personal data in it was erased; the chain still holds.
    pub erased: bool,
    pub client_address: Option<String>,
}

object!(AuditEntry { seq, at, actor_name, action, sentence, hash, erased, client_address });

/// One page of the log.
#[derive(Debug)]
pub struct AuditPage {
    pub audit_log: Page<AuditEntry>,
}

object!(AuditPage { audit_log });

/// How many, after which cursor.
#[derive(Clone, Debug, Serialize)]
pub struct ListFrom {
    pub first: u32,
    pub after: Option<String>,
}

/// Newest first; for admins.
pub const AUDIT_LOG: Operation<ListFrom, AuditPage> = Operation::new(
    "query AuditLog($first: Int!, $after: String) { auditLog(first: $first, after: $after) { nodes { seq at actorName \
     action sentence hash erased clientAddress } pageInfo { hasNextPage endCursor } } }",
    &[],
);

/// Whether the log is as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditChainState {
    pub entries: i64,
    pub head_hash: String,
    pub verified: bool,
    pub checked_at: Timestamp,
    /// The first entry that does not fit.
    pub first_bad_seq: Option<i64>,
}

object!(AuditChainState { entries, head_hash, verified, checked_at, first_bad_seq });

/// The chain, verified for this answer.
#[derive(Debug)]
pub struct AuditChain {
    pub audit_chain: AuditChainState,
}

object!(AuditChain { audit_chain });

/// Verifies the chain now; for admins.
pub const AUDIT_CHAIN: Operation<NoVariables, AuditChain> = Operation::new(
    "query AuditChain { auditChain { entries headHash verified checkedAt firstBadSeq } }",
    &[],
);
