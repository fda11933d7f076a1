//! Conversations: the inbox's list, and what agents do with a thread.
//!
//! Every change locks the conversation first ([`changing`]), says so in the thread as an activity, and
//! moves the counters by the difference; audit and event numbers come last, at the commit.

mod assign;
mod changing;
mod close;
mod complete;
mod counters;
pub mod drafts;
pub mod graphql;
mod list;
pub mod loaders;
mod mark_read;
mod preview;
mod release;
mod reopen;
mod snooze;
pub mod store;
mod views;

pub use assign::assign;
pub(crate) use assign::give;
pub(crate) use changing::Changing;
pub use close::close;
pub use complete::{FullConversation, complete, complete_one};
pub use counters::{ChangedCounter, Counter, CounterDeltas, apply as apply_counters};
pub use list::{Listing, Position, STATEMENTS as LIST_STATEMENTS, View, list};
pub use mark_read::{mark_read, read_counts};
pub use preview::preview;
pub use release::release_all_of;
pub(crate) use reopen::open_again;
pub use reopen::reopen;
pub use snooze::{WAKE, snooze, wake};
pub use store::Conversation;
pub use views::{ViewCounts, event_seq, view_counts};
