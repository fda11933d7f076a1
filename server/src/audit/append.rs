//! Adding entries at the end of a workspace's chain.

use chrono::{DateTime, Timelike as _, Utc};
use jobs::{NewJob, enqueue};
use serde_json::{Map, Value, json};
use shared::WorkspaceId;
use sqlx::PgConnection;
use uuid::Uuid;

use super::Entry;
use super::anchor::{ANCHOR_JOB, ENTRIES_MAX};
use super::chain::{Link, commitment};
use crate::realtime::Heads;

/// The end of the chain after an append; stored with the event number in one update.
#[derive(Debug, Clone)]
pub struct AuditHead {
    /// The last entry's number.
    pub seq: i64,
    /// The last entry's hash.
    pub hash: Vec<u8>,
}

/// An entry with its place in the chain.
struct Chained {
    link: Link,
    hash: [u8; 32],
    previous: [u8; 32],
    row_key: [u8; 32],
    details: String,
}

/// Chains `entries` after the locked head and stores them, in one statement however many they are. The head
/// itself is stored by the caller.
///
/// # Errors
/// When the database refuses, or the head is no hash; then the caller's transaction must not commit.
pub async fn append(
    tx: &mut PgConnection,
    workspace_id: WorkspaceId,
    heads: &Heads,
    entries: &[Entry],
) -> sqlx::Result<AuditHead> {
    if entries.is_empty() {
        return Ok(AuditHead { seq: heads.audit_seq, hash: heads.audit_hash.clone() });
    }
    let head: [u8; 32] = heads
        .audit_hash
        .as_slice()
        .try_into()
        .map_err(|_| sqlx::Error::Protocol("the head of the audit chain is no hash".to_owned()))?;
    let at = to_the_microsecond(Utc::now());
    let chained = chain(workspace_id, heads.audit_seq, head, at, entries);
    store(&mut *tx, workspace_id, &chained).await?;
    let (seq, hash) = chained.last().map_or((heads.audit_seq, head), |last| (last.link.seq, last.hash));
    if seq / ENTRIES_MAX > heads.audit_seq / ENTRIES_MAX {
        let anchor = NewJob::new(workspace_id.0, ANCHOR_JOB).with(json!({ "once": true }));
        enqueue(tx, anchor).await?;
    }
    Ok(AuditHead { seq, hash: hash.to_vec() })
}

fn chain(
    workspace_id: WorkspaceId,
    head_seq: i64,
    head: [u8; 32],
    at: DateTime<Utc>,
    entries: &[Entry],
) -> Vec<Chained> {
    let mut previous = head;
    let numbers = head_seq.saturating_add(1)..;
    let mut chained = Vec::with_capacity(entries.len());
    for (entry, seq) in entries.iter().zip(numbers) {
        let details = details_text(entry);
        let row_key: [u8; 32] = rand::random();
        let link = Link {
            workspace_id,
            seq,
            at,
            actor_kind: entry.actor.kind.code(),
            actor_id: entry.actor.id,
            action: entry.action.code(),
            target_kind: entry.target.map(|(kind, _)| kind.code()),
            target_id: entry.target.map(|(_, id)| id),
            request_id: entry.actor.request.request_id,
            commitment: commitment(&row_key, details.as_bytes()),
        };
        let hash = link.hash(&previous);
        chained.push(Chained { link, hash, previous, row_key, details });
        previous = hash;
    }
    chained
}

/// What can be erased: where the request came from, and the circumstances.
fn details_text(entry: &Entry) -> String {
    let mut details = Map::new();
    if let Some(address) = entry.actor.request.client_address {
        details.insert("clientAddress".to_owned(), Value::String(address.to_string()));
    }
    if let Some(user_agent) = &entry.actor.request.user_agent {
        details.insert("userAgent".to_owned(), Value::String(user_agent.clone()));
    }
    if !entry.details.is_null() {
        details.insert("facts".to_owned(), entry.details.clone());
    }
    Value::Object(details).to_string()
}

/// What Postgres keeps of a time.
fn to_the_microsecond(at: DateTime<Utc>) -> DateTime<Utc> {
    at.with_nanosecond(at.nanosecond() / 1000 * 1000).unwrap_or(at)
}

async fn store(tx: &mut PgConnection, workspace_id: WorkspaceId, chained: &[Chained]) -> sqlx::Result<()> {
    let links = || chained.iter().map(|entry| &entry.link);
    sqlx::query(
        "with added as (
             insert into audit_entries (workspace_id, seq, at, actor_kind, actor_id, action, target_kind, target_id,
                                        request_id, commitment, prev_hash, hash)
             select $1, e.* from unnest($2::bigint[], $3::timestamptz[], $4::smallint[], $5::uuid[], $6::smallint[],
                                        $7::smallint[], $8::uuid[], $9::uuid[], $10::bytea[], $11::bytea[], $12::bytea[]) as e)
         insert into audit_details (workspace_id, seq, row_key, details)
         select $1, d.* from unnest($2::bigint[], $13::bytea[], $14::text[]) as d",
    )
    .bind(workspace_id)
    .bind(links().map(|link| link.seq).collect::<Vec<_>>())
    .bind(links().map(|link| link.at).collect::<Vec<_>>())
    .bind(links().map(|link| link.actor_kind).collect::<Vec<_>>())
    .bind(links().map(|link| link.actor_id).collect::<Vec<Option<Uuid>>>())
    .bind(links().map(|link| link.action).collect::<Vec<_>>())
    .bind(links().map(|link| link.target_kind).collect::<Vec<Option<i16>>>())
    .bind(links().map(|link| link.target_id).collect::<Vec<Option<Uuid>>>())
    .bind(links().map(|link| link.request_id).collect::<Vec<Option<Uuid>>>())
    .bind(links().map(|link| link.commitment.as_slice()).collect::<Vec<_>>())
    .bind(chained.iter().map(|entry| entry.previous.as_slice()).collect::<Vec<_>>())
    .bind(chained.iter().map(|entry| entry.hash.as_slice()).collect::<Vec<_>>())
    .bind(chained.iter().map(|entry| entry.row_key.as_slice()).collect::<Vec<_>>())
    .bind(chained.iter().map(|entry| entry.details.as_str()).collect::<Vec<_>>())
    .execute(tx)
    .await?;
    Ok(())
}
