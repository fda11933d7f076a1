//! The parameters of a Graph call: query, JSON, form or multipart, all in one.

use std::collections::HashMap;

use axum::extract::{FromRequest as _, Multipart, Request};
use http::{HeaderMap, Method, header};
use serde_json::{Map, Value};

use super::error::GraphError;
use crate::files::NewFile;

/// Documents may be 100 MB.
pub const BODY_BYTES_MAX: usize = 102 * 1024 * 1024;

/// A Graph call, taken apart.
#[derive(Debug)]
pub struct Call {
    /// The verb.
    pub method: Method,
    /// Parameters by name.
    pub values: Map<String, Value>,
    /// Uploads by field.
    pub files: HashMap<String, NewFile>,
    /// The token given.
    pub token: Option<String>,
}

impl Call {
    /// Reads a request.
    ///
    /// # Errors
    /// 100 for a body that cannot be read or is too large.
    pub async fn read(request: Request) -> Result<Self, GraphError> {
        let bearer = bearer(request.headers());
        let mut call =
            Self { method: request.method().clone(), values: Map::new(), files: HashMap::new(), token: None };
        call.add_form(request.uri().query().unwrap_or_default().as_bytes());
        let kind = content_type(request.headers());
        if kind.starts_with("multipart/form-data") {
            call.add_multipart(request).await?;
        } else {
            let body = axum::body::to_bytes(request.into_body(), BODY_BYTES_MAX)
                .await
                .map_err(|_| GraphError::new(100, "The request body is too large").status(413))?;
            if kind.starts_with("application/x-www-form-urlencoded") {
                call.add_form(&body);
            } else if !body.is_empty() {
                match serde_json::from_slice(&body) {
                    Ok(Value::Object(values)) => call.values.extend(values),
                    _ => {
                        return Err(GraphError::new(100, "Invalid parameter")
                            .details("The body is not a JSON object"));
                    }
                }
            }
        }
        call.token = bearer.or_else(|| call.text("access_token"));
        Ok(call)
    }

    fn add_form(&mut self, form: &[u8]) {
        for (name, value) in url::form_urlencoded::parse(form) {
            self.values.insert(name.into_owned(), Value::String(value.into_owned()));
        }
    }

    async fn add_multipart(&mut self, request: Request) -> Result<(), GraphError> {
        let broken =
            || GraphError::new(100, "Invalid parameter").details("The multipart body cannot be read");
        let (parts, body) = request.into_parts();
        let limited = axum::body::Body::new(http_body_util::Limited::new(body, BODY_BYTES_MAX));
        let mut form =
            Multipart::from_request(Request::from_parts(parts, limited), &()).await.map_err(|_| broken())?;
        while let Some(field) = form.next_field().await.map_err(|_| broken())? {
            let name = field.name().unwrap_or_default().to_owned();
            let file_name = field.file_name().map(str::to_owned);
            let mime = field.content_type().map(str::to_owned);
            let bytes = field.bytes().await.map_err(|_| broken())?;
            if name == "file" || file_name.is_some() {
                let mime = mime.unwrap_or_else(|| "application/octet-stream".to_owned());
                self.files.insert(name, NewFile { name: file_name, mime, bytes, duration_s: None });
            } else {
                let text = String::from_utf8(bytes.to_vec()).map_err(|_| broken())?;
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

    /// A text that must be there.
    ///
    /// # Errors
    /// 100 when it is not.
    pub fn needed(&self, name: &str) -> Result<String, GraphError> {
        self.text(name).filter(|text| !text.is_empty()).ok_or_else(|| GraphError::missing(name))
    }
}

fn bearer(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().to_owned())
}

fn content_type(headers: &HeaderMap) -> String {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    value.unwrap_or_default().to_ascii_lowercase()
}
