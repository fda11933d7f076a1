//! Everything a request can fail with, and the one table from failure to answer.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::json;

/// A failure that ends a request. `Display` is safe to show; causes go to our log, once.
///
/// An outcome that a user can expect ("the invitation has expired") is no error but a `problem` in the
/// payload: see [`crate::graphql`].
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// Not there, or another workspace's: "forbidden" would confirm that it exists.
    #[error("{0} not found")]
    NotFound(&'static str),
    /// The request names something impossible.
    #[error("{field}: {reason}")]
    Invalid {
        /// The argument at fault.
        field: &'static str,
        /// What is wrong with it, in words.
        reason: String,
    },
    /// Nobody is signed in.
    #[error("sign in first")]
    Unauthenticated,
    /// The member's role does not reach.
    #[error("your role does not allow this")]
    Forbidden,
    /// The act needs the password to have been given within the last minutes: see [`crate::auth::proof`].
    #[error("confirm your password first")]
    ProofRequired,
    /// Too many, too fast.
    #[error("too many attempts; try again in {retry_after_seconds} s")]
    Throttled {
        /// When another try makes sense.
        retry_after_seconds: u64,
    },
    /// The database is away, or work is piling up: the same request may succeed soon.
    #[error("the service is busy; try again shortly")]
    Unavailable,
    /// Ours.
    #[error("something went wrong on our side")]
    Internal(#[source] anyhow::Error),
}

impl AppError {
    /// An [`AppError::Invalid`].
    pub fn invalid(field: &'static str, reason: impl Into<String>) -> Self {
        Self::Invalid { field, reason: reason.into() }
    }

    /// The HTTP status and the code for machines.
    #[must_use]
    pub fn class(&self) -> (StatusCode, &'static str) {
        match self {
            Self::NotFound(_) => (StatusCode::NOT_FOUND, "NOT_FOUND"),
            Self::Invalid { .. } => (StatusCode::UNPROCESSABLE_ENTITY, "INVALID"),
            Self::Unauthenticated => (StatusCode::UNAUTHORIZED, "UNAUTHENTICATED"),
            Self::Forbidden => (StatusCode::FORBIDDEN, "FORBIDDEN"),
            Self::ProofRequired => (StatusCode::FORBIDDEN, "PROOF_REQUIRED"),
            Self::Throttled { .. } => (StatusCode::TOO_MANY_REQUESTS, "THROTTLED"),
            Self::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE"),
            Self::Internal(_) => (StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL"),
        }
    }

    /// Writes the cause of our own failures to the log; call where the error is handled.
    pub fn log(&self) {
        if let Self::Internal(cause) = self {
            tracing::error!(error = format!("{cause:#}"), "request failed");
        }
    }
}

impl From<sqlx::Error> for AppError {
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::Io(_) => {
                tracing::warn!(%error, "database unavailable");
                Self::Unavailable
            }
            other => Self::Internal(anyhow::Error::new(other).context("database")),
        }
    }
}

impl From<anyhow::Error> for AppError {
    fn from(error: anyhow::Error) -> Self {
        Self::Internal(error)
    }
}

/// For plain HTTP routes: `{"code", "message"}`, and `Retry-After` where waiting helps.
impl IntoResponse for AppError {
    fn into_response(self) -> Response {
        self.log();
        let (status, code) = self.class();
        let mut response =
            (status, Json(json!({ "code": code, "message": self.to_string() }))).into_response();
        let wait_seconds = match &self {
            Self::Throttled { retry_after_seconds } => Some(*retry_after_seconds),
            Self::Unavailable => Some(1),
            _ => None,
        };
        if let Some(seconds) = wait_seconds {
            response.headers_mut().insert(http::header::RETRY_AFTER, seconds.into());
        }
        response
    }
}
