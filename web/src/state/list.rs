//! A view's list: everything known that belongs to it, newest activity first, cut off where loading stopped.

use shared::{ConversationId, ConversationStatus, MemberId};

use crate::api::Timestamp;
use crate::api::conversations::Conversation;
use crate::app::route::InboxView as View;

/// Whether a conversation belongs to a view, for the member `me`.
#[must_use]
pub fn holds(view: View, conversation: &Conversation, me: MemberId) -> bool {
    let open = conversation.status == ConversationStatus::Open;
    match view {
        View::Mine => open && conversation.assignee.as_ref().is_some_and(|member| member.id == me),
        View::Unassigned => open && conversation.assignee.is_none(),
        View::All => open,
        View::Snoozed => conversation.status == ConversationStatus::Snoozed,
        View::Closed => conversation.status == ConversationStatus::Closed,
        View::Channel(id) => open && conversation.channel.id == id,
    }
}

/// What a list sorts by, in both parts from high to low.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// First by the last activity.
    pub at: Timestamp,
    /// Then by id.
    pub id: ConversationId,
}

impl Key {
    /// A conversation's place.
    #[must_use]
    pub fn of(conversation: &Conversation) -> Self {
        Self { at: conversation.last_activity_at, id: conversation.id }
    }
}

/// How far a list has been loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// No page yet.
    Nothing,
    /// Down to this row; the server's cursor asks for what follows.
    To(Key, String),
    /// To the end.
    End,
}

/// A view's rows.
#[derive(Debug, Clone)]
pub struct List {
    /// Everything known that belongs here, highest first: also what lies beyond the reach.
    keys: Vec<Key>,
    reach: Reach,
    /// A page is under way.
    pub loading: bool,
    /// The last page could not be had.
    pub failed: bool,
}

impl Default for List {
    fn default() -> Self {
        Self { keys: Vec::new(), reach: Reach::Nothing, loading: false, failed: false }
    }
}

impl List {
    /// The rows to show. What is known but lies below the last page loaded is not among them: between it and
    /// that page there may be rows we do not know.
    #[must_use]
    pub fn rows(&self) -> &[Key] {
        let shown = match &self.reach {
            Reach::Nothing => 0,
            Reach::To(last, _) => self.keys.partition_point(|key| key >= last),
            Reach::End => self.keys.len(),
        };
        self.keys.get(..shown).unwrap_or_default()
    }

    /// How far it has been loaded.
    #[must_use]
    pub fn reach(&self) -> &Reach {
        &self.reach
    }

    /// Puts a row in its place.
    pub fn insert(&mut self, key: Key) {
        if let Err(at) = self.keys.binary_search_by(|known| key.cmp(known)) {
            self.keys.insert(at, key);
        }
    }

    /// Takes a row out.
    pub fn remove(&mut self, key: Key) {
        if let Ok(at) = self.keys.binary_search_by(|known| key.cmp(known)) {
            self.keys.remove(at);
        }
    }

    /// A page has come: the list is known down to its last row, or to the end.
    pub fn extend_to(&mut self, last: Option<(Key, String)>, more: bool) {
        self.loading = false;
        self.failed = false;
        match (more, last) {
            (true, Some((key, cursor))) => {
                // The answer to an older question does not take back what is known by now.
                let further = match &self.reach {
                    Reach::Nothing => true,
                    Reach::To(known, _) => key < *known,
                    Reach::End => false,
                };
                if further {
                    self.reach = Reach::To(key, cursor);
                }
            }
            _ => self.reach = Reach::End,
        }
    }
}
