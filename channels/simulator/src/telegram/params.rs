//! The parameters of a call, however they were sent: query, form, multipart or JSON.

use std::collections::HashMap;

use axum::extract::{FromRequest as _, Multipart, Request};
use http::{HeaderMap, header};
use serde_json::{Map, Value};

use super::error::TelegramError;
use crate::files::NewFile;

/// Uploads may be 50 MB; the rest of the request is small.
pub const BODY_BYTES_MAX: usize = 52 * 1024 * 1024;

/// Parameters and uploaded files of one call.
#[derive(Debug, Default)]
pub struct Params {
    values: Map<String, Value>,
    files: HashMap<String, NewFile>,
}

impl Params {
    /// Reads a request.
    ///
    /// # Errors
    /// 413 for a body that is too large, 400 for one that cannot be read.
    pub async fn read(request: Request) -> Result<Self, TelegramError> {
        let mut params = Self::default();
        params.add_form(request.uri().query().unwrap_or_default().as_bytes());
        let kind = content_type(request.headers());
        if kind.starts_with("multipart/form-data") {
            params.add_multipart(request).await?;
            return Ok(params);
        }
        let body = axum::body::to_bytes(request.into_body(), BODY_BYTES_MAX)
            .await
            .map_err(|_| TelegramError::new(413, "Request Entity Too Large"))?;
        if kind.starts_with("application/json") {
            if !body.is_empty() {
                match serde_json::from_slice(&body) {
                    Ok(Value::Object(values)) => params.values.extend(values),
                    _ => return Err(TelegramError::bad_request("can't parse request JSON object")),
                }
            }
        } else {
            params.add_form(&body);
        }
        Ok(params)
    }

    fn add_form(&mut self, form: &[u8]) {
        for (name, value) in url::form_urlencoded::parse(form) {
            self.values.insert(name.into_owned(), Value::String(value.into_owned()));
        }
    }

    async fn add_multipart(&mut self, request: Request) -> Result<(), TelegramError> {
        let broken = |_| TelegramError::bad_request("failed to parse multipart form data");
        let (parts, body) = request.into_parts();
        let limited = http_body_util::Limited::new(body, BODY_BYTES_MAX);
        let request = Request::from_parts(parts, axum::body::Body::new(limited));
        let mut form = Multipart::from_request(request, &())
            .await
            .map_err(|_| TelegramError::bad_request("failed to parse multipart form data"))?;
        while let Some(field) = form.next_field().await.map_err(broken)? {
            let name = field.name().unwrap_or_default().to_owned();
            let file_name = field.file_name().map(str::to_owned);
            let mime = field.content_type().map(str::to_owned);
            let bytes = field.bytes().await.map_err(|error| match error.status().as_u16() {
                413 => TelegramError::new(413, "Request Entity Too Large"),
                _ => TelegramError::bad_request("failed to parse multipart form data"),
            })?;
            if file_name.is_some() || mime.as_deref().is_some_and(|mime| !mime.starts_with("text/plain")) {
                let mime = mime.unwrap_or_else(|| "application/octet-stream".to_owned());
                self.files.insert(name, NewFile { name: file_name, mime, bytes, duration_s: None });
            } else {
                let text = String::from_utf8(bytes.to_vec())
                    .map_err(|_| TelegramError::bad_request("strings must be encoded in UTF-8"))?;
                self.values.insert(name, Value::String(text));
            }
        }
        Ok(())
    }

    /// A text; numbers count as their digits.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<String> {
        match self.values.get(name)? {
            Value::String(text) => Some(text.clone()),
            Value::Null => None,
            other => Some(other.to_string()),
        }
    }

    /// A whole number, also when written as text.
    #[must_use]
    pub fn int(&self, name: &str) -> Option<i64> {
        as_int(self.values.get(name)?)
    }

    /// A number, also when written as text.
    #[must_use]
    pub fn float(&self, name: &str) -> Option<f64> {
        match self.values.get(name)? {
            Value::String(text) => text.trim().parse().ok(),
            other => other.as_f64(),
        }
    }

    /// True for `true`, `"true"`, `"True"`, `1` and `"1"`.
    #[must_use]
    pub fn flag(&self, name: &str) -> bool {
        match self.values.get(name) {
            Some(Value::Bool(flag)) => *flag,
            Some(Value::String(text)) => matches!(text.to_ascii_lowercase().as_str(), "true" | "1" | "yes"),
            Some(Value::Number(number)) => number.as_i64() == Some(1),
            _ => false,
        }
    }

    /// An object or list, also when it was written as JSON text.
    ///
    /// # Errors
    /// 400 when the text is not JSON.
    pub fn json(&self, name: &str) -> Result<Option<Value>, TelegramError> {
        match self.values.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) if text.is_empty() => Ok(None),
            Some(Value::String(text)) => serde_json::from_str(text)
                .map(Some)
                .map_err(|_| TelegramError::bad_request(&format!("can't parse {name} JSON object"))),
            Some(value) => Ok(Some(value.clone())),
        }
    }

    /// Whether a parameter was given at all.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.values.contains_key(name)
    }

    /// An uploaded file.
    #[must_use]
    pub fn file(&self, name: &str) -> Option<&NewFile> {
        self.files.get(name)
    }
}

/// A whole number, also when written as text.
#[must_use]
pub fn as_int(value: &Value) -> Option<i64> {
    match value {
        Value::String(text) => text.trim().parse().ok(),
        other => other.as_i64(),
    }
}

fn content_type(headers: &HeaderMap) -> String {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    value.unwrap_or_default().to_ascii_lowercase()
}
