//! What a recorded delivery is an example of, and what must hold for it whatever the platform.

use channel_core::{
    AttachmentSource, By, Card, DeliveryStatus, Inbound, InboundEvent, InboundMessage, QuoteTarget,
};
use shared::{Capabilities, MediaKind};

/// What a recorded delivery is an example of. A fixture's name begins with its case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Case {
    /// Words.
    Text,
    /// A file sent as this.
    Media(MediaKind),
    /// Parts of an album.
    Album,
    /// A place.
    Location,
    /// A contact card.
    ContactCard,
    /// Something shown as lines.
    AsText,
    /// A kind that nobody knows.
    UnknownKind,
    /// Something malformed.
    Poison,
    /// Several events, one of which cannot be read.
    Batch,
    /// An edit.
    Edit,
    /// Taken back.
    Unsend,
    /// A first reaction.
    ReactionAdded,
    /// Another reaction in its place.
    ReactionReplaced,
    /// No reaction any more.
    ReactionRemoved,
    /// An answer to a message, known or not.
    Quote,
    /// The business's own message.
    Echo,
    /// A status, known message or not.
    Status,
    /// A failure told by status.
    StatusFailed,
    /// Up to where the person has read.
    Seen,
    /// A button was pressed, or a choice made.
    Press,
    /// The person blocked us.
    Blocked,
    /// And unblocked.
    Unblocked,
    /// From where the channel does not listen.
    Refused,
    /// A thread with a new id.
    ChatMoved,
    /// The platform's own notes.
    Service,
    /// The account as a whole.
    Account,
    /// Another name of a person.
    Identity,
    /// Opened without words.
    Opened,
    /// May or may not be written to, by kind.
    Preference,
}

impl Case {
    /// Every case.
    #[must_use]
    pub fn all() -> Vec<Self> {
        let media = MediaKind::ALL.iter().map(|kind| Self::Media(*kind));
        let others = [
            Self::Text,
            Self::Album,
            Self::Location,
            Self::ContactCard,
            Self::AsText,
            Self::UnknownKind,
            Self::Poison,
            Self::Batch,
            Self::Edit,
            Self::Unsend,
            Self::ReactionAdded,
            Self::ReactionReplaced,
            Self::ReactionRemoved,
            Self::Quote,
            Self::Echo,
            Self::Status,
            Self::StatusFailed,
            Self::Seen,
            Self::Press,
            Self::Blocked,
            Self::Unblocked,
            Self::Refused,
            Self::ChatMoved,
            Self::Service,
            Self::Account,
            Self::Identity,
            Self::Opened,
            Self::Preference,
        ];
        media.chain(others).collect()
    }

