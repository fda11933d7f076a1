//! WhatsApp as a channel adapter.

use async_trait::async_trait;
use channel_core::{
    AccountInfo, Act, BadSignature, CallError, ChannelAccount, ChannelAdapter, ChannelSecrets, Connected,
    Credentials, FileSource, Health, Inbound, OutboundMessage, Refusal, RefusalReason, Route, SendError,
    SendReceipt, Transmission, Unreadable, WebhookTarget,
};
use channel_meta::{GraphApi, challenge, signature};
use http::HeaderMap;
use shared::{Capabilities, ChannelKind};

use crate::{normalise, route};

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

const RECEIVES_ONLY: &str = "This version of Switchboard only receives on WhatsApp.";

#[async_trait]
impl ChannelAdapter for WhatsApp {
    fn kind(&self) -> ChannelKind {
        ChannelKind::Whatsapp
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities::WHATSAPP
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

    fn normalise(&self, body: &[u8]) -> Result<Vec<Inbound>, Unreadable> {
        normalise::normalise(body)
    }

    fn plan(&self, _: &OutboundMessage) -> Result<Vec<Act>, Refusal> {
        Err(Refusal::new(RefusalReason::KindNotTaken, RECEIVES_ONLY))
    }

    async fn send(
        &self,
        _: &ChannelAccount,
        _: &Transmission,
        _: &dyn FileSource,
    ) -> Result<SendReceipt, SendError> {
        Err(SendError::Refused(Refusal::new(RefusalReason::KindNotTaken, RECEIVES_ONLY)))
    }

    async fn inspect(&self, _: &Credentials) -> Result<AccountInfo, CallError> {
        Err(CallError::refused(format!("{RECEIVES_ONLY} (Graph {})", self.graph.version())))
    }

    async fn connect(&self, _: &ChannelAccount, _: &WebhookTarget) -> Result<Connected, CallError> {
        Err(CallError::refused(RECEIVES_ONLY))
    }

    async fn disconnect(&self, _: &ChannelAccount, _: &WebhookTarget) -> Result<(), CallError> {
        Ok(())
    }

    async fn probe(&self, _: &ChannelAccount, _: &WebhookTarget) -> Result<Health, CallError> {
        Err(CallError::refused(RECEIVES_ONLY))
    }
}
