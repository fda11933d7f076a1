//! Checking a chain: is it whole, and is it still the one that was signed?

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use futures::TryStreamExt as _;
use shared::WorkspaceId;
use sqlx::PgConnection;
use uuid::Uuid;

use super::chain::{GENESIS, Link, commitment};

/// What is wrong with the first bad entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The number that should follow is not there.
    #[error("the entry is missing")]
    Missing,
    /// It does not name the hash of the entry before it.
    #[error("the entry does not follow from the one before it")]
    Unlinked,
    /// Its fields are not those that were hashed.
    #[error("the entry was changed")]
    Changed,
    /// Its details are not those that were committed to.
    #[error("the entry's details were changed")]
    DetailsChanged,
    /// Details without an entry.
    #[error("there are details of an entry that does not exist")]
    DetailsWithoutEntry,
    /// The workspace's head names another end of the chain.
    #[error("the chain does not end where the workspace's head says")]
    HeadDiffers,
    /// A signed anchor names another hash for it, or it is gone although it was signed.
    #[error("the entry is not the one that was signed")]
    NotAsSigned,
    /// An anchor in the database whose signature is not ours.
    #[error("the anchor of this entry is not signed by this installation")]
    BadAnchor,
}

/// The first bad entry of a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bad {
    /// Its number.
    pub seq: i64,
    /// What is wrong.
    pub fault: Fault,
}

/// Where to start: after an entry that is known to be good.
#[derive(Debug, Clone, Copy)]
pub struct Start {
    /// That entry's number; 0 for the beginning of the chain.
    pub seq: i64,
    /// Its hash.
    pub hash: [u8; 32],
}

impl Default for Start {
    fn default() -> Self {
        Self { seq: 0, hash: GENESIS }
    }
}

/// What checking a chain found.
#[derive(Debug, Clone)]
pub struct ChainReport {
    /// How many entries were read.
    pub entries: i64,
    /// How many of them had their details erased: allowed, and visible.
    pub erased: i64,
    /// The number of the last good entry.
    pub head_seq: i64,
    /// Its hash, as computed from the start on.
    pub head: [u8; 32],
    /// The first bad entry, if any.
    pub bad: Option<Bad>,
}

/// Entries read per statement: none of them runs into the time limit of statements.
const PAGE: i64 = 5000;

#[derive(sqlx::FromRow)]
struct StoredLink {
    seq: i64,
    at: DateTime<Utc>,
    actor_kind: i16,
    actor_id: Option<Uuid>,
    action: i16,
    target_kind: Option<i16>,
    target_id: Option<Uuid>,
    request_id: Option<Uuid>,
    commitment: Vec<u8>,
    prev_hash: Vec<u8>,
    hash: Vec<u8>,
    row_key: Option<Vec<u8>>,
    details: Option<String>,
}

/// Reads a chain in order, as far as its head stands now, and checks every link, every commitment, the head, and
/// the hashes that were signed (`signed`: number → hash, signatures checked already).
///
/// # Errors
/// When the database fails; what is wrong with the chain is in the report.
pub async fn verify_from(
    connection: &mut PgConnection,
    workspace_id: WorkspaceId,
    start: Start,
    signed: &BTreeMap<i64, [u8; 32]>,
) -> sqlx::Result<ChainReport> {
    let mut report = ChainReport { entries: 0, erased: 0, head_seq: start.seq, head: start.hash, bad: None };
    let head = stored_head(connection, workspace_id).await?;
    // From the very beginning, numbers below the first are read as well: there must be none.
    let mut after = if start.seq == 0 { i64::MIN } else { start.seq };
    loop {
        let mut rows = sqlx::query_as::<_, StoredLink>(
            "select e.seq, e.at, e.actor_kind, e.actor_id, e.action, e.target_kind, e.target_id, e.request_id,
                    e.commitment, e.prev_hash, e.hash, d.row_key, d.details
             from audit_entries e left join audit_details d on d.workspace_id = e.workspace_id and d.seq = e.seq
             where e.workspace_id = $1 and e.seq > $2 and e.seq <= $3 order by e.seq limit $4",
        )
        .bind(workspace_id)
        .bind(after)
        .bind(head.0)
        .bind(PAGE)
        .fetch(&mut *connection);
        let mut read = 0;
        while let Some(row) = rows.try_next().await? {
            let expected = report.head_seq.saturating_add(1);
            match check(workspace_id, expected, &report.head, &row, signed) {
                Ok(hash) => (report.head_seq, report.head) = (expected, hash),
                Err(bad) => {
                    report.bad = Some(bad);
                    return Ok(report);
                }
            }
            read += 1;
            report.erased = report.erased.saturating_add(i64::from(row.row_key.is_none()));
        }
        report.entries = report.entries.saturating_add(read);
        after = report.head_seq;
        if read < PAGE {
            break;
        }
    }
    report.bad = check_end(connection, workspace_id, &report, &head, signed).await?;
    Ok(report)
}

