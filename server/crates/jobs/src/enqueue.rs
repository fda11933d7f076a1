//! Owing work.

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

/// Work that is owed.
#[derive(Debug, Clone)]
pub struct NewJob {
    workspace_id: Uuid,
    kind: &'static str,
    lane: Option<String>,
    payload: Value,
    run_at: Option<DateTime<Utc>>,
    attempts_max: i16,
}

impl NewJob {
    /// Due now, in no lane, ten attempts.
    #[must_use]
    pub fn new(workspace_id: Uuid, kind: &'static str) -> Self {
        Self {
            workspace_id,
            kind,
            lane: None,
            payload: Value::Object(Default::default()),
            run_at: None,
            attempts_max: 10,
        }
    }

    /// Jobs of one lane run one after the other, in the order in which they were enqueued. Two transactions that
    /// enqueue into one lane must hold a lock that orders them: numbers are given before the commit.
    #[must_use]
    pub fn in_lane(mut self, lane: impl Into<String>) -> Self {
        self.lane = Some(lane.into());
        self
    }

    /// What the handler needs: ids. Never a secret or a text of a message.
    #[must_use]
    pub fn with(mut self, payload: Value) -> Self {
        self.payload = payload;
        self
    }

    /// Not before this time.
    #[must_use]
    pub fn at(mut self, run_at: DateTime<Utc>) -> Self {
        self.run_at = Some(run_at);
        self
    }

    /// How often it is tried before it becomes a dead letter.
    #[must_use]
    pub fn attempts(mut self, attempts_max: i16) -> Self {
        self.attempts_max = attempts_max;
        self
    }
}

/// Writes the job in the caller's transaction; what is due at once rings `sb_jobs` when that commits.
///
/// # Errors
/// When the database refuses; then the caller's transaction must not commit.
pub async fn enqueue(connection: &mut PgConnection, job: NewJob) -> sqlx::Result<i64> {
    sqlx::query_scalar(
        "with added as (
             insert into jobs (workspace_id, kind, lane, payload, run_at, attempts_max)
             values ($1, $2, $3, $4, coalesce($5, now()), $6) returning id, run_at)
         select added.id from added,
                lateral (select case when added.run_at <= now() then pg_notify('sb_jobs', '') end) as rung",
    )
    .bind(job.workspace_id)
    .bind(job.kind)
    .bind(job.lane)
    .bind(job.payload)
    .bind(job.run_at)
    .bind(job.attempts_max)
    .fetch_one(connection)
    .await
}

/// Writes many jobs like [`enqueue`], in one statement: all of `like`'s kind, due time and attempts, in no lane, each
/// with a payload of its own.
///
/// # Errors
/// When the database refuses; then the caller's transaction must not commit.
pub async fn enqueue_all(
    connection: &mut PgConnection,
    like: &NewJob,
    payloads: Vec<Value>,
) -> sqlx::Result<()> {
    if payloads.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "with added as (
             insert into jobs (workspace_id, kind, payload, run_at, attempts_max)
             select $1, $2, p.payload, coalesce($4, now()), $5
             from unnest($3::jsonb[]) with ordinality as p(payload, n) order by p.n)
         select case when coalesce($4, now()) <= now() then pg_notify('sb_jobs', '') end",
    )
    .bind(like.workspace_id)
    .bind(like.kind)
    .bind(payloads)
    .bind(like.run_at)
    .bind(like.attempts_max)
    .execute(connection)
    .await?;
    Ok(())
}
