//! What the inbox knows, as plain types without a browser: `state + event → state`.
//!
//! Three sources feed it: live events, which are numbered without gaps; pages and answers, which are
//! snapshots taken at some time after they were asked for; and what the agent does here and now.
//! Two rules keep them from contradicting each other, whatever the order they arrive in:
//!
//! 1. A snapshot never overwrites what an event changed after the snapshot was asked for. Where the
//!    snapshot was newer still, the events that made it so are on their way.
//! 2. A list is not a sequence of pages but all known conversations that belong to the view, cut off at the
//!    end of the last page loaded. A row that moves while a page is under way can neither vanish nor double.

pub mod answering;
pub mod attaching;
pub mod choices;
pub mod counts;
pub mod event;
pub mod inbox;
pub mod list;
pub mod outbox;
pub mod place;
#[cfg(test)]
mod properties;
pub mod template;
pub mod thread;
