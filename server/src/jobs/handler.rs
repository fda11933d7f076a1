//! What does a job of one kind.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use jobs::Job;
use shared::WorkspaceId;

use crate::app::App;

/// One run of one job.
pub struct JobRun {
    /// The product.
    pub app: Arc<App>,
    /// Whose job it is.
    pub workspace_id: WorkspaceId,
    /// What is to be done, and how often it was tried.
    pub job: Job,
}

/// How a job ended well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It is done.
    Done,
    /// It is done for now, and due again after this time.
    Again(Duration),
}

/// How a job failed, cut by what follows.
#[derive(Debug, thiserror::Error)]
pub enum JobError {
    /// Another try may succeed.
    #[error("{0:#}")]
    Retry(anyhow::Error),
    /// No try will: a dead letter at once.
    #[error("{0:#}")]
    Hopeless(anyhow::Error),
}

impl From<sqlx::Error> for JobError {
    fn from(error: sqlx::Error) -> Self {
        Self::Retry(error.into())
    }
}

impl From<anyhow::Error> for JobError {
    fn from(error: anyhow::Error) -> Self {
        Self::Retry(error)
    }
}

impl From<crate::error::AppError> for JobError {
    fn from(error: crate::error::AppError) -> Self {
        Self::Retry(error.into())
    }
}

type Running = Pin<Box<dyn Future<Output = Result<Outcome, JobError>> + Send>>;
type Handler = Box<dyn Fn(JobRun) -> Running + Send + Sync>;

/// Handlers by the kind of job they do.
#[derive(Default)]
pub struct Handlers(HashMap<&'static str, Handler>);

impl Handlers {
    /// Adds the handler of a kind.
    #[must_use]
    pub fn on<Doing>(
        mut self,
        kind: &'static str,
        handler: impl Fn(JobRun) -> Doing + Send + Sync + 'static,
    ) -> Self
    where
        Doing: Future<Output = Result<Outcome, JobError>> + Send + 'static,
    {
        self.0.insert(kind, Box::new(move |run| Box::pin(handler(run))));
        self
    }

    /// Starts the handler of the job's kind; a kind that nobody does is hopeless.
    pub(super) async fn handle(&self, run: JobRun) -> Result<Outcome, JobError> {
        match self.0.get(run.job.kind.as_str()) {
            Some(handler) => handler(run).await,
            None => Err(JobError::Hopeless(anyhow::anyhow!("no handler for this kind of job"))),
        }
    }
}
