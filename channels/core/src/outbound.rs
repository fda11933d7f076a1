//! What goes out, and what became of it.

use std::time::Duration;

use bytes::Bytes;
use shared::{ChannelId, MessageId};

use crate::ChannelSecrets;

/// A connected account that a message goes out through.
#[derive(Debug, Clone)]
pub struct ChannelAccount {
    /// Ours.
    pub channel_id: ChannelId,
    /// The platform's.
    pub platform_account_id: String,
    /// What it takes to speak for the account.
    pub secrets: ChannelSecrets,
}

/// One message for one person.
#[derive(Debug, Clone)]
pub struct OutboundMessage {
    /// Ours.
    pub message_id: MessageId,
    /// The person, in the platform's words.
    pub to: String,
    /// Plain text; may be empty when there are files.
    pub text: String,
    /// Files, in order.
    pub attachments: Vec<OutboundAttachment>,
    /// The platform's id of the message being answered.
    pub quoted: Option<String>,
}

/// A file that goes out.
#[derive(Debug, Clone)]
pub struct OutboundAttachment {
    /// What the person sees.
    pub name: String,
    /// From content, not from the name.
    pub content_type: String,
    /// The bytes.
    pub content: Bytes,
}

/// The platform has the message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SendReceipt {
    /// The platform's ids, one per transmission, in order.
    pub platform_message_ids: Vec<String>,
}

/// Why a send failed, cut by what the caller does next: wait, tell the agent, look before resending, reconnect.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// Nothing was sent; the same call may succeed later.
    #[error("the provider is busy; try again in {} s", retry_after.as_secs())]
    Temporary {
        /// Not before.
        retry_after: Duration,
    },
    /// Nothing was sent, and the same call will not succeed.
    #[error("the provider refused the message: {reason}")]
    Refused {
        /// For the agent.
        reason: String,
    },
    /// Never repeat this blindly.
    #[error("no answer came: the message may have gone out")]
    Uncertain,
    /// Someone has to connect the channel again.
    #[error("the channel's credentials no longer work")]
    Unauthorised,
}
