//! One conversation's messages, from the newest back to where loading stopped.

use std::sync::Arc;

use crate::api::messages::Message;

/// How far back a thread has been loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Back {
    /// The first page is under way.
    Nothing,
    /// From this number on; the server's cursor asks for what came before.
    From(i64, String),
    /// To the first message.
    Start,
}

/// A message and the event that last changed it here; 0 when it came with a page.
#[derive(Debug, Clone)]
struct Slot {
    message: Arc<Message>,
    touched: i64,
}

/// The messages of one conversation.
#[derive(Debug, Clone)]
pub struct Thread {
    /// By number, lowest first. Live ones are kept while the first page is still under way.
    slots: Vec<Slot>,
    back: Back,
    /// An older page is under way.
    pub loading_older: bool,
    /// The last page could not be had.
    pub failed: bool,
}

impl Default for Thread {
    fn default() -> Self {
        Self { slots: Vec::new(), back: Back::Nothing, loading_older: false, failed: false }
    }
}

impl Thread {
    /// What to show, lowest number first; `None` until the first page is here.
    #[must_use]
    pub fn messages(&self) -> Option<Vec<Arc<Message>>> {
        let first = match &self.back {
            Back::Nothing => return None,
            Back::From(first, _) => *first,
            Back::Start => i64::MIN,
        };
        Some(
            self.slots
                .iter()
                .filter(|slot| slot.message.seq >= first)
                .map(|slot| slot.message.clone())
                .collect(),
        )
    }

    /// How far back it is loaded.
    #[must_use]
    pub fn back(&self) -> &Back {
        &self.back
    }

    /// The newest number the agent can have seen.
    #[must_use]
    pub fn last_seq(&self) -> i64 {
        self.slots.last().map_or(0, |slot| slot.message.seq)
    }

    /// Whether the server has this one already.
    #[must_use]
    pub fn has_client_id(&self, client_id: &str) -> bool {
        self.slots.iter().any(|slot| slot.message.client_id.as_deref() == Some(client_id))
    }

    /// Takes a message from an event (`touched` is its number).
    pub fn apply(&mut self, message: Arc<Message>, touched: i64) {
        self.put(message, touched);
    }

    /// Takes a message from an answer that was asked for when the cursor stood at `asked_at`.
    pub fn merge(&mut self, message: Arc<Message>, asked_at: i64) {
        let newer = self.slots.iter().any(|slot| slot.message.seq == message.seq && slot.touched > asked_at);
        if !newer {
            self.put(message, 0);
        }
    }

    /// A page has come: the thread is known back to its first message, or to the start.
    pub fn extend_back(
        &mut self,
        messages: Vec<Message>,
        start_cursor: Option<String>,
        more: bool,
        asked_at: i64,
    ) {
        self.loading_older = false;
        self.failed = false;
        let first = messages.first().map(|message| message.seq);
        for message in messages {
            self.merge(Arc::new(message), asked_at);
        }
        match (more, first, start_cursor) {
            (true, Some(first), Some(cursor)) => {
                let further = match &self.back {
                    Back::Nothing => true,
                    Back::From(known, _) => first < *known,
                    Back::Start => false,
                };
                if further {
                    self.back = Back::From(first, cursor);
                }
            }
            _ => self.back = Back::Start,
        }
    }

    fn put(&mut self, message: Arc<Message>, touched: i64) {
        let slot = Slot { touched, message };
        match self.slots.binary_search_by_key(&slot.message.seq, |known| known.message.seq) {
            Ok(at) => {
                if let Some(known) = self.slots.get_mut(at) {
                    *known = slot;
                }
            }
            Err(at) => self.slots.insert(at, slot),
        }
    }
}
