//! WhatsApp as a channel adapter.

use async_trait::async_trait;
use channel_core::{
    AccountInfo, Act, Addressee, BadSignature, CallError, ChannelAccount, ChannelAdapter, ChannelSecrets,
    Connected, Credentials, FileSource, Health, Inbound, MediaDownload, MediaError, MediaRef,
    OutboundMessage, Permission, Refusal, Route, SendError, SendReceipt, Template, Transmission, Unreadable,
    WebhookTarget,
};
use channel_meta::{GraphApi, challenge, signature};
use http::HeaderMap;
use shared::{Capabilities, ChannelKind};

use crate::{connect, cut, health, media, normalise, plan, route, send, templates};

/// The adapter of every WhatsApp channel.
#[derive(Debug, Clone)]
pub struct WhatsApp {
    graph: GraphApi,
}

impl WhatsApp {
    /// Speaks to Graph as `graph` says.
    #[must_use]
    pub const fn new(graph: GraphApi) -> Self {
        Self { graph }
    }
}

#[async_trait]
impl ChannelAdapter for WhatsApp {
    fn kind(&self) -> ChannelKind {
        ChannelKind::Whatsapp
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities::WHATSAPP
    }

    fn permissions(&self) -> &'static [Permission] {
        &connect::PERMISSIONS
    }

    fn signs_with_application(&self) -> bool {
        true
    }

    fn verify(&self, headers: &HeaderMap, body: &[u8], secrets: &ChannelSecrets) -> Result<(), BadSignature> {
        signature::verify(headers, body, secrets)
    }

    fn challenge(&self, query: &str, secrets: &ChannelSecrets) -> Option<String> {
        challenge::answer(query, secrets)
    }

    fn route(&self, body: &[u8]) -> Vec<Route> {
        route::route(body)
    }

    fn cut(&self, body: &[u8], keep: &[Addressee]) -> Option<Vec<u8>> {
        cut::cut(body, keep)
    }

    fn normalise(&self, body: &[u8]) -> Result<Vec<Inbound>, Unreadable> {
        normalise::normalise(body)
    }

    fn plan(&self, message: &OutboundMessage) -> Result<Vec<Act>, Refusal> {
        plan::plan(message)
    }

    async fn send(
        &self,
        account: &ChannelAccount,
        transmission: &Transmission,
        files: &dyn FileSource,
    ) -> Result<SendReceipt, SendError> {
        send::send(&self.graph, account, transmission, files).await
    }

    async fn fetch_media(
        &self,
        account: &ChannelAccount,
        media: &MediaRef,
        bytes_max: u64,
    ) -> Result<MediaDownload, MediaError> {
        media::fetch(&self.graph, account, media, bytes_max).await
    }

    async fn inspect(&self, credentials: &Credentials) -> Result<AccountInfo, CallError> {
        connect::inspect(&self.graph, credentials).await
    }

    async fn connect(
        &self,
        account: &ChannelAccount,
        webhook: &WebhookTarget,
    ) -> Result<Connected, CallError> {
        connect::connect(&self.graph, account, webhook).await
    }

    /// All numbers of one business account share its webhook: to be called for the last of them only.
    async fn disconnect(&self, account: &ChannelAccount, webhook: &WebhookTarget) -> Result<(), CallError> {
        connect::disconnect(&self.graph, account, webhook).await
    }

    async fn probe(&self, account: &ChannelAccount, webhook: &WebhookTarget) -> Result<Health, CallError> {
        health::probe(&self.graph, account, webhook).await
    }

    async fn templates(&self, account: &ChannelAccount) -> Result<Vec<Template>, CallError> {
        templates::all(&self.graph, account).await
    }
}
