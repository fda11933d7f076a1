//! The contract of a channel.

use std::fmt;

use async_trait::async_trait;
use http::HeaderMap;
use shared::{Capabilities, ChannelKind};

use crate::{ChannelAccount, InboundEvent, OutboundMessage, SendError, SendReceipt};

/// One provider, seen from our side. All but [`send`](Self::send) is pure: no clock, no network, no database.
#[async_trait]
pub trait ChannelAdapter: Send + Sync {
    /// Which channels this adapter speaks for.
    fn kind(&self) -> ChannelKind;

    /// What those channels can do.
    fn capabilities(&self) -> Capabilities;

    /// Proves that the provider sent exactly these bytes, before anything parses them.
    ///
    /// # Errors
    /// [`BadSignature`] when the proof is absent, malformed, or made for other bytes.
    fn verify(&self, headers: &HeaderMap, body: &[u8], secrets: &ChannelSecrets) -> Result<(), BadSignature>;

    /// Reads one stored delivery into events. An event of an unknown type is
    /// [`InboundEvent::Unsupported`], not an error.
    ///
    /// # Errors
    /// [`Unreadable`] when the bytes are not what this provider sends at all.
    fn normalise(&self, body: &[u8]) -> Result<Vec<InboundEvent>, Unreadable>;

    /// Hands one message to the provider, once. It never retries: the caller decides, from the error.
    ///
    /// # Errors
    /// [`SendError`], cut by what to do next.
    async fn send(
        &self,
        account: &ChannelAccount,
        message: &OutboundMessage,
    ) -> Result<SendReceipt, SendError>;
}

/// The secrets a delivery may be signed with: the current one, and the previous one while rotating.
#[derive(Clone, Default)]
pub struct ChannelSecrets {
    /// Newest first.
    pub signing: Vec<Vec<u8>>,
}

impl fmt::Debug for ChannelSecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChannelSecrets")
            .field("signing", &format_args!("[{} redacted]", self.signing.len()))
            .finish()
    }
}

/// Nothing proves that the provider sent these bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the delivery is not signed by its provider")]
pub struct BadSignature;

/// The bytes are not a delivery of this provider. The reason names a place, never content.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unreadable delivery: {0}")]
pub struct Unreadable(pub String);
