//! Conversations: the inbox's list, and what agents do with a thread.

mod channel;
mod complete;
mod counters;
mod release;
pub mod store;

pub use channel::{Channel, channels_by_ids};
pub use complete::{FullConversation, complete};
pub use counters::{ChangedCounter, Counter, CounterDeltas, apply as apply_counters};
pub use release::release_all_of;
pub use store::Conversation;
