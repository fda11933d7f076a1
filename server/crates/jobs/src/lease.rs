//! Claiming work, and what can become of it.

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

/// A job that is ours until the lease ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
pub struct Claim {
    /// Whose job.
    pub workspace_id: Uuid,
    /// Its number in that workspace.
    pub job_id: i64,
}

/// A claimed job, read.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Job {
    /// Its number.
    pub id: i64,
    /// What is to be done: names the handler.
    pub kind: String,
    /// What the handler needs.
    pub payload: Value,
    /// How often it was claimed, this time included.
    pub attempts: i16,
    /// After how many attempts it becomes a dead letter.
    pub attempts_max: i16,
    /// Since when it is owed.
    pub created_at: DateTime<Utc>,
}

/// What happened to a job that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// It will be tried again.
    WillRetry,
    /// It was tried often enough and stays as a dead letter; its lane goes on.
    Dead,
    /// The lease had ended: someone else has it now.
    Lost,
}

/// Which kinds of jobs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kinds<'a> {
    /// These.
    Only(&'a [&'a str]),
    /// All but these.
    AllBut(&'a [&'a str]),
}

impl Kinds<'_> {
    /// All there are.
    pub const ALL: Kinds<'static> = Kinds::AllBut(&[]);
}

/// Claims at most `at_most` due jobs of some kinds over all workspaces; needs no workspace. `token` must be fresh.
///
/// # Errors
/// When the database fails; then nothing is claimed.
pub async fn claim(
    connection: &mut PgConnection,
    at_most: i32,
    lease: Duration,
    token: Uuid,
    kinds: Kinds<'_>,
) -> sqlx::Result<Vec<Claim>> {
    let (kinds, others) = match kinds {
        Kinds::Only(kinds) => (kinds, false),
        Kinds::AllBut(kinds) => (kinds, true),
    };
    sqlx::query_as("select workspace_id, job_id from claim_jobs($1, $2, $3, $4, $5)")
        .bind(at_most)
        .bind(i32::try_from(lease.as_secs()).unwrap_or(i32::MAX))
        .bind(token)
        .bind(kinds)
        .bind(others)
        .fetch_all(connection)
        .await
}

/// Reads a claimed job; `None` when the claim is no longer ours.
///
/// # Errors
/// When the database fails.
pub async fn load(connection: &mut PgConnection, claim: Claim, token: Uuid) -> sqlx::Result<Option<Job>> {
    sqlx::query_as(
        "select id, kind, payload, attempts, attempts_max, created_at
         from jobs where workspace_id = $1 and id = $2 and claim_token = $3",
    )
    .bind(claim.workspace_id)
    .bind(claim.job_id)
    .bind(token)
    .fetch_optional(connection)
    .await
}

/// Keeps a claim for another `lease` from now; false when it is no longer ours.
///
/// # Errors
/// When the database fails; then it ends when it would have.
pub async fn renew(
    connection: &mut PgConnection,
    claim: Claim,
    token: Uuid,
    lease: Duration,
) -> sqlx::Result<bool> {
    let done = sqlx::query(
        "update jobs set run_at = now() + make_interval(secs => $4)
         where workspace_id = $1 and id = $2 and claim_token = $3",
    )
    .bind(claim.workspace_id)
    .bind(claim.job_id)
    .bind(token)
    .bind(lease.as_secs_f64())
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Removes a job that is done; false when the claim is no longer ours.
///
/// # Errors
/// When the database fails; then the job will run again.
pub async fn finish(connection: &mut PgConnection, claim: Claim, token: Uuid) -> sqlx::Result<bool> {
    let done = sqlx::query("delete from jobs where workspace_id = $1 and id = $2 and claim_token = $3")
        .bind(claim.workspace_id)
        .bind(claim.job_id)
        .bind(token)
        .execute(connection)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Keeps a job that did its work and is due again later, with all its attempts; false when the claim is no
/// longer ours.
///
/// # Errors
/// When the database fails; then the job will run again when the lease ends.
pub async fn put_off(
    connection: &mut PgConnection,
    claim: Claim,
    token: Uuid,
    delay: Duration,
) -> sqlx::Result<bool> {
    let done = sqlx::query(
        "update jobs set run_at = now() + make_interval(secs => $4), attempts = 0, claim_token = null, last_error = null
         where workspace_id = $1 and id = $2 and claim_token = $3",
    )
    .bind(claim.workspace_id)
    .bind(claim.job_id)
    .bind(token)
    .bind(delay.as_secs_f64())
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Has a failed job tried again after `delay`, holding its lane; when its attempts are used up, buries it.
///
/// # Errors
/// When the database fails; then the job will run again when the lease ends.
pub async fn retry(
    connection: &mut PgConnection,
    claim: Claim,
    token: Uuid,
    error: &str,
    delay: Duration,
) -> sqlx::Result<Failure> {
    let dead: Option<bool> = sqlx::query_scalar(
        "update jobs set run_at = now() + make_interval(secs => $5), claim_token = null, last_error = left($4, 500),
                         dead_at = case when attempts >= attempts_max then now() end
         where workspace_id = $1 and id = $2 and claim_token = $3
         returning dead_at is not null",
    )
    .bind(claim.workspace_id)
    .bind(claim.job_id)
    .bind(token)
    .bind(error)
    .bind(delay.as_secs_f64())
    .fetch_optional(connection)
    .await?;
    Ok(match dead {
        Some(true) => Failure::Dead,
        Some(false) => Failure::WillRetry,
        None => Failure::Lost,
    })
}

/// Makes a job a dead letter at once: trying again would not help. Its lane goes on.
///
/// # Errors
/// When the database fails; then the job will run again when the lease ends.
pub async fn bury(
    connection: &mut PgConnection,
    claim: Claim,
    token: Uuid,
    error: &str,
) -> sqlx::Result<bool> {
    let done = sqlx::query(
        "update jobs set dead_at = now(), claim_token = null, last_error = left($4, 500)
         where workspace_id = $1 and id = $2 and claim_token = $3",
    )
    .bind(claim.workspace_id)
    .bind(claim.job_id)
    .bind(token)
    .bind(error)
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Gives a claimed job back untouched: due at once, the attempt not counted. For a graceful stop.
///
/// # Errors
/// When the database fails; then the job will run again when the lease ends.
pub async fn release(connection: &mut PgConnection, claim: Claim, token: Uuid) -> sqlx::Result<bool> {
    let done = sqlx::query(
        "update jobs set run_at = now(), attempts = greatest(attempts - 1, 0), claim_token = null
         where workspace_id = $1 and id = $2 and claim_token = $3",
    )
    .bind(claim.workspace_id)
    .bind(claim.job_id)
    .bind(token)
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}
