//! What comes in, in the same words for every provider.
//!
//! Every type here serialises: expected events of the conformance suite and stored provenance are written so.

mod account;
mod card;
mod change;
mod media;
mod message;
mod person;
mod reaction;
mod status;

use serde::{Deserialize, Serialize};

pub use account::{AccountEvent, Refused, TemplateChange};
pub use card::{
    ButtonReply, Card, ContactCard, LabelledValue, LinkCard, Location, Order, OrderItem, ReplyKind,
};
pub use change::{
    ButtonPress, By, ChatMoved, Edit, IdentityChange, Opened, Preference, Reachability, ThreadControl, Unsend,
};
pub use media::{AttachmentSource, MediaRef, RemoteMedia};
pub use message::{Comment, Echo, EchoSource, Forwarded, InboundMessage, Page, Quote, QuoteTarget, Referral};
pub use person::{Alias, AliasKind, Profile, Sender};
pub use reaction::{Reaction, ReactionChange};
pub use status::{DeliveryStatus, Failure, Pricing, StatusReport, StatusTarget};

/// One thing that happened outside. The list grows with the channels.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum InboundEvent {
    /// A person wrote.
    Message(Box<InboundMessage>),
    /// The business wrote, but not through us; or our own message came back, which settles an uncertain send.
    Echo(Box<Echo>),
    /// A message got other words.
    Edited(Box<Edit>),
    /// Messages were taken back: their content goes, everywhere.
    Unsent(Unsend),
    /// Somebody's reactions to a message are now these.
    Reacted(ReactionChange),
    /// How far messages of ours have come.
    Status(Box<StatusReport>),
    /// A person has seen everything up to a number of our own thread.
    Seen {
        /// Who.
        sender: Sender,
        /// The conversation's number of the last entry that was on the person's screen.
        up_to_seq: i64,
    },
    /// A button under a message was pressed, and nothing was written.
    Pressed(Box<ButtonPress>),
    /// A person opened the thread without writing: a start link, a first look, a click on an ad.
    Opened(Box<Opened>),
    /// A person is typing, or stopped. Never stored.
    Typing {
        /// Who.
        sender: Sender,
        /// Typing now.
        on: bool,
    },
    /// A person can be written to no more, or again.
    Reachability(Reachability),
    /// A person allows or forbids a kind of message.
    Preference(Preference),
    /// A person's names on the platform changed.
    Identity(Box<IdentityChange>),
    /// A thread goes on under another id; the old one is dead.
    ChatMoved(ChatMoved),
    /// Another application took the thread, or gave it back.
    ThreadControl(ThreadControl),
    /// Something about the account as a whole.
    Account(Box<AccountEvent>),
    /// It came from where this channel does not listen (a group): nothing is stored but this notice.
    Refused(Refused),
    /// Something this adapter does not translate, and that shows nothing in a thread; kept with its delivery
    /// and named there. (What a person sent and we cannot show is a message with [`Card::Unsupported`].)
    Unsupported {
        /// The provider's word for it.
        what: String,
    },
    /// One event of the delivery cannot be read; its neighbours can.
    Broken {
        /// Where in the delivery: a JSON pointer.
        at: String,
        /// Why; a place and a type, never content.
        reason: String,
    },
}
