//! What a delivery is, before anybody knows what it says.

use serde::{Deserialize, Serialize};

use crate::InboundEvent;

/// Whom a part of a delivery concerns. One delivery may concern several accounts, and several workspaces.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Addressee {
    /// The channel whose own endpoint it was posted to (Telegram: the body does not say which bot).
    Endpoint,
    /// The channel with this [`platform_account_id`](crate::ChannelAccount::platform_account_id).
    Account(String),
    /// Every channel with this [`parent_account_id`](crate::ChannelAccount::parent_account_id).
    Parent(String),
}

/// One event with its addressee.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Inbound {
    /// Whom it concerns.
    pub to: Addressee,
    /// What happened.
    pub event: InboundEvent,
}

impl Inbound {
    /// An event of the channel whose endpoint was called.
    #[must_use]
    pub fn at_endpoint(event: InboundEvent) -> Self {
        Self { to: Addressee::Endpoint, event }
    }
}

/// How a delivery is to be stored, read cheaply before it is. A delivery has one route per addressee.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// Whom it concerns.
    pub to: Addressee,
    /// Deliveries of one addressee with the same lane are processed in order of arrival: the thread's key, as a
    /// rule. Empty when the delivery mixes several, or has none.
    pub lane: String,
    /// The provider's own name for this delivery, the same on every repeat; `None` where it has none and the
    /// hash of the body must do.
    pub repeat_key: Option<String>,
}

impl Route {
    /// A delivery that only its endpoint tells from others.
    #[must_use]
    pub const fn to_endpoint() -> Self {
        Self { to: Addressee::Endpoint, lane: String::new(), repeat_key: None }
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
