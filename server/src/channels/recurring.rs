//! Work that a channel has for as long as one connection lasts. Each job puts itself off instead of ending, and ends
//! when the channel was connected anew or disconnected since.

use ::jobs::{NewJob, enqueue};
use channel_core::ChannelAdapter;
use serde_json::json;
use shared::ChannelId;

use super::health::PROBE;
use super::store::accounts as store;
use super::templates::SYNC;
use crate::db::WorkspaceTx;
use crate::jobs::{JobError, JobRun};

/// Starts it, in the transaction that connects the channel.
pub(super) async fn begin(
    tx: &mut WorkspaceTx,
    adapter: &dyn ChannelAdapter,
    channel_id: ChannelId,
    connection: i32,
) -> sqlx::Result<()> {
    let kinds = [Some(PROBE), adapter.capabilities().templates.then_some(SYNC)];
    let workspace_id = tx.workspace_id();
    for kind in kinds.into_iter().flatten() {
        let payload = json!({ "channel": channel_id, "connection": connection });
        // They may fail as often as they like: they come again anyway.
        let job = NewJob::new(workspace_id.0, kind).with(payload).attempts(i16::MAX);
        enqueue(tx.conn(), job).await?;
    }
    Ok(())
}

/// The channel that a job is for, while the connection lasts that it was made for.
pub(super) async fn still_wanted(run: &JobRun) -> Result<Option<ChannelId>, JobError> {
    let of_job = |key: &str| run.job.payload.get(key).cloned();
    let id: Option<ChannelId> = of_job("channel").and_then(|id| serde_json::from_value(id).ok());
    let connection = of_job("connection").and_then(|connection| connection.as_i64());
    let id = id.ok_or_else(|| JobError::Hopeless(anyhow::anyhow!("the job names no channel")))?;
    let mut tx = run.app.db.read(run.workspace_id).await?;
    let current = store::connection(&mut tx, id).await?;
    Ok(current
        .filter(|current| connection.is_none_or(|made_for| made_for == i64::from(*current)))
        .map(|_| id))
}
