//! Answers and refusals of the control API.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::{Value, json};

use crate::phones::ActError;
use crate::world::PhoneRefused;

/// A refusal: a status and one sentence.
#[derive(Debug)]
pub struct Refusal(pub StatusCode, pub String);

/// What control calls return.
pub type Answer = Result<Json<Value>, Refusal>;

impl Refusal {
    /// 404.
    pub fn not_found(what: &str) -> Self {
        Self(StatusCode::NOT_FOUND, format!("{what} not found"))
    }

    /// 422.
    pub fn invalid(why: impl Into<String>) -> Self {
        Self(StatusCode::UNPROCESSABLE_ENTITY, why.into())
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        (self.0, Json(json!({ "error": self.1 }))).into_response()
    }
}

impl From<ActError> for Refusal {
    fn from(error: ActError) -> Self {
        match error {
            ActError::NotFound(what) => Self::not_found(what),
            ActError::Impossible(why) => Self(StatusCode::CONFLICT, why),
        }
    }
}

impl From<PhoneRefused> for Refusal {
    fn from(error: PhoneRefused) -> Self {
        Self::invalid(error.to_string())
    }
}

/// Reads a value, with the reason when it does not fit.
///
/// # Errors
/// 422.
pub fn read<Wanted: serde::de::DeserializeOwned>(value: Value) -> Result<Wanted, Refusal> {
    serde_json::from_value(value).map_err(|error| Refusal::invalid(error.to_string()))
}

/// Writes a value.
///
/// # Errors
/// Never in practice; 422 where a value cannot be written as JSON.
pub fn write(value: &impl serde::Serialize) -> Result<Value, Refusal> {
    serde_json::to_value(value).map_err(|error| Refusal::invalid(error.to_string()))
}
