//! Turning stored deliveries into messages: in order, one transaction per workspace and batch.
//!
//! A batch is read into events ([`steps`]); what they are about is looked up and locked ([`lookup`], [`people`],
//! [`conversations`]); then they are gone through in order, in memory ([`work`]), and what they came to is written,
//! each kind of thing by one statement, whatever the size of the batch.

mod account;
mod batch;
mod body;
mod changes;
mod connections;
mod conversations;
mod entries;
mod files;
mod fit;
mod incoming;
mod lookup;
mod natural;
mod outcome;
mod people;
mod reach;
mod reactions;
mod receipts;
mod seen;
mod steps;
mod store;
mod waiting;
mod work;

use std::sync::Arc;
use std::time::Duration;

use chrono::Utc;
use shared::WorkspaceId;
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

use super::dirty::DirtySet;
use super::pressure::Pressure;
use super::receive::Receiver;
use crate::channels::Adapters;
use crate::db::Db;
use crate::jobs::{JobError, JobRun, Outcome};
use crate::realtime::Presence;

pub use waiting::{WAITING_JOB, forget_old_changes};

/// Workspaces worked on at the same time by this process.
const WORKERS: usize = 2;
/// Most deliveries in one transaction.
const BATCH_MAX: i64 = 500;
/// How often to look for work that nobody in this process was told of: another process's, a crash's, a retry's.
const SWEEP: Duration = Duration::from_secs(2);
/// How soon to look again for messages that changes wait for; afterwards as long as they have waited already.
const WAITING_AGAIN: Duration = Duration::from_secs(2);
/// What has waited for longer waits for a delivery, not for us.
const YOUNG: Duration = Duration::from_secs(600);
/// Pause after the database was not there.
const PAUSE: Duration = Duration::from_millis(300);

/// This process's part in processing deliveries.
#[derive(Clone)]
pub struct Processor {
    db: Db,
    tools: Tools,
    dirty: Arc<DirtySet>,
}

/// What a batch needs beside its transaction.
#[derive(Clone)]
struct Tools {
    adapters: Adapters,
    presence: Presence,
    /// The installation's own application at a provider that has such.
    own_application: Option<String>,
}

impl Processor {
    /// One that is not started.
    #[must_use]
    pub fn new(db: Db, adapters: Adapters, presence: Presence, own_application: Option<String>) -> Self {
        let tools = Tools { adapters, presence, own_application };
        Self { db, tools, dirty: Arc::default() }
    }

    /// Starts the committer of `receiver`, the workers and the sweep, until `stopping`.
    pub fn start(&self, receiver: &Receiver, stopping: &CancellationToken) {
        receiver.start(self.db.clone(), Arc::clone(&self.dirty));
        for _ in 0..WORKERS {
            let worker = self.clone();
            let stopping = stopping.clone();
            let pressure = receiver.pressure();
            tokio::spawn(async move {
                loop {
                    let workspace_id = tokio::select! {
                        () = stopping.cancelled() => break,
                        workspace_id = worker.next(&pressure) => workspace_id,
                    };
                    worker.work(workspace_id).await;
                }
            });
        }
        let sweeper = self.clone();
        tokio::spawn(stopping.clone().run_until_cancelled_owned(async move { sweeper.sweep().await }));
    }

    /// Says that a workspace has deliveries to look at.
    pub fn wake(&self, workspace_id: WorkspaceId) {
        self.dirty.wake(workspace_id);
    }

    async fn next(&self, pressure: &Pressure) -> WorkspaceId {
        pressure.give_way().await;
        self.dirty.take().await
    }

    async fn work(&self, workspace_id: WorkspaceId) {
        let span = tracing::debug_span!("process_deliveries", workspace.id = %workspace_id);
        let more = match self.run(workspace_id).instrument(span).await {
            Ok(more) => more,
            Err(error) => {
                tracing::warn!(workspace.id = %workspace_id, %error, "deliveries wait: the database did not answer");
                tokio::time::sleep(PAUSE).await;
                true
            }
        };
        self.dirty.done(workspace_id, more);
    }

    /// One batch. If the database finds fault with it as a whole, one delivery at a time, so that the one
    /// at fault cannot hold its neighbours.
    async fn run(&self, workspace_id: WorkspaceId) -> sqlx::Result<bool> {
        match batch::run(&self.db, &self.tools, workspace_id, BATCH_MAX).await {
            Ok(count) => Ok(count >= BATCH_MAX),
            Err(error) if is_passing(&error) => Err(error),
            Err(error) => {
                tracing::error!(workspace.id = %workspace_id, %error, "a batch of deliveries failed; going on one by one");
                self.run_one_by_one(workspace_id).await
            }
        }
    }

    async fn run_one_by_one(&self, workspace_id: WorkspaceId) -> sqlx::Result<bool> {
        for _ in 0..BATCH_MAX {
            match batch::run(&self.db, &self.tools, workspace_id, 1).await {
                Ok(0) => return Ok(false),
                Ok(_) => {}
                Err(error) if is_passing(&error) => return Err(error),
                Err(error) => batch::fail_first(&self.db, &self.tools, workspace_id, &error).await?,
            }
        }
        Ok(true)
    }

    async fn sweep(&self) {
        loop {
            match super::store::workspaces_with_pending(&self.db).await {
                Ok(workspaces) => workspaces.into_iter().for_each(|workspace_id| self.wake(workspace_id)),
                Err(error) => tracing::warn!(%error, "could not look for pending deliveries"),
            }
            tokio::time::sleep(SWEEP).await;
        }
    }
}

/// Applies changes that waited for messages which are here by now: ours have got their id, others came in between.
/// Tries again for as long as something young waits.
///
/// # Errors
/// When the database refuses.
pub async fn apply_waiting(run: JobRun) -> Result<Outcome, JobError> {
    let processor = &run.app.processor;
    let newest = batch::run_waiting(&processor.db, &processor.tools, run.workspace_id, BATCH_MAX).await?;
    let Some(age) = newest.and_then(|newest| (Utc::now() - newest).to_std().ok()) else {
        return Ok(Outcome::Done);
    };
    Ok(if age < YOUNG { Outcome::Again(age.max(WAITING_AGAIN)) } else { Outcome::Done })
}

/// Whether the same work may succeed in a moment: the connection, a lock or a conflict was to blame, not the work.
fn is_passing(error: &sqlx::Error) -> bool {
    match error {
        // deadlock, serialisation, lock timeout, the server shutting down or out of something
        sqlx::Error::Database(database) => database.code().is_some_and(|code| {
            matches!(code.as_ref(), "40P01" | "40001" | "55P03")
                || matches!(code.get(..2), Some("57" | "53" | "08")) && code != "57014"
        }),
        sqlx::Error::ColumnDecode { .. }
        | sqlx::Error::Decode(_)
        | sqlx::Error::Encode(_)
        | sqlx::Error::RowNotFound => false,
        _ => true,
    }
}
