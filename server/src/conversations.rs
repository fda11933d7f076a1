//! Conversations: the inbox's list, and what agents do with a thread.

mod counters;
mod release;

pub use counters::{ChangedCounter, Counter, CounterDeltas, apply as apply_counters};
pub use release::release_all_of;
