//! Calling Graph. The token travels in a header; no address ever leaves this file, since some hold secrets.

use std::fmt;
use std::sync::Mutex;

use channel_core::{ChannelSecrets, Lost, lost};
use http::{HeaderMap, HeaderValue, Method, header};
use reqwest::multipart::Form;
use reqwest::{RequestBuilder, Response};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;
use url::Url;

use crate::api::{GraphApi, MetaApp};
use crate::error::{Failed, GraphError};
use crate::json::Object;
use crate::signature::hmac_sha256;
use crate::usage::{self, Usage};

/// Largest answer that is read: a page of a hundred templates is far smaller.
const ANSWER_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Longest token.
const TOKEN_BYTES_MAX: usize = 2048;
/// The file servers turn away who does not name themselves.
const USER_AGENT: &str = concat!("Switchboard/", env!("CARGO_PKG_VERSION"));
/// Where files are served from. The token goes to no other host.
const MEDIA_HOSTS: &[&str] = &["fbsbx.com", "fbcdn.net", "facebook.com", "whatsapp.net"];

/// One caller's way to Graph.
pub struct Graph<'a> {
    api: &'a GraphApi,
    token: Option<SecretString>,
    proof: Option<String>,
    usage: Mutex<Usage>,
}

impl fmt::Debug for Graph<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Graph").finish_non_exhaustive()
    }
}

impl<'a> Graph<'a> {
    /// With a channel's token, and the proof that its app's secret makes.
    ///
    /// # Errors
    /// [`Failed::NoToken`].
    pub fn of(api: &'a GraphApi, secrets: &ChannelSecrets) -> Result<Self, Failed> {
        let token = secrets.access_token.as_ref().ok_or(Failed::NoToken)?;
        Self::with_token(api, token, secrets.app_secret.as_ref())
    }

    /// With a token that somebody typed, and the secret of the app that it was made for.
    ///
    /// # Errors
    /// [`Failed::NoToken`] for what cannot be one.
    pub fn with_token(
        api: &'a GraphApi,
        token: &SecretString,
        app_secret: Option<&SecretString>,
    ) -> Result<Self, Failed> {
        let text = token.expose_secret();
        let plausible =
            (1..=TOKEN_BYTES_MAX).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
        if !plausible {
            return Err(Failed::NoToken);
        }
        let proof = app_secret
            .filter(|secret| !secret.expose_secret().is_empty())
            .map(|secret| hex::encode(hmac_sha256(secret.expose_secret().as_bytes(), text.as_bytes())));
        Ok(Self { api, token: Some(token.clone()), proof, usage: Mutex::default() })
    }

    /// As nobody: for calls that prove who they are in another way.
    #[must_use]
    pub fn nobody(api: &'a GraphApi) -> Self {
        Self { api, token: None, proof: None, usage: Mutex::default() }
    }

    /// As an app itself.
    ///
    /// # Errors
    /// [`Failed::NoToken`] when id or secret cannot be such.
    pub fn as_app(api: &'a GraphApi, app: &MetaApp) -> Result<Self, Failed> {
        if !is_id(&app.id) {
            return Err(Failed::NoToken);
        }
        let token = SecretString::from(format!("{}|{}", app.id, app.secret.expose_secret()));
        Self::with_token(api, &token, None)
    }

    /// Reads an object or one of its edges.
    ///
    /// # Errors
    /// [`Failed`].
    pub async fn get(&self, path: &[&str], query: &[(&str, &str)]) -> Result<Value, Failed> {
        self.call(self.request(Method::GET, path, query)?).await
    }

    /// Makes or does something, with JSON.
    ///
    /// # Errors
    /// [`Failed`].
    pub async fn post(&self, path: &[&str], body: &Value) -> Result<Value, Failed> {
        self.call(self.request(Method::POST, path, &[])?.json(body)).await
    }

    /// Removes something.
    ///
    /// # Errors
    /// [`Failed`].
    pub async fn delete(&self, path: &[&str], query: &[(&str, &str)]) -> Result<Value, Failed> {
        self.call(self.request(Method::DELETE, path, query)?).await
    }

