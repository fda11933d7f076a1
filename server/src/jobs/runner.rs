//! The worker of this process: claims what is due, runs it, and says what became of it.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt as _;
use jobs::{Claim, Failure, Kinds};
use shared::WorkspaceId;
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{Handlers, JobError, JobRun, Outcome};
use crate::app::App;

/// How long a job is ours unless we say that we still have it: what a process that died had is run again after this.
const LEASE: Duration = Duration::from_secs(30);
/// How often we say so.
const RENEWED_EVERY: Duration = Duration::from_secs(8);
/// How often we look when nobody rings.
const POLL: Duration = Duration::from_secs(2);
/// How long a stopping process waits for its running jobs.
const LAST_WAIT: Duration = Duration::from_secs(10);

/// Rings the runners of this process: something may be due. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Wake(Arc<Bells>);

#[derive(Debug, Default)]
struct Bells {
    ordinary: Notify,
    transfers: Notify,
}

impl Wake {
    /// Has the runners look now instead of at their next round.
    pub fn ring(&self) {
        self.0.ordinary.notify_one();
        self.0.transfers.notify_one();
    }
}

/// A share of the work. Each process has one runner for each, so that minutes never stand before moments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Share {
    /// What takes a moment.
    Ordinary,
    /// Files on their way between a platform and us.
    Transfers,
}

/// Kinds of jobs that move files.
const TRANSFERS: &[&str] = &[crate::media::FETCH_JOB];

impl Share {
    const fn kinds(self) -> Kinds<'static> {
        match self {
            Self::Ordinary => Kinds::AllBut(TRANSFERS),
            Self::Transfers => Kinds::Only(TRANSFERS),
        }
    }

    /// How many one process runs at a time.
    const fn at_once(self) -> usize {
        match self {
            Self::Ordinary => 8,
            Self::Transfers => 4,
        }
    }

    /// How long one run may take.
    const fn longest_run(self) -> Duration {
        match self {
            Self::Ordinary => Duration::from_secs(45),
            Self::Transfers => Duration::from_secs(225),
        }
    }

    fn bell(self, wake: &Wake) -> &Notify {
        match self {
            Self::Ordinary => &wake.0.ordinary,
            Self::Transfers => &wake.0.transfers,
        }
    }
}

/// Runs jobs until told to stop.
pub struct Runner {
    app: Arc<App>,
    handlers: Arc<Handlers>,
    stop: CancellationToken,
    share: Share,
    poll: Duration,
}

impl Runner {
    /// A runner of one share that knows `handlers` and ends after `stop`.
    #[must_use]
    pub fn new(app: Arc<App>, share: Share, handlers: Handlers, stop: CancellationToken) -> Self {
        Self { app, handlers: Arc::new(handlers), stop, share, poll: POLL }
    }

    /// Looks this often when nobody rings.
    #[must_use]
    pub fn looking_every(self, poll: Duration) -> Self {
        Self { poll, ..self }
    }

    /// Claims and runs until stopped; then waits a little for what runs, and gives the rest back.
    pub async fn run(self) {
        let mut running = JoinSet::new();
        let mut pause = self.poll;
        let at_once = self.share.at_once();
        while !self.stop.is_cancelled() {
            let free = at_once.saturating_sub(running.len());
            match start_due(&self.app, self.share, &self.handlers, &self.stop, free, &mut running).await {
                Ok(_) => pause = self.poll,
                Err(error) => {
                    tracing::warn!(%error, "could not claim jobs");
                    pause = (pause * 2).min(Duration::from_secs(30));
                }
            }
            tokio::select! {
                () = self.stop.cancelled() => {}
                () = self.share.bell(&self.app.jobs).notified(), if running.len() < at_once => {}
                // A job that ended may have been the first of a lane.
                Some(_) = running.join_next() => {}
                () = tokio::time::sleep(pause), if running.len() < at_once => {}
            }
        }
        // Runs hear of the stop themselves and give their job back when the wait is over.
        while running.join_next().await.is_some() {}
    }
}

/// Runs everything that is due now, and what becomes due by that, then returns how many jobs were run. For tests.
///
/// # Errors
/// When the database fails.
pub async fn run_due(app: &Arc<App>, handlers: &Arc<Handlers>) -> sqlx::Result<usize> {
    let mut total = 0;
    loop {
        let mut running = JoinSet::new();
        let stop = CancellationToken::new();
        let mut started = 0;
        for share in [Share::Ordinary, Share::Transfers] {
            started += start_due(app, share, handlers, &stop, share.at_once(), &mut running).await?;
        }
        while running.join_next().await.is_some() {}
        if started == 0 {
            return Ok(total);
        }
        total += started;
    }
}

