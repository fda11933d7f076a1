//! What goes out: handed to the platforms in order, once, at a pace they bear, and followed until it has arrived.
//!
//! A mutation stores a message, cuts it into transmissions ([`channel_core::ChannelAdapter::plan`]), and puts those in
//! line in the same transaction ([`enqueue_message`]). The [sender](start) of one process has the lease of a channel
//! and keeps its pace; lines of one person go out one after the other. That a call begins is committed before it is
//! made: after a crash, what may have gone out is never repeated by itself, but waits for the platform's word
//! ([`statuses`], [`settle_echo`]) or for the agent's.

mod allowed;
mod by_hand;
mod call;
mod changes;
mod consequences;
mod enqueue;
mod files;
mod finish;
pub mod graphql;
mod known_media;
mod lanes;
mod office;
mod outcome;
mod pace;
pub(crate) mod parts;
mod progress;
mod provenance;
mod read_out;
mod retry;
mod sender;
mod settings;
mod settle;
pub mod statuses;
mod store;
mod transmissions;
mod typing;

pub use allowed::{Footing, Reach, footing, reach};
pub use by_hand::settle_by_hand;
pub(crate) use enqueue::{MessageChange, enqueue_change};
pub use enqueue::{NewTransmissions, Target, enqueue_act, enqueue_beside, enqueue_message};
pub use provenance::{History, Provenance, TransmissionEvent, provenance};
pub(crate) use read_out::note_read;
pub use retry::{resume, retry};
pub use sender::{Outbox, start};
pub use settings::OutboxSettings;
pub use settle::settle_echo;
pub use transmissions::{Transmission, transmissions_of};
pub use typing::TypingOut;