    /// Makes something that has a file.
    ///
    /// # Errors
    /// [`Failed`].
    pub async fn upload(&self, path: &[&str], form: Form) -> Result<Value, Failed> {
        let request = self.request(Method::POST, path, &[])?.multipart(form);
        self.answer(request.timeout(self.api.provider.transfer_timeout)).await
    }

    /// Opens a file at an address that Graph gave, with the token: so only at Meta's own hosts. Its status is for the
    /// caller to read; redirects are not followed.
    ///
    /// # Errors
    /// [`Failed::Lost`], with [`Lost::NotWritten`] for an address elsewhere.
    pub async fn open(&self, address: &str) -> Result<Response, Failed> {
        let url = Url::parse(address).ok().filter(|url| self.may_have_the_token(url));
        let url = url.ok_or(Failed::Lost(Lost::NotWritten("the file is not at one of Meta's own hosts")))?;
        let request = self.api.provider.http.get(url).header(header::AUTHORIZATION, self.bearer()?);
        let request = request.header(header::USER_AGENT, USER_AGENT);
        let sent = request.timeout(self.api.provider.transfer_timeout).send().await;
        sent.map_err(|error| Failed::Lost(lost(&error)))
    }

    /// The most that the answers so far said we have used up.
    #[must_use]
    pub fn usage(&self) -> Usage {
        self.usage.lock().map(|usage| *usage).unwrap_or_default()
    }

    fn may_have_the_token(&self, url: &Url) -> bool {
        if url.origin() == self.api.provider.base_url.origin() {
            return true; // a simulator's own
        }
        let host = url.host_str().unwrap_or_default();
        let metas = |known: &str| {
            host.strip_suffix(known).is_some_and(|before| before.is_empty() || before.ends_with('.'))
        };
        let plain = url.username().is_empty() && url.password().is_none() && url.port().is_none();
        url.scheme() == "https" && plain && MEDIA_HOSTS.iter().any(|known| metas(known))
    }

    fn request(
        &self,
        method: Method,
        path: &[&str],
        query: &[(&str, &str)],
    ) -> Result<RequestBuilder, Failed> {
        let unsendable = || Failed::Lost(Lost::NotWritten("the provider's address cannot take a path"));
        let mut url = self.api.provider.base_url.clone();
        {
            let mut segments = url.path_segments_mut().map_err(|()| unsendable())?;
            segments.pop_if_empty().push(self.api.version()).extend(path);
        }
        let mut request = self.api.provider.http.request(method, url);
        if !query.is_empty() {
            request = request.query(query);
        }
        if let Some(proof) = &self.proof {
            request = request.query(&[("appsecret_proof", proof)]);
        }
        if self.token.is_some() {
            request = request.header(header::AUTHORIZATION, self.bearer()?);
        }
        Ok(request)
    }

    fn bearer(&self) -> Result<HeaderValue, Failed> {
        let text = format!("Bearer {}", self.token.as_ref().ok_or(Failed::NoToken)?.expose_secret());
        let mut value = HeaderValue::from_str(&text).map_err(|_| Failed::NoToken)?;
        value.set_sensitive(true);
        Ok(value)
    }

    async fn call(&self, request: RequestBuilder) -> Result<Value, Failed> {
        self.answer(request.timeout(self.api.provider.call_timeout)).await
    }

    async fn answer(&self, request: RequestBuilder) -> Result<Value, Failed> {
        let mut response = request.send().await.map_err(|error| Failed::Lost(lost(&error)))?;
        let status = response.status().as_u16();
        let seen = usage::read(response.headers());
        if let Ok(mut usage) = self.usage.lock() {
            *usage = usage.worse(seen);
        }
        if seen.percent >= usage::SLOW_FROM_PERCENT {
            tracing::warn!(percent = seen.percent, "Meta's limit for calls is close");
        }
        let retry_after = retry_after(response.headers());
        let body = read(&mut response, status).await?;
        let answer: Value = serde_json::from_slice(&body).map_err(|_| Failed::Garbled { status })?;
        match Object::of(&answer).and_then(|answer| answer.object("error")) {
            Some(error) => Err(Failed::Refused(Box::new(GraphError {
                http_status: Some(status),
                wait: retry_after.or(seen.regain),
                ..GraphError::read(error)
            }))),
            None if (200..300).contains(&status) => Ok(answer),
            None => Err(Failed::Garbled { status }),
        }
    }
}