    /// How fixtures of this case are called.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Media(kind) => kind.as_str(),
            Self::Album => "album",
            Self::Location => "location",
            Self::ContactCard => "contact_card",
            Self::AsText => "as_text",
            Self::UnknownKind => "unknown_kind",
            Self::Poison => "poison",
            Self::Batch => "batch",
            Self::Edit => "edit",
            Self::Unsend => "unsend",
            Self::ReactionAdded => "reaction_added",
            Self::ReactionReplaced => "reaction_replaced",
            Self::ReactionRemoved => "reaction_removed",
            Self::Quote => "quote",
            Self::Echo => "echo",
            Self::Status => "status",
            Self::StatusFailed => "status_failed",
            Self::Seen => "seen",
            Self::Press => "press",
            Self::Blocked => "blocked",
            Self::Unblocked => "unblocked",
            Self::Refused => "refused",
            Self::ChatMoved => "chat_moved",
            Self::Service => "service",
            Self::Account => "account",
            Self::Identity => "identity",
            Self::Opened => "opened",
            Self::Preference => "preference",
        }
    }

    /// An adapter with these capabilities must have a fixture of this case.
    #[must_use]
    pub fn is_required(self, can: &Capabilities) -> bool {
        match self {
            Self::Text => true,
            Self::UnknownKind | Self::Poison => can.has_provider,
            Self::Media(kind) => can.has_provider && can.media(kind).is_some(),
            Self::Album => can.has_provider && can.album_max > 1,
            Self::Location => can.locations,
            Self::ContactCard => can.contact_cards,
            Self::Batch => can.batches,
            Self::Edit => can.inbound.edit,
            Self::Unsend => can.inbound.unsend,
            Self::ReactionAdded | Self::ReactionReplaced | Self::ReactionRemoved => can.inbound.reactions,
            Self::Quote => can.has_provider && can.quotes,
            Self::Echo => can.echoes,
            Self::Status | Self::StatusFailed => can.delivery_receipts,
            Self::Seen => can.read_receipts && !can.delivery_receipts,
            Self::Press => can.buttons.is_some(),
            Self::Blocked | Self::Unblocked => can.blocks_reported,
            Self::AsText
            | Self::Refused
            | Self::ChatMoved
            | Self::Service
            | Self::Account
            | Self::Identity
            | Self::Opened
            | Self::Preference => false,
        }
    }

    /// What must hold for a delivery of this case.
    ///
    /// # Errors
    /// What does not.
    pub fn check(self, events: &[Inbound]) -> Result<(), String> {
        let any = |holds: &dyn Fn(&InboundEvent) -> bool| events.iter().any(|inbound| holds(&inbound.event));
        let message = |holds: &dyn Fn(&InboundMessage) -> bool| {
            any(&|event| matches!(event, InboundEvent::Message(message) if holds(message)))
        };
        let holds = match self {
            Self::Text => message(&|message| !message.text.is_empty()),
            Self::Media(kind) => message(&|message| has_file(message, kind)),
            Self::Album => message(&|message| message.album.is_some() && !message.attachments.is_empty()),
            Self::Location => message(&|message| matches!(message.card, Some(Card::Location(_)))),
            Self::ContactCard => {
                message(&|message| matches!(&message.card, Some(Card::Contacts(cards)) if !cards.is_empty()))
            }
            Self::AsText => message(&|message| {
                matches!(message.card, Some(Card::AsText { .. })) && !message.text.is_empty()
            }),
            Self::UnknownKind => any(&|event| match event {
                InboundEvent::Unsupported { what } => !what.is_empty(),
                InboundEvent::Message(message) => matches!(message.card, Some(Card::Unsupported { .. })),
                _ => false,
            }),
            Self::Poison => !events.is_empty(),
            Self::Batch => {
                let read =
                    events.iter().filter(|inbound| matches!(inbound.event, InboundEvent::Message(_))).count();
                read >= 2 && any(&|event| matches!(event, InboundEvent::Broken { .. }))
            }
            Self::Edit => any(&|event| matches!(event, InboundEvent::Edited(_))),
            Self::Unsend => any(
                &|event| matches!(event, InboundEvent::Unsent(unsend) if !unsend.platform_message_ids.is_empty()),
            ),
            Self::ReactionAdded | Self::ReactionReplaced => any(
                &|event| matches!(event, InboundEvent::Reacted(change) if !change.now.is_empty() && change.by == By::Contact),
            ),
            Self::ReactionRemoved => {
                any(&|event| matches!(event, InboundEvent::Reacted(change) if change.now.is_empty()))
            }
            Self::Quote => message(&|message| match &message.quote {
                Some(quote) => !matches!(&quote.target, QuoteTarget::Message(id) if id.is_empty()),
                None => false,
            }),
            Self::Echo => any(&|event| matches!(event, InboundEvent::Echo(_))),
            Self::Status => any(&|event| matches!(event, InboundEvent::Status(_))),
            Self::StatusFailed => any(
                &|event| matches!(event, InboundEvent::Status(report) if matches!(report.status, DeliveryStatus::Failed(_))),
            ),
            Self::Seen => any(&|event| matches!(event, InboundEvent::Seen { .. } | InboundEvent::Status(_))),
            Self::Press => {
                any(&|event| matches!(event, InboundEvent::Pressed(_)))
                    || message(&|message| matches!(message.card, Some(Card::Reply(_))))
            }
            Self::Blocked => {
                any(&|event| matches!(event, InboundEvent::Reachability(change) if !change.reachable))
            }
            Self::Unblocked => {
                any(&|event| matches!(event, InboundEvent::Reachability(change) if change.reachable))
            }
            Self::Refused => {
                any(&|event| matches!(event, InboundEvent::Refused(refused) if !refused.words.is_empty()))
            }
            Self::ChatMoved => {
                any(&|event| matches!(event, InboundEvent::ChatMoved(moved) if moved.from != moved.to))
            }
            Self::Service => !events.is_empty() && !any(&|event| matches!(event, InboundEvent::Message(_))),
            Self::Account => any(&|event| matches!(event, InboundEvent::Account(_))),
            Self::Identity => any(&|event| matches!(event, InboundEvent::Identity(_))),
            Self::Opened => any(&|event| matches!(event, InboundEvent::Opened(_))),
            Self::Preference => any(&|event| matches!(event, InboundEvent::Preference(_))),
        };
        if holds { Ok(()) } else { Err(format!("its events do not show a case of {}", self.name())) }
    }
}

fn has_file(message: &InboundMessage, kind: MediaKind) -> bool {
    message.attachments.iter().any(|source| match source {
        AttachmentSource::Remote(media) => {
            media.kind == kind && (media.reference.is_some() || media.unavailable.is_some())
        }
        _ => false,
    })
}
