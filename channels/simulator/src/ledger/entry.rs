//! One line of the ledger.

use serde::Serialize;

/// Something that happened, at a number and a time.
#[derive(Debug, Clone, Serialize)]
pub struct Entry {
    /// 1, 2, 3 … without gaps while nothing is forgotten.
    pub seq: u64,
    /// By the simulator's clock, Unix milliseconds.
    pub at_ms: i64,
    /// `tg:<bot id>`, `tgb:<business connection>` or `wa:<phone number id>`.
    pub account: String,
    /// Whose phone; absent where none is concerned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// What happened.
    #[serde(flatten)]
    pub what: What,
}

/// The kinds of lines.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum What {
    /// A message of the business appeared on the phone.
    Arrived {
        /// The platform's message id.
        id: String,
        /// text, photo, template …
        kind: String,
        /// The beginning of its text or caption.
        text: String,
        /// The business's own reference (`biz_opaque_callback_data`), where it gave one.
        #[serde(skip_serializing_if = "Option::is_none")]
        client_ref: Option<String>,
        /// The message it quotes.
        #[serde(skip_serializing_if = "Option::is_none")]
        reply_to: Option<String>,
    },
    /// The business changed something that the phone shows.
    Changed {
        /// The message concerned; empty for a typing sign.
        id: String,
        /// How.
        change: Change,
        /// The new text or emoji.
        #[serde(skip_serializing_if = "String::is_empty")]
        text: String,
    },
    /// The person sent a message.
    Sent {
        /// The platform's message id.
        id: String,
        /// text, photo, voice …
        kind: String,
        /// The beginning of its text or caption.
        text: String,
        /// The webhook event that carries it; matches `Webhook::events`.
        event: String,
    },
    /// The person did something else: react, edit, delete, tap, block …
    Acted {
        /// What.
        act: String,
        /// The message concerned; empty for a block.
        id: String,
        /// The emoji, new text or choice.
        #[serde(skip_serializing_if = "String::is_empty")]
        text: String,
        /// The webhook event that carries it; empty where the platform tells nobody.
        event: String,
    },
    /// The platform issued a receipt for a message of the business.
    Receipt {
        /// The message.
        id: String,
        /// sent, delivered, read, played or failed.
        status: String,
        /// The webhook event that carries it.
        event: String,
    },
    /// One attempt to hand events to the webhook.
    Webhook {
        /// Same for all attempts at the same events.
        delivery: u64,
        /// What it carried.
        events: Vec<String>,
        /// 1 for the first.
        attempt: u32,
        /// What came of it.
        outcome: Outcome,
        /// The answer's HTTP status, if there was one.
        #[serde(skip_serializing_if = "Option::is_none")]
        status: Option<u16>,
        /// How long the answer took, in real milliseconds.
        took_ms: u64,
    },
    /// The business called the API.
    Called {
        /// The method, or the verb and path of a Graph call.
        method: String,
        /// The HTTP status given; 0 when the connection was cut instead.
        status: u16,
        /// The fault played, if any.
        #[serde(skip_serializing_if = "Option::is_none")]
        fault: Option<String>,
        /// The provider's words, when it refused.
        #[serde(skip_serializing_if = "Option::is_none")]
        error: Option<String>,
    },
}

/// What the business did to what a phone shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// New text, caption or buttons.
    Edited,
    /// Gone for both.
    Deleted,
    /// Put on, replaced or taken off a reaction.
    Reacted,
    /// Is writing.
    Typing,
    /// Has read it.
    Read,
    /// Acknowledged a tapped button.
    Answered,
    /// The platform refused or dropped it after accepting.
    Failed,
}

/// What came of a webhook attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// 2xx (Telegram) or 200 (Meta).
    Answered,
    /// Another status; it is tried again.
    Refused,
    /// No answer; it is tried again.
    Unreachable,
    /// A fault lost it: the provider believes that it was delivered.
    Lost,
    /// Given up: too old, or too much is waiting.
    Dropped,
}
