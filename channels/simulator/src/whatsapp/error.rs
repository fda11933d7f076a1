//! Refusals in Graph's shape.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode};
use serde_json::{Value, json};

/// Why a Graph call was refused.
#[derive(Debug, Clone)]
pub struct GraphError {
    /// HTTP status.
    pub status: u16,
    /// `code`.
    pub code: u32,
    /// `error_subcode`.
    pub subcode: Option<u32>,
    /// `message`.
    pub message: String,
    /// `error_data.details`.
    pub details: Option<String>,
    /// `error_user_msg`.
    pub user_message: Option<String>,
    /// `is_transient`.
    pub transient: bool,
    /// Minutes in the usage header until calls work again.
    pub regain_minutes: Option<u64>,
}

impl GraphError {
    /// A refusal with status 400; the message begins with its code as Meta's do.
    pub fn new(code: u32, message: &str) -> Self {
        Self {
            status: 400,
            code,
            subcode: None,
            message: format!("(#{code}) {message}"),
            details: None,
            user_message: None,
            transient: false,
            regain_minutes: None,
        }
    }

    /// With `error_data.details`.
    pub fn details(self, details: impl Into<String>) -> Self {
        Self { details: Some(details.into()), ..self }
    }

    /// With another HTTP status.
    pub fn status(self, status: u16) -> Self {
        Self { status, ..self }
    }

    /// A parameter is missing.
    pub fn missing(name: &str) -> Self {
        Self::new(100, &format!("The parameter {name} is required."))
    }

    /// A parameter has a wrong value.
    pub fn invalid(details: impl Into<String>) -> Self {
        Self::new(131_009, "Parameter value is not valid").details(details)
    }

    /// The object is not there, or the token does not see it.
    pub fn unknown_object(id: &str) -> Self {
        Self {
            subcode: Some(33),
            message: format!(
                "Unsupported request. Object with ID '{id}' does not exist, cannot be loaded due to missing \
                 permissions, or does not support this operation"
            ),
            ..Self::new(100, "")
        }
    }

    /// The token does not work.
    pub fn token(subcode: Option<u32>) -> Self {
        let message = match subcode {
            Some(463) => "Error validating access token: Session has expired",
            Some(460) => {
                "Error validating access token: The session has been invalidated because the user changed their password"
            }
            _ => "Invalid OAuth access token - Cannot parse access token",
        };
        Self { status: 401, subcode, message: message.to_owned(), ..Self::new(190, "") }
    }

    /// One of the error codes of a send, with Meta's title for it.
    pub fn of_code(code: u32) -> Self {
        Self::new(code, title(code))
    }

    /// The object in an answer, a status, or a message.
    pub fn in_webhook(&self) -> Value {
        let title = title(self.code);
        json!({
            "code": self.code, "title": title, "message": title,
            "error_data": { "details": self.details.clone().unwrap_or_else(|| details(self.code).to_owned()) },
            "href": "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/",
        })
    }

    /// The answer; the trace id is for support.
    pub fn respond(self, trace: &str) -> Response {
        let mut error = json!({
            "message": self.message, "type": "OAuthException", "code": self.code, "fbtrace_id": trace,
        });
        if let Some(map) = error.as_object_mut() {
            if let Some(subcode) = self.subcode {
                map.insert("error_subcode".into(), subcode.into());
            }
            if let Some(details) = &self.details {
                map.insert(
                    "error_data".into(),
                    json!({ "messaging_product": "whatsapp", "details": details }),
                );
            }
            if let Some(message) = &self.user_message {
                map.insert("error_user_title".into(), "Not accepted".into());
                map.insert("error_user_msg".into(), message.clone().into());
            }
            if self.transient {
                map.insert("is_transient".into(), true.into());
            }
        }
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::BAD_REQUEST);
        let mut response = (status, Json(json!({ "error": error }))).into_response();
        if let Some(minutes) = self.regain_minutes {
            let usage = json!({ "business": [{ "type": "whatsapp", "call_count": 100, "total_cputime": 25,
                "total_time": 25, "estimated_time_to_regain_access": minutes }] });
            if let Ok(value) = HeaderValue::from_str(&usage.to_string()) {
                response.headers_mut().insert("x-business-use-case-usage", value);
            }
        }
        response
    }
}

/// Meta's title of a code.
#[must_use]
pub fn title(code: u32) -> &'static str {
    match code {
        4 => "Application request limit reached",
        80_007 => "There have been too many calls to this WhatsApp Business account",
        130_429 => "Rate limit hit",
        130_472 => "User's number is part of an experiment",
        131_000 => "Something went wrong",
        131_008 => "Required parameter is missing",
        131_009 => "Parameter value is not valid",
        131_021 => "Recipient cannot be sender",
        131_026 => "Message undeliverable",
        131_030 => "Recipient phone number not in allowed list",
        131_031 => "Account has been locked",
        131_042 => "Business eligibility payment issue",
        131_047 => "Re-engagement message",
        131_048 => "Spam rate limit hit",
        131_049 => "This message was not delivered to maintain healthy ecosystem engagement.",
        131_050 => "User has stopped marketing messages",
        131_051 => "Message type unknown",
        131_052 => "Media download error",
        131_053 => "Media upload error",
        131_056 => "(Business Account, Consumer Account) pair rate limit hit",
        131_060 => "Message unavailable",
        132_000 => "Number of parameters does not match the expected number of params",
        132_001 => "Template name does not exist in the translation",
        132_012 => "Parameter format does not match format in the created template",
        132_015 => "Template is paused",
        132_016 => "Template is disabled",
        133_005 => "Two step verification PIN mismatch",
        133_010 => "Phone number not registered",
        _ => "Unknown error",
    }
}

fn details(code: u32) -> &'static str {
    match code {
        131_026 => "Message Undeliverable.",
        131_047 => {
            "Message failed to send because more than 24 hours have passed since the customer last replied to this number."
        }
        131_050 => "The user has chosen to stop receiving marketing messages from this business.",
        131_051 => "Message type is not currently supported.",
        131_052 => "Failed to download the media from the sender.",
        _ => title(code),
    }
}
