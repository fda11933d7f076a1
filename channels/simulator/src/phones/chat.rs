//! A chat of one phone with one account.

use std::collections::VecDeque;

use serde::Serialize;

use super::message::{Message, Receipt, Side};

/// Which chat: the account, and the phone or group.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct ChatKey {
    /// `tg:…`, `tgb:…` or `wa:…`.
    pub account: String,
    /// The phone's id, or `group:<chat id>`.
    pub phone: String,
}

impl ChatKey {
    /// Names a chat.
    #[must_use]
    pub fn new(account: impl Into<String>, phone: impl Into<String>) -> Self {
        Self { account: account.into(), phone: phone.into() }
    }
}

/// What the phone remembers of a chat.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Chat {
    /// Oldest first.
    pub messages: VecDeque<Message>,
    /// The person pressed Start (Telegram) or wrote.
    pub started: bool,
    /// The person blocked the business.
    pub blocked: bool,
    /// When the person last wrote, Unix milliseconds: the customer service window counts from here.
    pub last_inbound_ms: Option<i64>,
    /// Until when "typing…" shows, Unix milliseconds.
    pub typing_until_ms: i64,
    /// Last number given to a message (Telegram counts within a chat).
    #[serde(skip)]
    pub last_number: i64,
    /// Whether the person left marketing (WhatsApp).
    pub marketing_stopped: bool,
}

impl Chat {
    /// The number of the next message; the first of a chat is `first`.
    pub fn next_number(&mut self, first: i64) -> i64 {
        self.last_number = (self.last_number + 1).max(first);
        self.last_number
    }

    /// Adds a message at the end; the oldest goes when there are too many.
    pub fn push(&mut self, message: Message, messages_max: usize) {
        if self.messages.len() >= messages_max.max(1) {
            self.messages.pop_front();
        }
        self.messages.push_back(message);
    }

    /// A message that is still remembered.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<&Message> {
        self.messages.iter().rev().find(|message| message.id == id)
    }

    /// A message that is still remembered, to change it.
    pub fn find_mut(&mut self, id: &str) -> Option<&mut Message> {
        self.messages.iter_mut().rev().find(|message| message.id == id)
    }

    /// Moves a receipt forward; false when it was already there or beyond.
    pub fn advance(&mut self, id: &str, receipt: Receipt) -> bool {
        match self.find_mut(id) {
            Some(message) if message.receipt < receipt => {
                message.receipt = receipt;
                true
            }
            _ => false,
        }
    }

    /// Messages of the business that the person has not read.
    #[must_use]
    pub fn unread(&self) -> usize {
        self.messages
            .iter()
            .filter(|message| {
                message.from == Side::Business && message.receipt < Receipt::Read && !message.deleted
            })
            .count()
    }
}
