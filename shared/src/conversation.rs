//! Conversations: where they stand and who handles them.

use crate::stored::stored_enum;

stored_enum! {
    /// What kind of thread a conversation is.
    ConversationKind {
        /// A private thread on a messaging platform.
        Direct = 1 / "direct",
        /// A public comment thread under a post.
        Comment = 2 / "comment",
        /// A chat on the business's own site.
        Chat = 3 / "chat",
    }
}

stored_enum! {
    /// Where a conversation stands in the team's day. A snoozed one also has a time at which it opens again.
    ConversationStatus {
        /// Needs attention, now or soon.
        Open = 1 / "open",
        /// Comes back at a set time, or when the customer writes.
        Snoozed = 2 / "snoozed",
        /// Done, until the customer writes again.
        Closed = 3 / "closed",
    }
}

stored_enum! {
    /// Who answers at the moment; apart from the status.
    Handler {
        /// People.
        Human = 1 / "human",
        /// A bot, until a human sends.
        Bot = 2 / "bot",
        /// Nobody yet.
        Nobody = 3 / "none",
    }
}
