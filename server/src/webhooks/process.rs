//! Turning stored deliveries into messages: in order, one transaction per workspace and batch.

mod batch;
mod conversations;
mod messages;
mod people;
mod seen;

use std::sync::Arc;
use std::time::Duration;

use shared::WorkspaceId;
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

use super::dirty::DirtySet;
use super::pressure::Pressure;
use super::receive::Receiver;
use super::store;
use crate::channels::Adapters;
use crate::db::Db;

/// Workspaces worked on at the same time by this process.
const WORKERS: usize = 2;
/// Most deliveries in one transaction.
const BATCH_MAX: i64 = 500;
/// How often to look for work that nobody in this process was told of: another process's, a crash's, a retry's.
const SWEEP: Duration = Duration::from_secs(2);
/// Pause after the database was not there.
const PAUSE: Duration = Duration::from_millis(300);

/// This process's part in processing deliveries.
#[derive(Clone)]
pub struct Processor {
    db: Db,
    adapters: Adapters,
    dirty: Arc<DirtySet>,
}

impl Processor {
    /// One that is not started.
    #[must_use]
    pub fn new(db: Db, adapters: Adapters) -> Self {
        Self { db, adapters, dirty: Arc::default() }
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
        match batch::run(&self.db, &self.adapters, workspace_id, BATCH_MAX).await {
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
            match batch::run(&self.db, &self.adapters, workspace_id, 1).await {
                Ok(0) => return Ok(false),
                Ok(_) => {}
                Err(error) if is_passing(&error) => return Err(error),
                Err(error) => batch::fail_first(&self.db, workspace_id, &error).await?,
            }
        }
        Ok(true)
    }

    async fn sweep(&self) {
        loop {
            match store::workspaces_with_pending(&self.db).await {
                Ok(workspaces) => workspaces.into_iter().for_each(|workspace_id| self.wake(workspace_id)),
                Err(error) => tracing::warn!(%error, "could not look for pending deliveries"),
            }
            tokio::time::sleep(SWEEP).await;
        }
    }
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
