//! Keeps Postgres running until asked to stop.

use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::sleep;

use crate::process::{self, Launch, Postmaster};

/// The longest pause between two attempts to start again: a full disk may be freed at any time.
const PAUSE_MAX: Duration = Duration::from_secs(5);

/// Starts Postgres again whenever it ends by itself, and stops it when `stopped` fires or its sender is dropped.
pub(crate) async fn run(launch: Launch, first: Postmaster, mut stopped: oneshot::Receiver<()>) {
    let mut running = Some(first);
    let mut pause = Duration::from_millis(100);
    loop {
        let Some(mut postmaster) = running.take() else {
            tokio::select! {
                biased;
                _ = &mut stopped => return,
                () = sleep(pause) => {}
            }
            match restart(&launch).await {
                Ok(postmaster) => {
                    tracing::info!("PostgreSQL runs again");
                    pause = Duration::from_millis(100);
                    running = Some(postmaster);
                }
                Err(error) => {
                    tracing::error!(%error, "PostgreSQL does not start again");
                    pause = (pause * 2).min(PAUSE_MAX);
                }
            }
            continue;
        };
        tokio::select! {
            biased;
            _ = &mut stopped => {
                postmaster.stop().await;
                return;
            }
            status = postmaster.wait() => {
                tracing::error!(%status, log = %launch.folder.log.display(), "PostgreSQL ended by itself");
            }
        }
    }
}

async fn restart(launch: &Launch) -> Result<Postmaster, crate::StartError> {
    process::end_leftovers(launch).await?;
    Postmaster::start(launch).await
}