async fn stored_head(
    connection: &mut PgConnection,
    workspace_id: WorkspaceId,
) -> sqlx::Result<(i64, Vec<u8>)> {
    let head = sqlx::query_as("select audit_seq, audit_hash from workspace_heads where workspace_id = $1")
        .bind(workspace_id)
        .fetch_optional(connection)
        .await?;
    Ok(head.unwrap_or((0, GENESIS.to_vec())))
}

fn check(
    workspace_id: WorkspaceId,
    expected: i64,
    previous: &[u8; 32],
    row: &StoredLink,
    signed: &BTreeMap<i64, [u8; 32]>,
) -> Result<[u8; 32], Bad> {
    if row.seq != expected {
        // A number below the expected one cannot come: the key is unique and the order ascending.
        let seq = if row.seq < expected { row.seq } else { expected };
        return Err(Bad { seq, fault: Fault::Missing });
    }
    let bad = |fault| Bad { seq: row.seq, fault };
    if row.prev_hash != previous {
        return Err(bad(Fault::Unlinked));
    }
    let link = Link {
        workspace_id,
        seq: row.seq,
        at: row.at,
        actor_kind: row.actor_kind,
        actor_id: row.actor_id,
        action: row.action,
        target_kind: row.target_kind,
        target_id: row.target_id,
        request_id: row.request_id,
        commitment: row.commitment.as_slice().try_into().map_err(|_| bad(Fault::Changed))?,
    };
    let hash = link.hash(previous);
    if row.hash != hash {
        return Err(bad(Fault::Changed));
    }
    if let (Some(row_key), Some(details)) = (&row.row_key, &row.details) {
        let row_key: &[u8; 32] = row_key.as_slice().try_into().map_err(|_| bad(Fault::DetailsChanged))?;
        if commitment(row_key, details.as_bytes()) != link.commitment {
            return Err(bad(Fault::DetailsChanged));
        }
    }
    if signed.get(&row.seq).is_some_and(|signed_hash| *signed_hash != hash) {
        return Err(bad(Fault::NotAsSigned));
    }
    Ok(hash)
}

/// What only shows when the last entry was read: a cut tail, a head set back, something behind the end.
async fn check_end(
    connection: &mut PgConnection,
    workspace_id: WorkspaceId,
    report: &ChainReport,
    head: &(i64, Vec<u8>),
    signed: &BTreeMap<i64, [u8; 32]>,
) -> sqlx::Result<Option<Bad>> {
    let next = report.head_seq.saturating_add(1);
    if head.0 > report.head_seq {
        return Ok(Some(Bad { seq: next, fault: Fault::Missing }));
    }
    if signed.range(next..).next().is_some() {
        return Ok(Some(Bad { seq: next, fault: Fault::NotAsSigned }));
    }
    if head.0 < report.head_seq || head.1 != report.head {
        return Ok(Some(Bad { seq: head.0, fault: Fault::HeadDiffers }));
    }
    // One statement, one view: a commit meanwhile moves head and entries together.
    let behind: Option<(i64, bool)> = sqlx::query_as(
        "with head as (select coalesce((select audit_seq from workspace_heads where workspace_id = $1), 0) as seq)
         (select e.seq, true from audit_entries e, head where e.workspace_id = $1 and e.seq > head.seq
          order by e.seq limit 1)
         union all
         (select d.seq, false from audit_details d, head where d.workspace_id = $1 and (d.seq > head.seq or d.seq < 1)
          order by d.seq limit 1)
         limit 1",
    )
    .bind(workspace_id)
    .fetch_optional(connection)
    .await?;
    Ok(behind.map(|(seq, is_entry)| Bad {
        seq,
        fault: if is_entry { Fault::HeadDiffers } else { Fault::DetailsWithoutEntry },
    }))
}
