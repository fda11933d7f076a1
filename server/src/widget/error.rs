//! What a visitor's browser is told when something does not work.

use axum::Json;
use axum::response::{IntoResponse, Response};
use channel_webchat::NotPosted;
use http::{HeaderValue, StatusCode, header};
use serde_json::json;

use crate::webhooks::NotStored;

/// A refusal, as `{"code", "message", "retryAfterMs"?}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    status: StatusCode,
    code: &'static str,
    message: &'static str,
    retry_after_ms: Option<u64>,
}

impl Refusal {
    const fn new(status: StatusCode, code: &'static str, message: &'static str) -> Self {
        Self { status, code, message, retry_after_ms: None }
    }

    pub(super) const NOT_FOUND: Self =
        Self::new(StatusCode::NOT_FOUND, "NOT_FOUND", "There is nothing here.");
    pub(super) const FOREIGN_ORIGIN: Self =
        Self::new(StatusCode::FORBIDDEN, "FOREIGN_ORIGIN", "This chat is not allowed on this site.");
    pub(super) const NO_SESSION: Self =
        Self::new(StatusCode::UNAUTHORIZED, "UNAUTHENTICATED", "The session is over.");
    pub(super) const TOO_MANY_SOCKETS: Self = Self::new(
        StatusCode::TOO_MANY_REQUESTS,
        "TOO_MANY_SOCKETS",
        "This session has as many connections as it may have.",
    );
    pub(super) const BAD_IDENTITY: Self =
        Self::new(StatusCode::UNAUTHORIZED, "BAD_IDENTITY", "The identity could not be verified.");
    pub(super) const IDENTITY_REQUIRED: Self =
        Self::new(StatusCode::UNAUTHORIZED, "IDENTITY_REQUIRED", "This chat is for signed-in visitors.");
    pub(super) const MALFORMED: Self =
        Self::new(StatusCode::BAD_REQUEST, "MALFORMED", "The request is not understood.");
    pub(super) const CONFLICT: Self =
        Self::new(StatusCode::CONFLICT, "CONFLICT", "Another message has this id already.");

    pub(super) const NO_FILES: Self =
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "ATTACHMENTS_OFF", "This chat does not take files.");
    pub(super) const TOO_LARGE: Self =
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "TOO_LARGE", "The file is larger than 20 MB.");
    pub(super) const EMPTY_FILE: Self =
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "EMPTY", "The file is empty.");
    pub(super) const NO_ROOM: Self =
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "QUOTA_EXCEEDED", "No more files can be taken.");
    pub(super) const INTERRUPTED: Self =
        Self::new(StatusCode::BAD_REQUEST, "INTERRUPTED", "The file did not arrive whole.");

    /// Too fast; the same request may succeed after that time.
    pub(super) fn slow_down(retry_after_ms: u64) -> Self {
        Self {
            retry_after_ms: Some(retry_after_ms.max(1)),
            ..Self::new(StatusCode::TOO_MANY_REQUESTS, "RATE_LIMITED", "Too many, too fast.")
        }
    }

    /// Ours, and passing.
    pub(super) const fn busy() -> Self {
        Self {
            retry_after_ms: Some(1_000),
            ..Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "UNAVAILABLE",
                "The service is busy; try again shortly.",
            )
        }
    }

    /// With which code a socket is closed for it: the status in the range for applications.
    pub(super) fn close_code(&self) -> u16 {
        4_000 + self.status.as_u16()
    }

    /// For the socket, whose errors are frames.
    pub(super) fn code(&self) -> &'static str {
        self.code
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut body = json!({ "code": self.code, "message": self.message });
        if let (Some(object), Some(ms)) = (body.as_object_mut(), self.retry_after_ms) {
            object.insert("retryAfterMs".to_owned(), ms.into());
        }
        let mut response = (self.status, Json(body)).into_response();
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(ms) = self.retry_after_ms {
            response.headers_mut().insert(header::RETRY_AFTER, ms.div_ceil(1_000).into());
        }
        response
    }
}

impl From<NotPosted> for Refusal {
    fn from(why: NotPosted) -> Self {
        let unprocessable = StatusCode::UNPROCESSABLE_ENTITY;
        match why {
            NotPosted::Malformed => Self::MALFORMED,
            NotPosted::Empty => Self::new(unprocessable, "EMPTY", "A message needs text or a file."),
            NotPosted::TooLong => {
                Self::new(unprocessable, "TOO_LONG", "The text is longer than 10,000 characters.")
            }
            NotPosted::TooManyFiles => {
                Self::new(unprocessable, "TOO_MANY_FILES", "At most 10 files in one message.")
            }
        }
    }
}

impl From<NotStored> for Refusal {
    fn from(_: NotStored) -> Self {
        Self::busy()
    }
}

impl From<sqlx::Error> for Refusal {
    fn from(error: sqlx::Error) -> Self {
        tracing::warn!(%error, "a visitor's request failed");
        Self::busy()
    }
}

impl From<crate::error::AppError> for Refusal {
    fn from(error: crate::error::AppError) -> Self {
        error.log();
        Self::busy()
    }
}
