//! The domain's words, shared by the server and the browser: ids, enums, rules. No I/O.
//!
//! Everything here compiles natively and for WebAssembly. Features `sqlx` and `graphql` let the
//! server store and serve the ids without a second set of types.

pub mod audit;
pub mod capabilities;
pub mod channel;
pub mod conversation;
pub mod id;
pub mod media;
pub mod message;
pub mod policy;
pub mod rich_text;
pub mod role;
mod stored;

pub use audit::{ActorKind, AuditAction, TargetKind};
pub use capabilities::{
    Allowed, ButtonLimits, Capabilities, InboundChanges, ListLimits, MediaLimit, Pace, Reactions,
};
pub use channel::{ChannelKind, ChannelState};
pub use conversation::{ConversationKind, ConversationStatus, Handler};
pub use id::{
    AttachmentId, ChannelEventId, ChannelId, ContactId, ConversationId, DeliveryId, IdentityId, InvitationId,
    MemberId, MessageId, ParseIdError, SessionKey, TemplateId, TransmissionId, UserId, WorkspaceId,
};
pub use media::MediaKind;
pub use message::{AttachmentKind, AttachmentState, AuthorKind, Direction, MessageStatus};
pub use rich_text::{RichText, TextSpan, TextStyle, TextUnit};
pub use role::Role;
