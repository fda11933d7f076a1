//! What applying something leads to.

use shared::ConversationId;

/// What changed, so that only the parts of the page that show it are drawn again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Change {
    /// A conversation's own fields, or its unread count.
    Conversation(ConversationId),
    /// Which rows a list has, or their order, or its loading state.
    Lists,
    /// A thread's entries, or what waits to be sent in it.
    Thread(ConversationId),
    /// Counters.
    Counts,
    /// Who is looking or typing.
    Presence(ConversationId),
}

/// What the state cannot do by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Throw away what was loaded and start from the server's present.
    Reload,
    /// A conversation appeared in an event, which does not say how much of it this member has read.
    FetchReadCount(ConversationId),
    /// The customer wrote: worth a sound when nobody looks.
    CustomerWrote(ConversationId),
}

/// What applying something led to.
#[derive(Debug, Default)]
pub struct Outcome {
    /// What to draw again.
    pub changes: Vec<Change>,
    /// What to do.
    pub effects: Vec<Effect>,
}

impl Outcome {
    /// Notes a change once.
    pub fn changed(&mut self, change: Change) {
        if !self.changes.contains(&change) {
            self.changes.push(change);
        }
    }
}
