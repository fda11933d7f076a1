//! Calling the Bot API. The token is part of every address, so no address ever leaves this file: not in an error,
//! not in a log, not in a `Debug`.

use std::fmt;
use std::time::Duration;

use channel_core::{ChannelSecrets, Lost, ProviderApi, lost};
use reqwest::multipart::Form;
use reqwest::{RequestBuilder, Response};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use crate::error::{ApiError, Failed};
use crate::json::Object;

/// Largest answer that is read: Telegram's are far smaller.
const ANSWER_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Longest description that is kept, in characters.
const DESCRIPTION_CHARS_MAX: usize = 300;

/// A bot's way to Telegram.
pub struct Api<'a> {
    provider: &'a ProviderApi,
    token: &'a SecretString,
}

impl fmt::Debug for Api<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Api").finish_non_exhaustive()
    }
}

impl<'a> Api<'a> {
    /// With the channel's token.
    pub fn of(provider: &'a ProviderApi, secrets: &'a ChannelSecrets) -> Result<Self, Failed> {
        Self::with_token(provider, secrets.access_token.as_ref().ok_or(Failed::NoToken)?)
    }

    /// With a token that somebody typed. It becomes part of a path: what cannot be a token is refused here.
    pub fn with_token(provider: &'a ProviderApi, token: &'a SecretString) -> Result<Self, Failed> {
        if bot_id(token).is_some() { Ok(Self { provider, token }) } else { Err(Failed::NoToken) }
    }

    /// Calls a method without files.
    pub async fn call(&self, method: &str, parameters: &Value) -> Result<Value, Failed> {
        let request = self.provider.http.post(self.method(method)).json(parameters);
        self.answer(request.timeout(self.provider.call_timeout)).await
    }

    /// Calls a method with files.
    pub async fn upload(&self, method: &str, form: Form) -> Result<Value, Failed> {
        let request = self.provider.http.post(self.method(method)).multipart(form);
        self.answer(request.timeout(self.provider.transfer_timeout)).await
    }

    /// Opens a file by the path that `getFile` gave.
    pub async fn download(&self, file_path: &str) -> Result<Response, Failed> {
        let mut url = self.provider.base_url.clone();
        {
            let mut path = url.path_segments_mut().map_err(|()| unsendable())?;
            path.pop_if_empty().extend(["file", &format!("bot{}", self.token.expose_secret())]);
            path.extend(file_path.split('/'));
        }
        let request = self.provider.http.get(url).timeout(self.provider.transfer_timeout);
        let response = request.send().await.map_err(|error| Failed::Lost(lost(&error)))?;
        match response.status().as_u16() {
            200..=299 => Ok(response),
            code @ (401 | 429) => Err(Failed::Refused(ApiError {
                code,
                description: "the file server refused".to_owned(),
                retry_after: None,
                migrate_to: None,
            })),
            // Of the file, not of the token: `getFile` has just worked.
            404 | 410 => Err(Failed::Refused(ApiError {
                code: 400,
                description: "file is gone".to_owned(),
                retry_after: None,
                migrate_to: None,
            })),
            status => Err(Failed::Garbled { status }),
        }
    }

    fn method(&self, method: &str) -> String {
        let base = self.provider.base_url.as_str().trim_end_matches('/');
        format!("{base}/bot{}/{method}", self.token.expose_secret())
    }

    async fn answer(&self, request: RequestBuilder) -> Result<Value, Failed> {
        let mut response = request.send().await.map_err(|error| Failed::Lost(lost(&error)))?;
        let status = response.status().as_u16();
        let mut body = Vec::new();
        while let Some(piece) = response.chunk().await.map_err(|error| after_sending(lost(&error)))? {
            if body.len() + piece.len() > ANSWER_BYTES_MAX {
                return Err(Failed::Garbled { status });
            }
            body.extend_from_slice(&piece);
        }
        let mut answer: Value = serde_json::from_slice(&body).map_err(|_| Failed::Garbled { status })?;
        let read = Object::of(&answer).ok_or(Failed::Garbled { status })?;
        match read.value("ok").and_then(Value::as_bool) {
            Some(true) => answer.get_mut("result").map(Value::take).ok_or(Failed::Garbled { status }),
            Some(false) => Err(Failed::Refused(self.refusal(read, status))),
            None => Err(Failed::Garbled { status }),
        }
    }

    fn refusal(&self, answer: Object<'_>, status: u16) -> ApiError {
        let parameters = answer.object("parameters");
        let description = answer.text("description").unwrap_or("no description");
        let description = description.replace(self.token.expose_secret(), "<token>");
        ApiError {
            code: answer.size("error_code").and_then(|code| u16::try_from(code).ok()).unwrap_or(status),
            retry_after: parameters
                .and_then(|parameters| parameters.size("retry_after"))
                .or_else(|| told_in_words(&description))
                .map(Duration::from_secs),
            migrate_to: parameters.and_then(|parameters| parameters.id("migrate_to_chat_id")),
            description: description.chars().take(DESCRIPTION_CHARS_MAX).collect(),
        }
    }
}

/// An answer that breaks off comes after the request was read.
fn after_sending(lost: Lost) -> Failed {
    Failed::Lost(Lost::Unknown(lost.words()))
}

fn unsendable() -> Failed {
    Failed::Lost(Lost::NotWritten("the provider's address cannot take a path"))
}

/// `… retry after 7`.
fn told_in_words(description: &str) -> Option<u64> {
    description.rsplit_once("retry after ")?.1.trim().parse().ok()
}

/// The bot's id: the digits before the colon of a token; `None` if it cannot be a token.
pub fn bot_id(token: &SecretString) -> Option<i64> {
    let (id, secret) = token.expose_secret().split_once(':')?;
    let good = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let plausible = (1..=128).contains(&secret.len()) && secret.chars().all(good);
    (plausible && id.chars().all(|c| c.is_ascii_digit())).then(|| id.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_leave_the_path_is_no_token() {
        let id = |token: &str| bot_id(&SecretString::from(token));
        assert_eq!(id("5500110022:AAinvented_Token-35"), Some(5_500_110_022));
        for bad in
            ["", "1", "1:", ":a", "x:a", "1:a/../b", "1:a b", "1:a?b", "1:a#", "99999999999999999999:a"]
        {
            assert_eq!(id(bad), None, "{bad}");
        }
    }
}
