//! One rule: whom it concerns, how often it strikes, and what happens then.

use serde::{Deserialize, Serialize};

use super::Occasion;

/// A rule as a test writes it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewRule {
    /// Only this account.
    #[serde(default)]
    pub account: Option<String>,
    /// Only this method (`sendMessage`, `messages`, `media` …; capitals do not matter).
    #[serde(default)]
    pub method: Option<String>,
    /// Only this phone.
    #[serde(default)]
    pub phone: Option<String>,
    /// Of a hundred occasions, how many; 100 when not given.
    #[serde(default = "always")]
    pub percent: f64,
    /// At most so often in all.
    #[serde(default)]
    pub times: Option<u64>,
    /// What happens.
    pub fault: Fault,
}

fn always() -> f64 {
    100.0
}

/// A rule in force.
#[derive(Debug, Clone, Serialize)]
pub struct Rule {
    /// To take it out of force by.
    pub id: u64,
    /// As it was given.
    #[serde(flatten)]
    pub rule: NewRule,
    /// Occasions that it was asked about.
    pub asked: u64,
    /// How often it struck.
    pub hits: u64,
}

/// What can go wrong.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Fault {
    /// API: too many calls, with or without telling for how long.
    RateLimit {
        /// Seconds.
        #[serde(default)]
        retry_after: Option<u64>,
    },
    /// API: the provider is broken; nothing was done.
    ServerError {
        /// 500 to 599.
        #[serde(default = "bad_gateway")]
        status: u16,
    },
    /// API: the answer takes so many real milliseconds; the work is done before.
    Slow {
        /// Real milliseconds.
        ms: u64,
    },
    /// API: the connection ends without an answer.
    Cut {
        /// Whether the work was done first.
        #[serde(default = "yes")]
        processed: bool,
    },
    /// API: the answer ends in the middle of its body; the work was done.
    Torn,
    /// API: the token is dead (Telegram 401; Graph 190 with this subcode).
    TokenDead {
        /// 463 expired, 460 password changed …
        #[serde(default)]
        subcode: Option<u32>,
    },
    /// API: the customer service window is closed (131047), whatever the clock says.
    WindowClosed,
    /// API: any other refusal in the provider's own shape.
    Error {
        /// Telegram `error_code`, Graph `code`.
        code: u32,
        /// Telegram `description`, Graph `message`.
        message: String,
        /// Graph `error_subcode`.
        #[serde(default)]
        subcode: Option<u32>,
        /// HTTP status; 400 for Graph, the code for Telegram when not given.
        #[serde(default)]
        status: Option<u16>,
        /// Graph `is_transient`.
        #[serde(default)]
        transient: bool,
    },
    /// API (WhatsApp): receipts go out before the answer does.
    EarlyStatus {
        /// How long the answer is held back after them, real milliseconds.
        #[serde(default = "held_ms")]
        answer_after_ms: u64,
    },
    /// API (WhatsApp): accepted, then reported as failed with this code.
    FailLater {
        /// 131026, 131049 …
        code: u32,
    },
    /// Webhook: the same events come again.
    Repeat {
        /// How often more.
        #[serde(default = "once")]
        times: u32,
        /// How much later, in the provider's milliseconds.
        #[serde(default)]
        delay_ms: i64,
    },
    /// Webhook: later events overtake these.
    Reorder {
        /// For how long these are held back, in the provider's milliseconds.
        #[serde(default = "hold_ms")]
        hold_ms: i64,
    },
    /// Webhook (WhatsApp): events are gathered into one delivery.
    Batch {
        /// At most so many.
        max: usize,
        /// How long to gather, in the provider's milliseconds.
        #[serde(default = "hold_ms")]
        wait_ms: i64,
    },
    /// Webhook: never sent.
    Lose,
    /// Webhook: so much later, and everything behind it in its lane.
    Delay {
        /// The provider's milliseconds.
        ms: i64,
    },
    /// Webhook: sent once with a wrong proof of origin; then again, rightly.
    BadSignature,
}

fn bad_gateway() -> u16 {
    502
}

fn yes() -> bool {
    true
}

fn held_ms() -> u64 {
    300
}

fn hold_ms() -> i64 {
    200
}

fn once() -> u32 {
    1
}

impl Fault {
    /// Strikes a webhook delivery, not a call.
    #[must_use]
    pub fn is_of_webhooks(&self) -> bool {
        matches!(
            self,
            Self::Repeat { .. }
                | Self::Reorder { .. }
                | Self::Batch { .. }
                | Self::Lose
                | Self::Delay { .. }
                | Self::BadSignature
        )
    }

    /// The name in JSON, for the ledger.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::RateLimit { .. } => "rate_limit",
            Self::ServerError { .. } => "server_error",
            Self::Slow { .. } => "slow",
            Self::Cut { .. } => "cut",
            Self::Torn => "torn",
            Self::TokenDead { .. } => "token_dead",
            Self::WindowClosed => "window_closed",
            Self::Error { .. } => "error",
            Self::EarlyStatus { .. } => "early_status",
            Self::FailLater { .. } => "fail_later",
            Self::Repeat { .. } => "repeat",
            Self::Reorder { .. } => "reorder",
            Self::Batch { .. } => "batch",
            Self::Lose => "lose",
            Self::Delay { .. } => "delay",
            Self::BadSignature => "bad_signature",
        }
    }
}

impl NewRule {
    /// A rule that always strikes everybody.
    #[cfg(test)]
    #[must_use]
    pub fn of(fault: Fault) -> Self {
        Self { account: None, method: None, phone: None, percent: 100.0, times: None, fault }
    }
}

impl Rule {
    /// Whether the occasion is one of this rule's.
    #[must_use]
    pub fn concerns(&self, occasion: Occasion<'_>) -> bool {
        let rule = &self.rule;
        rule.account.as_deref().is_none_or(|account| account == occasion.account)
            && rule.method.as_deref().is_none_or(|method| method.eq_ignore_ascii_case(occasion.method))
            && rule.phone.as_deref().is_none_or(|phone| Some(phone) == occasion.phone)
    }
}
