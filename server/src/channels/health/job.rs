//! The job that asks a channel's provider every few minutes, for as long as this connection lasts.

use std::time::Duration;

use rand::RngExt as _;
use shared::ChannelState;

use super::{Asked, ask, renew};
use crate::channels::{accounts, recurring};
use crate::jobs::{JobError, JobRun, Outcome};

/// The kind of job that asks a channel's provider how it is doing.
pub const PROBE: &str = "channel.probe";

/// How often a connected channel is looked at.
const EVERY: Duration = Duration::from_mins(5);
/// How often one that waits to be connected again is.
const EVERY_WAITING: Duration = Duration::from_mins(15);

/// Looks at one channel, and comes again.
///
/// # Errors
/// When the database or the key file refuses; then it is tried again.
pub async fn probe_job(run: JobRun) -> Result<Outcome, JobError> {
    let (app, workspace_id) = (&run.app, run.workspace_id);
    let Some(id) = recurring::still_wanted(&run).await? else { return Ok(Outcome::Done) };
    let Some(live) = accounts::live_account(app, workspace_id, id).await? else { return Ok(Outcome::Done) };
    let every = if live.state == ChannelState::Connected { EVERY } else { EVERY_WAITING };
    renew::if_due(app, workspace_id, &live).await?;
    match ask(app, workspace_id, &live).await? {
        Asked::Nobody => Ok(Outcome::Done),
        Asked::Told | Asked::Busy(_) => Ok(Outcome::Again(about(every))),
    }
}

/// A fifth more or less: channels that were connected together are not looked at together for ever.
fn about(every: Duration) -> Duration {
    every.mul_f64(rand::rng().random_range(0.8..1.2))
}