async fn start_due(
    app: &Arc<App>,
    share: Share,
    handlers: &Arc<Handlers>,
    stop: &CancellationToken,
    at_most: usize,
    running: &mut JoinSet<()>,
) -> sqlx::Result<usize> {
    if at_most == 0 {
        return Ok(0);
    }
    let token = Uuid::new_v4();
    let mut connection = app.db.pool().acquire().await?;
    let at_most = i32::try_from(at_most).unwrap_or(i32::MAX);
    let claims = jobs::claim(&mut connection, at_most, LEASE, token, share.kinds()).await?;
    drop(connection);
    let count = claims.len();
    for claim in claims {
        let (app, handlers, stop) = (app.clone(), handlers.clone(), stop.clone());
        running.spawn(async move {
            if let Err(error) = run_claimed(app, share, handlers, stop, claim, token).await {
                tracing::warn!(%error, job.id = claim.job_id, "a job's end could not be noted; it will run again");
            }
        });
    }
    Ok(count)
}

/// Says that a job is still ours for as long as it runs; ends only when somebody else has it.
async fn hold(app: &App, claim: Claim, token: Uuid) {
    loop {
        tokio::time::sleep(RENEWED_EVERY).await;
        match renew(app, claim, token).await {
            Ok(true) => {}
            Ok(false) => return,
            // The lease lasts for some more tries.
            Err(error) => tracing::warn!(%error, job.id = claim.job_id, "a job's claim could not be renewed"),
        }
    }
}

async fn renew(app: &App, claim: Claim, token: Uuid) -> sqlx::Result<bool> {
    let mut tx = app.db.workspace(WorkspaceId(claim.workspace_id)).await?;
    let is_ours = jobs::renew(tx.conn(), claim, token, LEASE).await?;
    tx.commit().await?;
    Ok(is_ours)
}

async fn run_claimed(
    app: Arc<App>,
    share: Share,
    handlers: Arc<Handlers>,
    stop: CancellationToken,
    claim: Claim,
    token: Uuid,
) -> sqlx::Result<()> {
    let workspace_id = WorkspaceId(claim.workspace_id);
    let mut tx = app.db.read(workspace_id).await?;
    let Some(job) = jobs::load(tx.conn(), claim, token).await? else { return Ok(()) };
    tx.commit().await?;

    let (kind, attempts, created_at) = (job.kind.clone(), job.attempts, job.created_at);
    let ended = if attempts > job.attempts_max {
        // It took its process down each time.
        Some(Err(JobError::Hopeless(anyhow::anyhow!("was started too often without an end"))))
    } else {
        let run =
            AssertUnwindSafe(handlers.handle(JobRun { app: app.clone(), workspace_id, job })).catch_unwind();
        tokio::select! {
            ended = timeout(share.longest_run(), run) => Some(match ended {
                Ok(Ok(ended)) => ended,
                Ok(Err(_)) => Err(JobError::Retry(anyhow::anyhow!("panicked"))),
                Err(_) => Err(JobError::Retry(anyhow::anyhow!("took longer than {} s", share.longest_run().as_secs()))),
            }),
            () = async { stop.cancelled().await; tokio::time::sleep(LAST_WAIT).await } => None,
            () = hold(&app, claim, token) => {
                metrics::counter!("switchboard_jobs_total", "kind" => kind, "outcome" => "lost").increment(1);
                return Ok(());
            }
        }
    };

    let mut tx = app.db.workspace(workspace_id).await?;
    let outcome = match ended {
        None => ("released", jobs::release(tx.conn(), claim, token).await?),
        Some(Ok(Outcome::Done)) => ("done", jobs::finish(tx.conn(), claim, token).await?),
        Some(Ok(Outcome::Again(delay))) => ("again", jobs::put_off(tx.conn(), claim, token, delay).await?),
        Some(Err(JobError::Hopeless(error))) => {
            tracing::error!(job.id = claim.job_id, kind, error = format!("{error:#}"), "job given up");
            ("dead", jobs::bury(tx.conn(), claim, token, &format!("{error:#}")).await?)
        }
        Some(Err(JobError::Retry(error))) => {
            let delay = jobs::retry_delay(attempts);
            let failure = jobs::retry(tx.conn(), claim, token, &format!("{error:#}"), delay).await?;
            tracing::warn!(
                job.id = claim.job_id,
                kind,
                attempts,
                ?failure,
                error = format!("{error:#}"),
                "job failed"
            );
            (if failure == Failure::Dead { "dead" } else { "failed" }, failure != Failure::Lost)
        }
    };
    tx.commit().await?;
    let outcome = if outcome.1 { outcome.0 } else { "lost" };
    metrics::counter!("switchboard_jobs_total", "kind" => kind, "outcome" => outcome).increment(1);
    let age = chrono::Utc::now().signed_duration_since(created_at).to_std().unwrap_or_default();
    tracing::debug!(job.id = claim.job_id, outcome, age_ms = age.as_millis(), "job ended");
    Ok(())
}
