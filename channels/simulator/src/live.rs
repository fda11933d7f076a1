//! What changes on the phones, told to the pages that watch.

use serde::Serialize;
use tokio::sync::broadcast;

use crate::phones::{Chat, ChatKey, Message};

/// A broadcast that costs nothing while nobody watches.
pub struct Live {
    sender: broadcast::Sender<String>,
}

/// One change.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Told<'a> {
    Message {
        account: &'a str,
        phone: &'a str,
        message: &'a Message,
    },
    Chat {
        account: &'a str,
        phone: &'a str,
        blocked: bool,
        started: bool,
        typing_until_ms: i64,
        unread: usize,
    },
    Toast {
        account: &'a str,
        phone: &'a str,
        text: &'a str,
        alert: bool,
    },
    Accounts,
    Phones,
    Reset,
}

impl Default for Live {
    fn default() -> Self {
        Self { sender: broadcast::Sender::new(512) }
    }
}

impl Live {
    /// Listens from now on. A slow listener misses changes and must read everything again.
    #[must_use]
    pub fn subscribe(&self) -> broadcast::Receiver<String> {
        self.sender.subscribe()
    }

    fn tell(&self, told: &Told<'_>) {
        if self.sender.receiver_count() > 0
            && let Ok(line) = serde_json::to_string(told)
        {
            let _ = self.sender.send(line); // nobody there any more: nothing to do
        }
    }

    /// A bubble is new or looks different.
    pub fn message(&self, key: &ChatKey, message: &Message) {
        self.tell(&Told::Message { account: &key.account, phone: &key.phone, message });
    }

    /// A chat is blocked, started, being typed in or read.
    pub fn chat(&self, key: &ChatKey, chat: &Chat) {
        if self.sender.receiver_count() > 0 {
            self.tell(&Told::Chat {
                account: &key.account,
                phone: &key.phone,
                blocked: chat.blocked,
                started: chat.started,
                typing_until_ms: chat.typing_until_ms,
                unread: chat.unread(),
            });
        }
    }

    /// The answer to a tapped button.
    pub fn toast(&self, key: &ChatKey, text: &str, alert: bool) {
        self.tell(&Told::Toast { account: &key.account, phone: &key.phone, text, alert });
    }

    /// Accounts were added or changed.
    pub fn accounts(&self) {
        self.tell(&Told::Accounts);
    }

    /// Phones were added or changed.
    pub fn phones(&self) {
        self.tell(&Told::Phones);
    }

    /// Everything was forgotten.
    pub fn reset(&self) {
        self.tell(&Told::Reset);
    }
}
