//! A pretended Graph, a connected number, and files to send.

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use channel_core::{
    Act, ChannelAccount, ChannelAdapter, ChannelSecrets, FileContent, FileGone, FileSource, MediaFile,
    ProviderApi, SendError, SendReceipt, Transmission, WebhookTarget,
};
use channel_meta::{GraphApi, MetaApp};
use channel_whatsapp::WhatsApp;
use futures::StreamExt;
use secrecy::SecretString;
use serde_json::{Value, json};
use shared::{AttachmentId, ChannelId, MediaKind};
use wiremock::matchers::{header, method, path};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

pub const TOKEN: &str = "EAAGinventedTokenOfASystemUser0123456789";
pub const NUMBER: &str = "770088990011223";
pub const BUSINESS: &str = "330011223344556";
pub const APP: &str = "118800000000017";
pub const PERSON: &str = "491701234509";
pub const SCOPED: &str = "DE.40718820934471";

/// A pretended Graph and the adapter that speaks to it.
pub struct Wire {
    pub server: MockServer,
    pub whatsapp: WhatsApp,
    pub account: ChannelAccount,
}

impl Wire {
    pub async fn start() -> Self {
        let server = MockServer::start().await;
        let whatsapp = WhatsApp::new(graph(&server.uri()));
        Self { server, whatsapp, account: account() }
    }

    /// With an app of the operator's.
    pub async fn with_app() -> Self {
        let mut wire = Self::start().await;
        let app = MetaApp { id: APP.to_owned(), secret: SecretString::from("app-secret") };
        wire.whatsapp = WhatsApp::new(graph(&wire.server.uri()).with_app(app));
        wire
    }

    /// Answers a call, whenever it comes.
    pub async fn on(&self, verb: &str, place: &str, status: u16, body: Value) {
        self.on_times(u64::MAX, verb, place, status, body).await;
    }

    /// Answers a call for so many times; whatever is set up later comes after that.
    pub async fn on_times(&self, times: u64, verb: &str, place: &str, status: u16, body: Value) {
        Mock::given(method(verb))
            .and(path(format!("/v25.0/{place}")))
            .respond_with(ResponseTemplate::new(status).set_body_json(body))
            .up_to_n_times(times)
            .mount(&self.server)
            .await;
    }

    /// Answers the app itself, by its own token.
    pub async fn on_app(&self, place: &str, secret: &str, status: u16, body: Value) {
        Mock::given(method("GET"))
            .and(path(format!("/v25.0/{place}")))
            .and(header("authorization", format!("Bearer {APP}|{secret}")))
            .respond_with(ResponseTemplate::new(status).set_body_json(body))
            .with_priority(1)
            .mount(&self.server)
            .await;
    }

    /// Takes every message.
    pub async fn takes_messages(&self) {
        self.on("POST", &format!("{NUMBER}/messages"), 200, accepted()).await;
    }

    pub async fn send(&self, act: Act) -> Result<SendReceipt, SendError> {
        self.send_as(transmission(act)).await
    }

    pub async fn send_as(&self, transmission: Transmission) -> Result<SendReceipt, SendError> {
        self.whatsapp.send(&self.account, &transmission, &Shelf).await
    }

    /// All calls so far: the last part of the path, and the request.
    pub async fn calls(&self) -> Vec<(String, Request)> {
        let requests = self.server.received_requests().await.unwrap();
        let name = |request: &Request| request.url.path().rsplit('/').next().unwrap().to_owned();
        requests.into_iter().map(|request| (name(&request), request)).collect()
    }

    /// The JSON bodies of the messages so far.
    pub async fn messages(&self) -> Vec<Value> {
        let calls = self.calls().await.into_iter().filter(|(name, _)| name == "messages");
        calls.map(|(_, request)| request.body_json().unwrap()).collect()
    }

    /// The only message so far, without what all have.
    pub async fn message(&self) -> Value {
        let [mut message] = self.messages().await.try_into().unwrap();
        let map = message.as_object_mut().unwrap();
        assert_eq!(map.remove("messaging_product"), Some(json!("whatsapp")));
        assert_eq!(map.remove("recipient_type"), Some(json!("individual")));
        assert_eq!(map.remove("biz_opaque_callback_data"), Some(json!("trm_1")));
        assert_eq!(map.remove("to"), Some(json!(format!("+{PERSON}"))));
        message
    }
}

pub fn graph(base_url: &str) -> GraphApi {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let http = channel_core::provider_client().unwrap();
    GraphApi::new(ProviderApi {
        call_timeout: Duration::from_millis(700),
        transfer_timeout: Duration::from_millis(1500),
        ..ProviderApi::new(http, base_url.parse().unwrap())
    })
}

pub fn account() -> ChannelAccount {
    ChannelAccount {
        channel_id: ChannelId::new(),
        platform_account_id: NUMBER.to_owned(),
        parent_account_id: Some(BUSINESS.to_owned()),
        secrets: ChannelSecrets {
            signing: vec![b"app-secret".to_vec()],
            access_token: Some(SecretString::from(TOKEN)),
            verify_token: Some(SecretString::from("verify-token")),
            ..ChannelSecrets::default()
        },
    }
}

pub fn target() -> WebhookTarget {
    WebhookTarget {
        url: "https://inbox.example/webhooks/whatsapp/abc".parse().unwrap(),
        secret: SecretString::from("verify-token"),
    }
}

pub fn transmission(act: Act) -> Transmission {
    Transmission { reference: "trm_1".to_owned(), to: PERSON.to_owned(), quote: None, by_human: true, act }
}

pub fn text(text: &str) -> Act {
    Act::Text { text: shared::RichText::plain(text), buttons: None }
}

/// What WhatsApp answers to a send.
pub fn accepted() -> Value {
    json!({
        "messaging_product": "whatsapp",
        "contacts": [{ "input": format!("+{PERSON}"), "wa_id": PERSON, "user_id": SCOPED }],
        "messages": [{ "id": "wamid.OUT01" }],
    })
}

/// An error as Graph writes it.
pub fn error(code: i64, message: &str) -> Value {
    json!({ "error": { "message": message, "type": "OAuthException", "code": code, "fbtrace_id": "Az8Invented" } })
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
