//! Conversations: the inbox's list, and what agents do with a thread.

mod counters;

pub use counters::{ChangedCounter, Counter, CounterDeltas, apply as apply_counters};
