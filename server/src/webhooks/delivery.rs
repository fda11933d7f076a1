//! The words of this feature.

use std::sync::Arc;

use async_graphql::Enum;
use bytes::Bytes;
use sha2::{Digest, Sha256};
use shared::{ChannelId, ChannelKind, WorkspaceId};

/// What became of a stored delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Enum)]
#[repr(i16)]
pub enum DeliveryOutcome {
    /// Not looked at yet.
    Pending = 0,
    /// Its effects are in.
    Processed = 1,
    /// Its effects were in already.
    Duplicate = 2,
    /// There was nothing to do, for the reason given.
    Ignored = 3,
    /// It could not be processed, for the reason given; an admin can try again.
    Failed = 4,
    /// A try failed; the next one is due later.
    Waiting = 5,
}

impl DeliveryOutcome {
    /// The number the database keeps.
    #[must_use]
    pub const fn code(self) -> i16 {
        self as i16
    }

    /// The outcome with this number.
    #[must_use]
    pub const fn from_code(code: i16) -> Option<Self> {
        match code {
            0 => Some(Self::Pending),
            1 => Some(Self::Processed),
            2 => Some(Self::Duplicate),
            3 => Some(Self::Ignored),
            4 => Some(Self::Failed),
            5 => Some(Self::Waiting),
            _ => None,
        }
    }

    /// The name in metrics and audit entries.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Processed => "processed",
            Self::Duplicate => "duplicate",
            Self::Ignored => "ignored",
            Self::Failed => "failed",
            Self::Waiting => "waiting",
        }
    }
}

/// A delivery on its way into the database.
#[derive(Debug, Clone)]
pub struct NewDelivery {
    /// Whose.
    pub workspace_id: WorkspaceId,
    /// Through which channel it came.
    pub channel_id: ChannelId,
    /// Which adapter reads it.
    pub kind: ChannelKind,
    /// The platform's id of the sender: the unit of order.
    pub sender: String,
    /// The same for every repeat; at most 200 characters.
    pub dedupe_key: String,
    /// As it came, or as the channel wraps it.
    pub body: Bytes,
    /// Of what the sender posted: see [`fingerprint`].
    pub fingerprint: [u8; 32],
    /// Headers worth keeping, as JSON; never a secret.
    pub headers: Option<Arc<str>>,
    /// Why it is not processed: it ends as ignored when it is stored, and can be processed again later.
    pub ignored: Option<String>,
}

/// SHA-256 of what was posted: tells a repeat from another message under the same key.
#[must_use]
pub fn fingerprint(posted: &[u8]) -> [u8; 32] {
    Sha256::digest(posted).into()
}

/// The delivery is durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Receipt {
    /// Now.
    Stored,
    /// It was before: the same key and the same bytes.
    Duplicate,
    /// The key is taken by other bytes; these were not stored.
    Conflict,
}

/// The delivery is not known to be durable: whoever sent it must send it again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the service is busy; try again shortly")]
pub struct NotStored;
