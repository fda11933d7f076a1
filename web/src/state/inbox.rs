//! The whole of it: conversations, lists, threads, counters, reading, presence, and the cursor.

mod own;
mod shown;
mod snapshots;

use std::collections::HashMap;
use std::sync::Arc;

use shared::{AuthorKind, ConversationId, Direction, MemberId};

use super::counts::Counts;
use super::event::{Change, Effect, Outcome};
use super::list::{Key, List, holds};
use super::outbox::Outbox;
use super::thread::Thread;
use crate::api::conversations::Conversation;
use crate::api::live::{EventKind, Presence, WorkspaceEvent};
use crate::api::messages::Message;
use crate::app::route::InboxView as View;
pub use snapshots::{ListPage, ThreadPage};

/// When a snapshot was asked for: its answer shows the server at that time or later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked {
    /// Counts the reloads: an answer from before one is worth nothing.
    generation: u32,
    /// The last event applied then.
    cursor: i64,
}

/// A conversation and the event that last changed it here.
#[derive(Debug, Clone)]
struct Known {
    conversation: Arc<Conversation>,
    touched: i64,
    /// How many of the customer's messages this member has read; only ever grows.
    read: Option<i64>,
}

/// What one member's inbox knows.
#[derive(Debug)]
pub struct Inbox {
    me: MemberId,
    /// The last event applied; `None` before the first load and while everything is loaded again.
    cursor: Option<i64>,
    generation: u32,
    conversations: HashMap<ConversationId, Known>,
    lists: Vec<(View, List)>,
    threads: Vec<(ConversationId, Thread)>,
    counts: Counts,
    /// What is on its way to the server.
    pub outbox: Outbox,
    presence: Option<(ConversationId, Vec<Presence>)>,
}

impl Inbox {
    /// Knows nothing yet.
    #[must_use]
    pub fn new(me: MemberId) -> Self {
        Self {
            me,
            cursor: None,
            generation: 0,
            conversations: HashMap::new(),
            lists: Vec::new(),
            threads: Vec::new(),
            counts: Counts::default(),
            outbox: Outbox::default(),
            presence: None,
        }
    }

    /// The signed-in member.
    #[must_use]
    pub fn me(&self) -> MemberId {
        self.me
    }

    /// What to subscribe after; `None` until loaded.
    #[must_use]
    pub fn cursor(&self) -> Option<i64> {
        self.cursor
    }

    /// To be taken when asking for a snapshot, and handed in with its answer.
    #[must_use]
    pub fn asking(&self) -> Asked {
        Asked { generation: self.generation, cursor: self.cursor.unwrap_or_default() }
    }

    /// Starts from the server's present: `cursor` was read before everything that is loaded from now on.
    /// What the agent has written and not yet sent stays.
    pub fn restart(&mut self, cursor: i64) {
        self.cursor = Some(cursor);
        self.generation += 1;
        self.conversations.clear();
        self.lists.clear();
        self.threads.clear();
        self.counts = Counts::default();
    }

    /// Applies one event. What was applied before is dropped; a gap, or a cursor the server does not know,
    /// stops applying and asks for a reload.
    pub fn apply(&mut self, event: WorkspaceEvent) -> Outcome {
        let mut outcome = Outcome::default();
        let Some(cursor) = self.cursor else { return outcome };
        if event.kind == EventKind::Resync || event.seq > cursor + 1 {
            self.cursor = None;
            outcome.effects.push(Effect::Reload);
            return outcome;
        }
        if event.seq <= cursor {
            return outcome;
        }
        let seq = event.seq;
        self.cursor = Some(seq);
        let created = event.kind == EventKind::MessageCreated;
        let conversation_id = event.conversation.as_ref().map(|conversation| conversation.id);

        if let Some(conversation) = event.conversation {
            self.put_conversation(conversation, seq, &mut outcome);
        }
        if let Some(message) = event.message {
            self.put_message(message, seq, created, &mut outcome);
        }
        if event.kind == EventKind::ReadMoved
            && event.member_id == Some(self.me)
            && let (Some(id), Some(read)) = (conversation_id, event.read_count)
        {
            self.advance_read(id, read, &mut outcome);
        }
        if event.view_counts.is_some_and(|changed| self.counts.apply(seq, &changed, self.me)) {
            outcome.changed(Change::Counts);
        }
        outcome
    }

    /// Who else is here, the full list; it counts only for the conversation that is open.
    pub fn presence_changed(&mut self, id: ConversationId, others: Vec<Presence>) -> Outcome {
        let mut outcome = Outcome::default();
        if let Some((before, _)) = self.presence.replace((id, others))
            && before != id
        {
            outcome.changed(Change::Presence(before));
        }
        outcome.changed(Change::Presence(id));
        outcome
    }

    /// The same, to note that a page is under way.
    pub fn thread_mut(&mut self, id: ConversationId) -> Option<&mut Thread> {
        self.threads.iter_mut().find(|(of, _)| *of == id).map(|(_, thread)| thread)
    }

    /// An event's conversation.
    fn put_conversation(&mut self, conversation: Conversation, seq: i64, outcome: &mut Outcome) {
        let id = conversation.id;
        self.put(conversation, seq, outcome);
        if self.conversations.get(&id).is_some_and(|known| known.read.is_none()) {
            outcome.effects.push(Effect::FetchReadCount(id));
        }
    }

    fn put(&mut self, conversation: Conversation, touched: i64, outcome: &mut Outcome) {
        let id = conversation.id;
        let fresh = Arc::new(conversation);
        let before = self.conversations.get(&id);
        let read = before.and_then(|known| known.read);
        let before = before.map(|known| known.conversation.clone());
        self.conversations.insert(id, Known { conversation: fresh.clone(), touched, read });
        if before.as_ref() == Some(&fresh) {
            return;
        }
        let me = self.me;
        for (view, list) in &mut self.lists {
            let was = before.as_ref().filter(|old| holds(*view, old, me)).map(|old| Key::of(old));
            let is = holds(*view, &fresh, me).then(|| Key::of(&fresh));
            if was != is {
                if let Some(key) = was {
                    list.remove(key);
                }
                if let Some(key) = is {
                    list.insert(key);
                }
                outcome.changed(Change::Lists);
            }
        }
        outcome.changed(Change::Conversation(id));
    }

    fn put_message(&mut self, message: Message, seq: i64, created: bool, outcome: &mut Outcome) {
        let id = message.conversation_id;
        if created && message.direction == Direction::Inbound && message.author.kind == AuthorKind::Contact {
            outcome.effects.push(Effect::CustomerWrote(id));
        }
        let pending =
            message.client_id.as_deref().is_some_and(|client_id| self.outbox.remove(client_id).is_some());
        if let Some(thread) = self.thread_mut(id) {
            thread.apply(Arc::new(message), seq);
            outcome.changed(Change::Thread(id));
        } else if pending {
            outcome.changed(Change::Thread(id));
        }
    }

    fn advance_read(&mut self, id: ConversationId, read: i64, outcome: &mut Outcome) {
        if let Some(known) = self.conversations.get_mut(&id)
            && known.read.is_none_or(|before| before < read)
        {
            known.read = Some(read);
            outcome.changed(Change::Conversation(id));
            // How many conversations have something unread is counted with the views.
            outcome.changed(Change::Counts);
        }
    }
}
