//! The job that reads templates anew.

use std::time::Duration;

use ::jobs::{NewJob, enqueue};
use channel_core::CallError;
use rand::RngExt as _;
use serde_json::json;
use shared::ChannelId;

use crate::channels::{accounts, recurring};
use crate::db::WorkspaceTx;
use crate::jobs::{JobError, JobRun, Outcome};

/// The kind of job that reads a channel's templates.
pub const SYNC: &str = "channel.templates";

/// How often they are read, besides when the platform says that one changed.
const EVERY: Duration = Duration::from_hours(6);
/// A report may come before the platform's own list has it.
const AFTER_REPORT: chrono::TimeDelta = chrono::TimeDelta::seconds(2);

/// Reads a channel's templates once, soon; once for all that ask before it begins.
pub(super) async fn owe(tx: &mut WorkspaceTx, id: ChannelId) -> sqlx::Result<()> {
    let workspace_id = tx.workspace_id();
    let lane = format!("{SYNC}:{id}");
    let is_owed: bool = sqlx::query_scalar(
        "select exists (select from jobs
                        where workspace_id = $1 and lane = $2 and dead_at is null and attempts = 0)",
    )
    .bind(workspace_id)
    .bind(&lane)
    .fetch_one(tx.conn())
    .await?;
    if is_owed {
        return Ok(());
    }
    let job = NewJob::new(workspace_id.0, SYNC)
        .with(json!({ "channel": id }))
        .in_lane(lane)
        .at(chrono::Utc::now() + AFTER_REPORT);
    enqueue(tx.conn(), job).await?;
    Ok(())
}

/// Reads one channel's templates; one that belongs to a connection comes again.
///
/// # Errors
/// When the platform, the database or the key file refuses; then it is tried again.
pub async fn sync_job(run: JobRun) -> Result<Outcome, JobError> {
    let Some(id) = recurring::still_wanted(&run).await? else { return Ok(Outcome::Done) };
    let again = run.job.payload.get("connection").is_some();
    let live = accounts::live_account(&run.app, run.workspace_id, id).await?;
    let Some(live) = live else { return Ok(Outcome::Done) };
    // A refusal is on the health page, where the same provider is asked.
    if let Err(CallError::Temporary(wait)) = super::sync(&run.app, run.workspace_id, &live).await? {
        let words = anyhow::anyhow!("the templates cannot be read now: {}", wait.reason);
        return Err(JobError::Retry(words));
    }
    let pause = EVERY.mul_f64(rand::rng().random_range(0.8..1.2));
    Ok(if again { Outcome::Again(pause) } else { Outcome::Done })
}
