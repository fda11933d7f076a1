//! Takes what the agent does here and now.

use std::sync::Arc;

use shared::ConversationId;

use super::{Asked, Inbox};
use crate::api::messages::Message;
use crate::state::event::{Change, Outcome};
use crate::state::outbox::{Pending, PendingState};

impl Inbox {
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

    /// The server's answer to something that was done with a message.
    pub fn message_loaded(&mut self, asked: Asked, message: Message) -> Outcome {
        let mut outcome = Outcome::default();
        let id = message.conversation_id;
        if asked.generation == self.generation
            && let Some(thread) = self.thread_mut(id)
        {
            thread.merge(Arc::new(message), asked.cursor);
            outcome.changed(Change::Thread(id));
        }
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
}
