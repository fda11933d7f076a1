//! The whole of it: conversations, lists, threads, counters, reading, presence, and the cursor.

use std::collections::HashMap;
use std::sync::Arc;

use shared::{AuthorKind, ConversationId, Direction, MemberId};

use super::counts::Counts;
use super::event::{Change, Effect, Outcome};
use super::list::{Key, List, Reach, holds};
use super::outbox::{Outbox, Pending, PendingState};
use super::thread::Thread;
use crate::api::conversations::{Conversation, ViewCounts};
use crate::api::live::{EventKind, Presence, WorkspaceEvent};
use crate::api::messages::Message;
use crate::app::route::InboxView as View;

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

/// A page of a list, as it came.
#[derive(Debug, Clone)]
pub struct ListPage {
    /// Newest activity first.
    pub rows: Vec<Conversation>,
    /// Where the next page begins.
    pub end_cursor: Option<String>,
    /// There is a next page.
    pub more: bool,
}

/// A page of a thread, as it came.
#[derive(Debug, Clone)]
pub struct ThreadPage {
    /// Lowest number first.
    pub messages: Vec<Message>,
    /// Where the page before it ends.
    pub start_cursor: Option<String>,
    /// There is a page before it.
    pub more: bool,
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

/// How many threads are kept up to date: going back to one of the last opened shows it at once.
const THREADS_KEPT_MAX: usize = 12;

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

    /// Takes the counters of a query.
    pub fn counts_loaded(&mut self, asked: Asked, loaded: &ViewCounts) -> Outcome {
        let mut outcome = Outcome::default();
        if asked.generation == self.generation {
            self.counts.load(asked.cursor, loaded);
            outcome.changed(Change::Counts);
        }
        outcome
    }

    /// A page of a list is about to be asked for: where it begins, or `None` when it is under way or not needed.
    pub fn page_wanted(&mut self, view: View) -> Option<(Asked, Option<String>)> {
        let asked = self.asking();
        let list = self.list_mut(view);
        if list.loading {
            return None;
        }
        let after = match list.reach() {
            Reach::Nothing => None,
            Reach::To(_, cursor) => Some(cursor.clone()),
            Reach::End => return None,
        };
        list.loading = true;
        Some((asked, after))
    }

    /// A page of a list has come.
    pub fn page_loaded(&mut self, view: View, asked: Asked, page: ListPage) -> Outcome {
        let mut outcome = Outcome::default();
        if asked.generation != self.generation {
            return outcome;
        }
        // The cut is made where the page ended on the server, also when that row has moved away since. The lowest
        // row and not the last one: the server sorts by microseconds, which our times do not have.
        let last = page.rows.iter().map(Key::of).min().zip(page.end_cursor);
        for row in page.rows {
            self.merge_conversation(row, asked, &mut outcome);
        }
        self.list_mut(view).extend_to(last, page.more);
        outcome.changed(Change::Lists);
        outcome
    }

    /// A page of a list could not be had.
    pub fn page_failed(&mut self, view: View, asked: Asked) -> Outcome {
        let mut outcome = Outcome::default();
        if asked.generation == self.generation {
            let list = self.list_mut(view);
            list.loading = false;
            list.failed = true;
            outcome.changed(Change::Lists);
        }
        outcome
    }

    /// A single conversation has come: opened by its address, or the answer to something the agent did.
    pub fn conversation_loaded(&mut self, asked: Asked, conversation: Conversation) -> Outcome {
        let mut outcome = Outcome::default();
        if asked.generation == self.generation {
            self.merge_conversation(conversation, asked, &mut outcome);
        }
        outcome
    }

    /// How far this member has read in a conversation, from a query or an own request that succeeded.
    pub fn read_loaded(&mut self, id: ConversationId, read: i64) -> Outcome {
        let mut outcome = Outcome::default();
        self.advance_read(id, read, &mut outcome);
        outcome
    }

    /// Marks all that is known of a conversation as read. The count to tell the server, when that is news.
    pub fn read_all(&mut self, id: ConversationId) -> (Option<i64>, Outcome) {
        let mut outcome = Outcome::default();
        let count = self.conversations.get(&id).map(|known| known.conversation.inbound_count);
        let news = self.unread(id).is_none_or(|unread| unread > 0);
        match count {
            Some(count) if news && count > 0 => {
                self.advance_read(id, count, &mut outcome);
                (Some(count), outcome)
            }
            _ => (None, outcome),
        }
    }

