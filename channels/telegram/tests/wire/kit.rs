//! A pretended Bot API, a connected bot, and files to send.

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use channel_core::{
    Act, ChannelAccount, ChannelAdapter, ChannelSecrets, FileContent, FileGone, FileSource, MediaFile,
    ProviderApi, SendError, SendReceipt, Transmission,
};
use channel_telegram::Telegram;
use futures::StreamExt;
use secrecy::SecretString;
use serde_json::{Value, json};
use shared::{AttachmentId, ChannelId, MediaKind};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

pub const TOKEN: &str = "5500110022:AAinvented_Token-35";
pub const CHAT: &str = "6812345678";

/// A pretended Bot API and the adapter that speaks to it.
pub struct Wire {
    pub server: MockServer,
    pub telegram: Telegram,
    pub account: ChannelAccount,
}

impl Wire {
    pub async fn start() -> Self {
        let server = MockServer::start().await;
        let telegram = adapter(&server.uri());
        Self { server, telegram, account: account() }
    }

    /// Answers a method with a result.
    pub async fn result(&self, name: &str, result: Value) {
        self.answer(name, 200, json!({ "ok": true, "result": result })).await;
    }

    /// Answers a method with a refusal, for the first `times` calls.
    pub async fn refuse_times(&self, times: u64, name: &str, code: u16, description: &str) {
        let body = json!({ "ok": false, "error_code": code, "description": description });
        Mock::given(method("POST"))
            .and(path(format!("/bot{TOKEN}/{name}")))
            .respond_with(ResponseTemplate::new(code).set_body_json(body))
            .up_to_n_times(times)
            .mount(&self.server)
            .await;
    }

    /// Answers a method.
    pub async fn answer(&self, name: &str, status: u16, body: Value) {
        Mock::given(method("POST"))
            .and(path(format!("/bot{TOKEN}/{name}")))
            .respond_with(ResponseTemplate::new(status).set_body_json(body))
            .mount(&self.server)
            .await;
    }

    pub async fn send(&self, act: Act) -> Result<SendReceipt, SendError> {
        self.send_as(transmission(act)).await
    }

    pub async fn send_as(&self, transmission: Transmission) -> Result<SendReceipt, SendError> {
        self.telegram.send(&self.account, &transmission, &Shelf).await
    }

    /// All calls so far: method and body.
    pub async fn calls(&self) -> Vec<(String, Request)> {
        let requests = self.server.received_requests().await.unwrap();
        let name = |request: &Request| request.url.path().rsplit('/').next().unwrap().to_owned();
        requests.into_iter().map(|request| (name(&request), request)).collect()
    }

    /// The JSON bodies of all calls so far.
    pub async fn bodies(&self) -> Vec<(String, Value)> {
        let calls = self.calls().await.into_iter();
        calls.map(|(name, request)| (name, request.body_json().unwrap_or(Value::Null))).collect()
    }

    /// The only call so far.
    pub async fn only(&self) -> (String, Value) {
        let [call] = self.bodies().await.try_into().unwrap();
        call
    }
}

pub fn adapter(base_url: &str) -> Telegram {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let http = channel_core::provider_client().unwrap();
    let provider = ProviderApi {
        call_timeout: Duration::from_millis(400),
        transfer_timeout: Duration::from_millis(800),
        ..ProviderApi::new(http, base_url.parse().unwrap())
    };
    Telegram::new(provider)
}

pub fn account() -> ChannelAccount {
    ChannelAccount {
        channel_id: ChannelId::new(),
        platform_account_id: "5500110022".to_owned(),
        parent_account_id: None,
        secrets: ChannelSecrets {
            signing: vec![b"hook-secret".to_vec()],
            access_token: Some(SecretString::from(TOKEN)),
            ..ChannelSecrets::default()
        },
    }
}

pub fn transmission(act: Act) -> Transmission {
    Transmission { reference: "trm_1".to_owned(), to: CHAT.to_owned(), quote: None, by_human: true, act }
}

pub fn text(text: &str) -> Act {
    Act::Text { text: shared::RichText::plain(text), buttons: None }
}

/// What Telegram answers to a send.
pub fn sent(number: i64, content: Value) -> Value {
    let mut message = json!({
        "message_id": number, "date": 1_779_012_345,
        "chat": { "id": 6_812_345_678_i64, "type": "private", "first_name": "Noor" },
    });
    message.as_object_mut().unwrap().extend(content.as_object().unwrap().clone());
    message
}

pub fn file(kind: MediaKind, name: &str, content_type: &str) -> MediaFile {
    MediaFile {
        attachment_id: AttachmentId::new(),
        kind,
        name: name.to_owned(),
        content_type: content_type.to_owned(),
        size_bytes: CONTENT.len() as u64,
        width: None,
        height: None,
        duration_ms: None,
        known_as: None,
    }
}

/// What every file of the shelf holds.
pub const CONTENT: &[u8] = b"bytes of a file";

/// Files that are all the same, streamed in two pieces.
pub struct Shelf;

#[async_trait]
impl FileSource for Shelf {
    async fn open(&self, _: AttachmentId) -> Result<FileContent, FileGone> {
        let (first, second) = CONTENT.split_at(5);
        let pieces = [first, second].map(|piece| Ok(Bytes::from_static(piece)));
        Ok(FileContent::Stream {
            size_bytes: CONTENT.len() as u64,
            pieces: futures::stream::iter(pieces).boxed(),
        })
    }
}

/// A shelf from which everything was taken.
pub struct EmptyShelf(pub FileGone);

#[async_trait]
impl FileSource for EmptyShelf {
    async fn open(&self, _: AttachmentId) -> Result<FileContent, FileGone> {
        Err(self.0)
    }
}

/// A shelf whose files end too early.
pub struct TornShelf;

#[async_trait]
impl FileSource for TornShelf {
    async fn open(&self, _: AttachmentId) -> Result<FileContent, FileGone> {
        let pieces = [Ok(Bytes::from_static(b"bytes")), Err(std::io::Error::other(FileGone::NotNow))];
        Ok(FileContent::Stream {
            size_bytes: CONTENT.len() as u64,
            pieces: futures::stream::iter(pieces).boxed(),
        })
    }
}
