//! What is read from it.

use std::sync::Arc;

use shared::ConversationId;

use super::{Inbox, Known};
use crate::api::conversations::Conversation;
use crate::api::live::Presence;
use crate::app::route::InboxView as View;
use crate::state::counts::Counts;
use crate::state::list::{List, holds};
use crate::state::thread::Thread;

impl Inbox {
    /// A conversation by its id.
    #[must_use]
    pub fn conversation(&self, id: ConversationId) -> Option<Arc<Conversation>> {
        self.conversations.get(&id).map(|known| known.conversation.clone())
    }

    /// How many of the customer's messages this member has not read; `None` while unknown.
    #[must_use]
    pub fn unread(&self, id: ConversationId) -> Option<i64> {
        let known = self.conversations.get(&id)?;
        Some((known.conversation.inbound_count - known.read?).max(0))
    }

    /// How many open conversations that are mine or nobody's have something unread, as far as they are loaded.
    #[must_use]
    pub fn unread_conversations(&self) -> usize {
        let mine = |conversation: &Conversation| {
            holds(View::Mine, conversation, self.me) || holds(View::Unassigned, conversation, self.me)
        };
        let unread = |known: &&Known| {
            mine(&known.conversation)
                && known.read.is_some_and(|read| read < known.conversation.inbound_count)
        };
        self.conversations.values().filter(unread).count()
    }

    /// Whether a customer waits for an answer in a view, as far as it is loaded.
    #[must_use]
    pub fn someone_waits(&self, view: View) -> bool {
        let mut known = self.conversations.values().map(|known| &known.conversation);
        known.any(|conversation| conversation.waiting_since.is_some() && holds(view, conversation, self.me))
    }

    /// A view's list, if it was ever asked for.
    #[must_use]
    pub fn list(&self, view: View) -> Option<&List> {
        self.lists.iter().find(|(of, _)| *of == view).map(|(_, list)| list)
    }

    /// An opened conversation's thread.
    #[must_use]
    pub fn thread(&self, id: ConversationId) -> Option<&Thread> {
        self.threads.iter().find(|(of, _)| *of == id).map(|(_, thread)| thread)
    }

    /// The counters.
    #[must_use]
    pub fn counts(&self) -> &Counts {
        &self.counts
    }

    /// Who else is in a conversation.
    #[must_use]
    pub fn presence(&self, id: ConversationId) -> &[Presence] {
        self.presence.as_ref().filter(|(of, _)| *of == id).map_or(&[], |(_, others)| others.as_slice())
    }
}
