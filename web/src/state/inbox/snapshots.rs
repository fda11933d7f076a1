//! Takes what was asked for: pages of lists and threads, single conversations, counters.

use shared::ConversationId;

use super::{Asked, Inbox};
use crate::api::channels::ChannelSummary;
use crate::api::conversations::{Conversation, ViewCounts};
use crate::api::messages::Message;
use crate::app::route::InboxView as View;
use crate::state::event::{Change, Outcome};
use crate::state::list::{Key, List, Reach, holds};
use crate::state::outbox::Pending;
use crate::state::thread::Thread;

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

/// How many threads are kept up to date: going back to one of the last opened shows it at once.
const THREADS_KEPT_MAX: usize = 12;

impl Inbox {
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

    /// The workspace's channels have come anew: what may be sent depends on how they stand.
    pub fn channels_loaded(&mut self, channels: &[ChannelSummary]) -> Outcome {
        let mut outcome = Outcome::default();
        let stale: Vec<(Conversation, i64)> = self
            .conversations
            .values()
            .filter_map(|known| {
                let old = &known.conversation.channel;
                let channel = channels.iter().find(|channel| channel.id == old.id && *channel != old)?;
                let conversation = Conversation { channel: channel.clone(), ..(*known.conversation).clone() };
                Some((conversation, known.touched))
            })
            .collect();
        for (conversation, touched) in stale {
            self.put(conversation, touched, &mut outcome);
        }
        outcome
    }

    /// How far this member has read in a conversation, from a query or an own request that succeeded.
    pub fn read_loaded(&mut self, id: ConversationId, read: i64) -> Outcome {
        let mut outcome = Outcome::default();
        self.advance_read(id, read, &mut outcome);
        outcome
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
}
