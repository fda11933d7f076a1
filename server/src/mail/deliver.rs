//! Trying again while the mail server is away.

use std::time::Duration;

use super::MailError;

/// Waits between tries, in seconds.
const WAITS_SECONDS: [u64; 4] = [5, 30, 120, 600];

/// Why a letter was not written or not handed over.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// The database could not be asked for what belongs into it.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    /// The mail server.
    #[error(transparent)]
    Mail(#[from] MailError),
}

impl SendError {
    /// Whether another try later may succeed.
    #[must_use]
    pub fn is_temporary(&self) -> bool {
        match self {
            Self::Database(_) => true,
            Self::Mail(error) => error.is_temporary(),
        }
    }
}

/// Calls `send` until it succeeds, is refused for good, or has failed five times in some 13 minutes. The log
/// names the letter's kind, never its receiver.
pub async fn deliver<Sending: Future<Output = Result<(), SendError>>>(
    kind: &'static str,
    send: impl Fn() -> Sending,
) {
    for wait_seconds in WAITS_SECONDS.into_iter().map(Some).chain([None]) {
        match (send().await, wait_seconds) {
            (Ok(()), _) => {
                tracing::info!(kind, "letter sent");
                return;
            }
            (Err(error), Some(seconds)) if error.is_temporary() => {
                tracing::warn!(kind, %error, "letter not sent, trying again");
                tokio::time::sleep(Duration::from_secs(seconds)).await;
            }
            (Err(error), _) => {
                tracing::error!(kind, %error, "letter given up");
                return;
            }
        }
    }
}