async fn read(response: &mut Response, status: u16) -> Result<Vec<u8>, Failed> {
    let mut body = Vec::new();
    // An answer that breaks off comes after the request was read.
    let broken = |error: reqwest::Error| Failed::Lost(Lost::Unknown(lost(&error).words()));
    while let Some(piece) = response.chunk().await.map_err(broken)? {
        if body.len() + piece.len() > ANSWER_BYTES_MAX {
            return Err(Failed::Garbled { status });
        }
        body.extend_from_slice(&piece);
    }
    Ok(body)
}

/// In whole seconds; a date is not read.
fn retry_after(headers: &HeaderMap) -> Option<std::time::Duration> {
    let seconds: u64 = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    (seconds > 0).then(|| std::time::Duration::from_secs(seconds))
}

/// An id of Meta's, that may stand in a path: digits.
#[must_use]
pub fn is_id(text: &str) -> bool {
    (1..=32).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use channel_core::ProviderApi;

    use super::*;

    fn api(base: &str) -> GraphApi {
        let _ = rustls::crypto::ring::default_provider().install_default();
        GraphApi::new(ProviderApi::new(reqwest::Client::new(), base.parse().unwrap()))
    }

    #[test]
    fn the_token_goes_to_metas_own_hosts_only() {
        let api = api("https://graph.facebook.com");
        let graph = Graph::with_token(&api, &SecretString::from("EAAinvented"), None).unwrap();
        let may = |address: &str| graph.may_have_the_token(&address.parse().unwrap());
        for good in [
            "https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1",
            "https://graph.facebook.com/x",
            "https://scontent.xx.fbcdn.net/a.jpg",
            "https://mmg.whatsapp.net/x",
        ] {
            assert!(may(good), "{good}");
        }
        for bad in [
            "http://lookaside.fbsbx.com/x",
            "https://evilfbsbx.com/x",
            "https://fbsbx.com.evil.example/x",
            "https://lookaside.fbsbx.com:8443/x",
            "https://user@lookaside.fbsbx.com/x",
            "https://evil.example/lookaside.fbsbx.com",
            "https://127.0.0.1/",
            "ftp://fbsbx.com/",
        ] {
            assert!(!may(bad), "{bad}");
        }
    }

    #[test]
    fn a_simulator_serves_its_own_files() {
        let api = api("http://127.0.0.1:4010");
        let graph = Graph::with_token(&api, &SecretString::from("EAAinvented"), None).unwrap();
        assert!(graph.may_have_the_token(&"http://127.0.0.1:4010/x".parse().unwrap()));
        assert!(!graph.may_have_the_token(&"http://127.0.0.1:4011/x".parse().unwrap()));
    }

    #[test]
    fn what_cannot_be_a_token_is_none() {
        let api = api("http://127.0.0.1:4010");
        for bad in ["", "two words", "line\nbreak", "umläut", &"x".repeat(3000)] {
            assert!(Graph::with_token(&api, &SecretString::from(bad), None).is_err(), "{bad}");
        }
        let app = |id: &str| MetaApp { id: id.to_owned(), secret: SecretString::from("s") };
        assert!(Graph::as_app(&api, &app("118800000000017")).is_ok());
        assert!(Graph::as_app(&api, &app("1|x")).is_err());
    }

    #[test]
    fn the_proof_is_made_with_the_secret_over_the_token() {
        let api = api("http://127.0.0.1:4010");
        let secret = SecretString::from("Jefe");
        let token = SecretString::from("whatdoyawantfornothing?");
        let graph = Graph::with_token(&api, &token, Some(&secret)).unwrap();
        let expected = hex::encode(hmac_sha256(b"Jefe", b"whatdoyawantfornothing?"));
        assert_eq!(graph.proof, Some(expected));
        assert!(!format!("{graph:?}").contains("whatdoya"));
        assert_eq!(Graph::with_token(&api, &token, Some(&SecretString::from(""))).unwrap().proof, None);
    }

    #[test]
    fn an_id_is_digits() {
        assert!(is_id("118800000000017"));
        for bad in ["", "me", "1/2", "..", "1a", "-1", &"1".repeat(33)] {
            assert!(!is_id(bad), "{bad}");
        }
    }
}
