//! Telegram as a channel adapter.

use async_trait::async_trait;
use channel_core::{
    AccountInfo, Act, BadSignature, CallError, ChannelAccount, ChannelAdapter, ChannelSecrets, Connected,
    Credentials, FileSource, Health, Inbound, MediaDownload, MediaError, MediaRef, OutboundMessage,
    PersonProfile, ProviderApi, Refusal, Route, SendError, SendReceipt, Transmission, Unreadable,
    WebhookTarget,
};
use http::HeaderMap;
use shared::{Capabilities, ChannelKind};

use crate::ids::Thread;
use crate::{connect, health, media, normalise, plan, profile, route, send, verify};

/// The adapter of every Telegram channel.
#[derive(Debug, Clone)]
pub struct Telegram {
    provider: ProviderApi,
}

impl Telegram {
    /// Speaks to the Bot API at `provider`: `https://api.telegram.org` in earnest.
    #[must_use]
    pub const fn new(provider: ProviderApi) -> Self {
        Self { provider }
    }
}

#[async_trait]
impl ChannelAdapter for Telegram {
    fn kind(&self) -> ChannelKind {
        ChannelKind::Telegram
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities::TELEGRAM
    }

    fn verify(&self, headers: &HeaderMap, _: &[u8], secrets: &ChannelSecrets) -> Result<(), BadSignature> {
        verify::verify(headers, secrets)
    }

    fn route(&self, body: &[u8]) -> Vec<Route> {
        route::route(body)
    }

    fn normalise(&self, body: &[u8]) -> Result<Vec<Inbound>, Unreadable> {
        normalise::normalise(body)
    }

    fn connection_of(&self, platform_id: &str) -> Option<String> {
        Thread::parse(platform_id)?.connection
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
        send::send(&self.provider, account, transmission, files).await
    }

    async fn fetch_media(
        &self,
        account: &ChannelAccount,
        media: &MediaRef,
        bytes_max: u64,
    ) -> Result<MediaDownload, MediaError> {
        media::fetch(&self.provider, account, media, bytes_max).await
    }

    async fn inspect(&self, credentials: &Credentials) -> Result<AccountInfo, CallError> {
        connect::inspect(&self.provider, credentials).await
    }

    async fn connect(
        &self,
        account: &ChannelAccount,
        webhook: &WebhookTarget,
    ) -> Result<Connected, CallError> {
        connect::connect(&self.provider, account, webhook).await
    }

    async fn disconnect(&self, account: &ChannelAccount, webhook: &WebhookTarget) -> Result<(), CallError> {
        connect::disconnect(&self.provider, account, webhook).await
    }

    async fn probe(&self, account: &ChannelAccount, webhook: &WebhookTarget) -> Result<Health, CallError> {
        health::probe(&self.provider, account, webhook).await
    }

    async fn profile(
        &self,
        account: &ChannelAccount,
        person: &str,
    ) -> Result<Option<PersonProfile>, CallError> {
        profile::profile(&self.provider, account, person).await
    }
}
