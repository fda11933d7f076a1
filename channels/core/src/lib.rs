//! What the server and every channel adapter agree on. It knows no provider.
//!
//! A provider's delivery is stored raw first; an adapter then reads it into [`InboundEvent`]s. The way
//! out is one [`OutboundMessage`] at a time, with an answer cut by what the caller does next.

mod adapter;
mod inbound;
mod outbound;

pub use adapter::{BadSignature, ChannelAdapter, ChannelSecrets, Unreadable};
pub use inbound::{Alias, AliasKind, AttachmentSource, InboundEvent, InboundMessage, Page, Profile, Sender};
pub use outbound::{ChannelAccount, OutboundAttachment, OutboundMessage, SendError, SendReceipt};
