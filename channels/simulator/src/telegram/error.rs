//! Refusals in Telegram's shape.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::{Value, json};

/// Why a call was refused.
#[derive(Debug, Clone)]
pub struct TelegramError {
    /// `error_code`, and the HTTP status.
    pub code: u16,
    /// `description`, in Telegram's words.
    pub description: String,
    /// `parameters`.
    pub parameters: Option<Value>,
}

impl TelegramError {
    /// 400 with Telegram's prefix.
    pub fn bad_request(words: &str) -> Self {
        Self { code: 400, description: format!("Bad Request: {words}"), parameters: None }
    }

    /// 403 with Telegram's prefix.
    pub fn forbidden(words: &str) -> Self {
        Self { code: 403, description: format!("Forbidden: {words}"), parameters: None }
    }

    /// Any other code.
    pub fn new(code: u16, description: impl Into<String>) -> Self {
        Self { code, description: description.into(), parameters: None }
    }

    /// The token is wrong or was revoked.
    pub fn unauthorized() -> Self {
        Self::new(401, "Unauthorized")
    }

    /// Too many calls; without seconds the parameter is missing, as it sometimes is behind proxies.
    pub fn too_many(retry_after_s: Option<u64>) -> Self {
        match retry_after_s {
            Some(seconds) => Self {
                code: 429,
                description: format!("Too Many Requests: retry after {seconds}"),
                parameters: Some(json!({ "retry_after": seconds })),
            },
            None => Self::new(429, "Too Many Requests"),
        }
    }

    /// The group has a new id.
    pub fn migrated(to: i64) -> Self {
        Self {
            parameters: Some(json!({ "migrate_to_chat_id": to })),
            ..Self::bad_request("group chat was upgraded to a supergroup chat")
        }
    }
}

impl IntoResponse for TelegramError {
    fn into_response(self) -> Response {
        let mut body = json!({ "ok": false, "error_code": self.code, "description": self.description });
        if let (Some(parameters), Some(body)) = (self.parameters, body.as_object_mut()) {
            body.insert("parameters".into(), parameters);
        }
        let status = StatusCode::from_u16(self.code).unwrap_or(StatusCode::BAD_REQUEST);
        (status, Json(body)).into_response()
    }
}
