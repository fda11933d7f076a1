//! Failures: outcomes that a user can expect are values, everything else is an error with a code.

use async_graphql::{ErrorExtensions, SimpleObject};

use crate::error::AppError;

/// An expected outcome other than success, as a payload's `problem`.
#[derive(Debug, Clone, SimpleObject)]
pub struct Problem {
    /// For programs: `WRONG_CREDENTIALS`, `NEWER_ANSWER`, …
    pub code: String,
    /// For people: what happened and what to do.
    pub message: String,
    /// The input at fault, if one is.
    pub field: Option<String>,
}

impl Problem {
    /// A problem that is no single field's fault.
    pub fn new(code: &str, message: impl Into<String>) -> Self {
        Self { code: code.to_owned(), message: message.into(), field: None }
    }

    /// A problem of one input field.
    pub fn of_field(field: &str, code: &str, message: impl Into<String>) -> Self {
        Self { code: code.to_owned(), message: message.into(), field: Some(field.to_owned()) }
    }
}

/// What resolvers fail with. No `Display`: async-graphql turns any `Display` type into an error without a code.
#[derive(Debug)]
pub struct GraphqlError(AppError);

impl From<AppError> for GraphqlError {
    fn from(error: AppError) -> Self {
        Self(error)
    }
}

impl From<sqlx::Error> for GraphqlError {
    fn from(error: sqlx::Error) -> Self {
        Self(error.into())
    }
}

impl From<GraphqlError> for async_graphql::Error {
    fn from(GraphqlError(error): GraphqlError) -> Self {
        error.log();
        let (_, code) = error.class();
        Self::new(error.to_string()).extend_with(|_, extensions| {
            extensions.set("code", code);
            if let AppError::Throttled { retry_after_seconds } = &error {
                extensions.set("retryAfterSeconds", *retry_after_seconds);
            }
            if let AppError::Invalid { field, .. } = &error {
                extensions.set("field", *field);
            }
        })
    }
}