    /// A thread is opened. `true` when its first page must be asked for.
    pub fn open_thread(&mut self, id: ConversationId) -> bool {
        let known = self.threads.iter().position(|(of, _)| *of == id).map(|at| self.threads.remove(at));
        let fresh = known.is_none();
        self.threads.push(known.unwrap_or_else(|| (id, Thread::default())));
        if self.threads.len() > THREADS_KEPT_MAX {
            self.threads.remove(0);
        }
        fresh
    }

    /// A page of a thread has come: its newest messages, or older ones.
    pub fn thread_loaded(&mut self, id: ConversationId, asked: Asked, page: ThreadPage) -> Outcome {
        let mut outcome = Outcome::default();
        if asked.generation != self.generation {
            return outcome;
        }
        if let Some(thread) = self.thread_mut(id) {
            thread.extend_back(page.messages, page.start_cursor, page.more, asked.cursor);
            self.confirm_all(id);
            outcome.changed(Change::Thread(id));
        }
        outcome
    }

    /// A page of a thread could not be had.
    pub fn thread_failed(&mut self, id: ConversationId) -> Outcome {
        let mut outcome = Outcome::default();
        if let Some(thread) = self.thread_mut(id) {
            thread.failed = true;
            thread.loading_older = false;
            outcome.changed(Change::Thread(id));
        }
        outcome
    }

    /// The server's answer to a message of ours: it is stored, and no longer pending.
    pub fn message_confirmed(&mut self, client_id: &str, asked: Asked, message: Message) -> Outcome {
        let mut outcome = Outcome::default();
        let id = message.conversation_id;
        self.outbox.remove(client_id);
        if asked.generation == self.generation
            && let Some(thread) = self.thread_mut(id)
        {
            thread.merge(Arc::new(message), asked.cursor);
        }
        outcome.changed(Change::Thread(id));
        outcome
    }

    /// Something new to send: shown at once.
    pub fn enqueue(&mut self, pending: Pending) -> Outcome {
        let mut outcome = Outcome::default();
        outcome.changed(Change::Thread(pending.conversation_id));
        self.outbox.push(pending);
        outcome
    }

    /// Where a pending message stands has changed.
    pub fn pending_changed(&mut self, client_id: &str, state: PendingState) -> Outcome {
        let mut outcome = Outcome::default();
        if let Some(pending) = self.outbox.get(client_id) {
            outcome.changed(Change::Thread(pending.conversation_id));
        }
        self.outbox.set_state(client_id, state);
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

    /// The same, to note that a page is under way.
    pub fn thread_mut(&mut self, id: ConversationId) -> Option<&mut Thread> {
        self.threads.iter_mut().find(|(of, _)| *of == id).map(|(_, thread)| thread)
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

    fn list_mut(&mut self, view: View) -> &mut List {
        let at = match self.lists.iter().position(|(of, _)| *of == view) {
            Some(at) => at,
            None => {
                let mut list = List::default();
                for known in
                    self.conversations.values().filter(|known| holds(view, &known.conversation, self.me))
                {
                    list.insert(Key::of(&known.conversation));
                }
                self.lists.push((view, list));
                self.lists.len() - 1
            }
        };
        #[expect(clippy::indexing_slicing, reason = "the position was just found or made")]
        &mut self.lists[at].1
    }

    /// A snapshot's row: taken unless an event changed the conversation after the snapshot was asked for.
    fn merge_conversation(&mut self, conversation: Conversation, asked: Asked, outcome: &mut Outcome) {
        let id = conversation.id;
        let read = conversation.read_count;
        let newer = self.conversations.get(&id).is_some_and(|known| known.touched > asked.cursor);
        if !newer {
            // The mark of an earlier event stays: it guards against snapshots asked for before it.
            let touched = self.conversations.get(&id).map_or(0, |known| known.touched);
            self.put(conversation, touched, outcome);
        }
        if let Some(read) = read {
            self.advance_read(id, read, outcome);
        }
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

    /// Everything pending that a loaded page shows as stored.
    fn confirm_all(&mut self, id: ConversationId) {
        let Some((_, thread)) = self.threads.iter().find(|(of, _)| *of == id) else { return };
        let stored = |pending: &&Pending| thread.has_client_id(&pending.client_id);
        let confirmed: Vec<String> =
            self.outbox.of(id).filter(stored).map(|one| one.client_id.clone()).collect();
        for client_id in confirmed {
            self.outbox.remove(&client_id);
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
