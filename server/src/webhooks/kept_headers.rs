//! What is kept of a request besides its body. Never a secret, nothing that names a person.

use std::sync::Arc;

use http::{HeaderMap, HeaderName, header};
use serde_json::{Map, Value};

const KEPT: [HeaderName; 2] = [header::CONTENT_TYPE, header::USER_AGENT];
const CHARS_MAX: usize = 200;

/// The headers worth keeping, as a JSON object; `None` without any.
pub(super) fn kept(headers: &HeaderMap) -> Option<Arc<str>> {
    let mut kept = Map::new();
    for name in KEPT {
        let value = headers.get(&name).and_then(|value| value.to_str().ok());
        if let Some(value) = value {
            let value: String = value.chars().take(CHARS_MAX).collect();
            kept.insert(name.as_str().to_owned(), Value::String(value));
        }
    }
    (!kept.is_empty()).then(|| Value::Object(kept).to_string().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_listed_is_kept() {
        let mut headers = HeaderMap::new();
        assert_eq!(kept(&headers), None);
        for (name, value) in [
            ("x-telegram-bot-api-secret-token", "secret"),
            ("x-hub-signature-256", "sha256=00"),
            ("authorization", "Bearer secret"),
            ("content-type", "application/json"),
        ] {
            headers.insert(name, value.parse().unwrap());
        }
        assert_eq!(kept(&headers).as_deref(), Some(r#"{"content-type":"application/json"}"#));
    }
}
