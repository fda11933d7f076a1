//! The contract of a channel.

use async_trait::async_trait;
use http::HeaderMap;
use shared::{Capabilities, ChannelKind};

use crate::{
    AccountInfo, Act, Addressee, BadSignature, CallError, ChannelAccount, ChannelSecrets, Connected,
    Credentials, FileSource, Health, Inbound, MediaDownload, MediaError, MediaRef, OutboundMessage,
    Permission, PersonProfile, Refusal, RenewedToken, Route, SendError, SendReceipt, Template, Transmission,
    Unreadable, WebhookTarget,
};

/// One provider, seen from our side.
///
/// [`verify`](Self::verify), [`challenge`](Self::challenge), [`route`](Self::route), [`cut`](Self::cut),
/// [`normalise`](Self::normalise) and [`plan`](Self::plan) are pure: no clock, no network, no database. The
/// others call the provider, once, and never retry: the caller decides, from the error. What a channel does not
/// have keeps its default, which says so.
#[async_trait]
pub trait ChannelAdapter: Send + Sync {
    /// Which channels this adapter speaks for.
    fn kind(&self) -> ChannelKind;

    /// What those channels can do.
    fn capabilities(&self) -> Capabilities;

    /// What a token needs to be allowed for all of that; nothing where tokens are allowed everything.
    fn permissions(&self) -> &'static [Permission] {
        &[]
    }

    /// Deliveries are signed with the secret of an application at the provider, which each account is connected
    /// through ([`ChannelSecrets::app_secret`]); otherwise with a secret of the account's endpoint.
    fn signs_with_application(&self) -> bool {
        false
    }

    /// Proves that the provider sent exactly these bytes, before anything parses them.
    ///
    /// # Errors
    /// [`BadSignature`] when the proof is absent, malformed, or made for other bytes.
    fn verify(&self, headers: &HeaderMap, body: &[u8], secrets: &ChannelSecrets) -> Result<(), BadSignature>;

    /// Answers a provider that asks by GET whether the endpoint is ours: the exact body to send as plain text.
    /// `query` is the part of the URL after `?`. `None`: answer 403.
    fn challenge(&self, query: &str, secrets: &ChannelSecrets) -> Option<String> {
        let _ = (query, secrets);
        None
    }

    /// Says whose a delivery is, and with which others it must stay in order. It never fails: what cannot be
    /// read belongs to its endpoint, and is stored like any other.
    fn route(&self, body: &[u8]) -> Vec<Route> {
        let _ = body;
        vec![Route::to_endpoint()]
    }

    /// The part of a delivery that concerns the addressees in `keep` and nobody else, as a delivery of its own that
    /// [`route`](Self::route) and [`normalise`](Self::normalise) read like the whole. Asked only of a delivery with
    /// several routes: each may be another tenant's, who gets to see no other part. `None` when it cannot be cut; then
    /// nobody gets it.
    fn cut(&self, body: &[u8], keep: &[Addressee]) -> Option<Vec<u8>> {
        let _ = (body, keep);
        None
    }

    /// Reads one stored delivery into events. An event of an unknown type is [`InboundEvent::Unsupported`], one
    /// that cannot be read among others that can is [`InboundEvent::Broken`]; neither is an error.
    ///
    /// # Errors
    /// [`Unreadable`] when the bytes are not what this provider sends at all.
    ///
    /// [`InboundEvent::Unsupported`]: crate::InboundEvent::Unsupported
    /// [`InboundEvent::Broken`]: crate::InboundEvent::Broken
    fn normalise(&self, body: &[u8]) -> Result<Vec<Inbound>, Unreadable>;

    /// Through whose account within this channel a thread is known, where it is not the channel's own: some
    /// platforms let a bot answer in the name of people. `platform_id` is a [`Sender::platform_id`].
    ///
    /// [`Sender::platform_id`]: crate::Sender::platform_id
    fn connection_of(&self, platform_id: &str) -> Option<String> {
        let _ = platform_id;
        None
    }

    /// Cuts what a person meant to say into transmissions, in the order in which they must go out.
    ///
    /// # Errors
    /// [`Refusal`] when this channel cannot carry it, with words for the agent.
    fn plan(&self, message: &OutboundMessage) -> Result<Vec<Act>, Refusal>;

    /// Hands one transmission to the provider, once.
    ///
    /// # Errors
    /// [`SendError`], cut by what to do next.
    async fn send(
        &self,
        account: &ChannelAccount,
        transmission: &Transmission,
        files: &dyn FileSource,
    ) -> Result<SendReceipt, SendError>;

    /// Opens a file that an event named, for reading once. Nothing larger than `bytes_max` is read.
    ///
    /// # Errors
    /// [`MediaError`], cut by what to do next.
    async fn fetch_media(
        &self,
        account: &ChannelAccount,
        media: &MediaRef,
        bytes_max: u64,
    ) -> Result<MediaDownload, MediaError> {
        let _ = (account, media, bytes_max);
        Err(MediaError::Gone { words: "This channel keeps no files.".to_owned() })
    }

    /// Finds out what these credentials are good for, and changes nothing: asked as they are typed.
    ///
    /// # Errors
    /// [`CallError`].
    async fn inspect(&self, credentials: &Credentials) -> Result<AccountInfo, CallError>;

    /// Makes the provider send this account's events to `webhook`, and checks that it says so. Repeating it is
    /// harmless; nothing that waits at the provider is thrown away.
    ///
    /// # Errors
    /// [`CallError`].
    async fn connect(
        &self,
        account: &ChannelAccount,
        webhook: &WebhookTarget,
    ) -> Result<Connected, CallError>;

    /// Takes `webhook` back; one that somebody else has registered meanwhile stays. An account whose token is dead
    /// already counts as disconnected.
    ///
    /// # Errors
    /// [`CallError`].
    async fn disconnect(&self, account: &ChannelAccount, webhook: &WebhookTarget) -> Result<(), CallError>;

    /// Asks the provider how the account is doing.
    ///
    /// # Errors
    /// [`CallError`]; a dead token is one of its answers ([`CallError::Unauthorised`]).
    async fn probe(&self, account: &ChannelAccount, webhook: &WebhookTarget) -> Result<Health, CallError>;

    /// Exchanges the account's token for one that works longer; `None` where the provider has no such exchange, and a
    /// token that ends has to be replaced by somebody.
    ///
    /// # Errors
    /// [`CallError`].
    async fn renew_token(&self, account: &ChannelAccount) -> Result<Option<RenewedToken>, CallError> {
        let _ = account;
        Ok(None)
    }

    /// What the provider knows of a person; `None` where it does not tell.
    ///
    /// # Errors
    /// [`CallError`].
    async fn profile(
        &self,
        account: &ChannelAccount,
        person: &str,
    ) -> Result<Option<PersonProfile>, CallError> {
        let _ = (account, person);
        Ok(None)
    }

    /// Every template of the account.
    ///
    /// # Errors
    /// [`CallError`].
    async fn templates(&self, account: &ChannelAccount) -> Result<Vec<Template>, CallError> {
        let _ = account;
        Ok(Vec::new())
    }
}
