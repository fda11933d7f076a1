//! Where a message came from and what became of it.

use shared::{ChannelKind, MessageStatus};

use super::WhichMessage;
use super::message::{MESSAGE, Message};
use crate::api::Timestamp;
use crate::api::json::object;
use crate::api::operation::Operation;

/// None: not here.
#[derive(Debug)]
pub struct ProvenanceAnswer {
    pub message_provenance: Option<Provenance>,
}

object!(ProvenanceAnswer { message_provenance });

/// All that is known of a message's way.
#[derive(Clone, Debug, PartialEq)]
pub struct Provenance {
    pub message: Message,
    pub channel: PassedThrough,
    /// Which program spoke with the platform.
    pub adapter: String,
    /// Admins only.
    pub delivery_id: Option<String>,
    pub actor_name: String,
    pub platform_message_ids: Vec<String>,
    pub platform_at: Option<Timestamp>,
    pub received_at: Option<Timestamp>,
    pub committed_at: Timestamp,
    /// When a member first had it on the screen.
    pub shown_at: Option<Timestamp>,
    pub transmissions: Vec<TransmissionHistory>,
}

object!(Provenance {
    message,
    channel,
    adapter,
    delivery_id,
    actor_name,
    platform_message_ids,
    platform_at,
    received_at,
    committed_at,
    shown_at,
    transmissions
});

/// The channel a message went through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PassedThrough {
    pub kind: ChannelKind,
    pub name: String,
}

object!(PassedThrough { kind, name });

/// One call to the platform, from its start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransmissionHistory {
    pub transmission: Sent,
    pub platform_message_ids: Vec<String>,
    pub attempts: i32,
    pub events: Vec<TransmissionEvent>,
    /// As JSON.
    pub pricing: Option<String>,
}

object!(TransmissionHistory { transmission, platform_message_ids, attempts, events, pricing });

/// What was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    pub id: String,
    pub what: String,
    pub status: MessageStatus,
    /// The platform's own code.
    pub failure_code: Option<String>,
}

object!(Sent { id, what, status, failure_code });

/// A step of its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransmissionEvent {
    pub status: MessageStatus,
    pub at: Timestamp,
    pub detail: Option<String>,
}

object!(TransmissionEvent { status, at, detail });

/// Follows a message.
pub const PROVENANCE: Operation<WhichMessage, ProvenanceAnswer> = Operation::new(
    "query Provenance($messageId: ID!) { messageProvenance(messageId: $messageId) { message { ...MessageParts } \
     channel { kind name } adapter deliveryId actorName platformMessageIds platformAt receivedAt committedAt shownAt \
     transmissions { transmission { id what status failureCode } platformMessageIds attempts \
     events { status at detail } pricing } } }",
    &[MESSAGE],
);

/// None: not here.
#[derive(Debug)]
pub struct HistoryAnswer {
    pub message_provenance: Option<WithHistory>,
}

object!(HistoryAnswer { message_provenance });

/// See [`Revisions`].
#[derive(Debug)]
pub struct WithHistory {
    pub message: Revisions,
}

object!(WithHistory { message });

/// What a message said before, newest first.
#[derive(Debug)]
pub struct Revisions {
    pub revisions: Vec<Revision>,
}

object!(Revisions { revisions });

/// A text that was replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revision {
    pub text: String,
    pub replaced_at: Timestamp,
}

object!(Revision { text, replaced_at });

/// A message's earlier texts; asked for when somebody wants to see them.
pub const REVISIONS: Operation<WhichMessage, HistoryAnswer> = Operation::new(
    "query Revisions($messageId: ID!) { messageProvenance(messageId: $messageId) { message { revisions { text \
     replacedAt } } } }",
    &[],
);
