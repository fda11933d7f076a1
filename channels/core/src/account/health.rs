//! How an account is doing.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// How an account is doing, by the provider's own account.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Health {
    /// The webhook, where the provider tells.
    #[serde(default)]
    pub webhook: Option<WebhookHealth>,
    /// Until when the token works; `None` is for ever, or unknown.
    #[serde(default)]
    pub token_expires_at: Option<DateTime<Utc>>,
    /// Permissions that the token has; none where the provider does not tell.
    #[serde(default)]
    pub permissions: Vec<String>,
    /// The platform's opinion of the account: `GREEN` …
    #[serde(default)]
    pub quality: Option<String>,
    /// The platform's limit for writing first: `TIER_1K` …
    #[serde(default)]
    pub messaging_limit: Option<String>,
    /// Each thing that was looked at, worst first.
    pub checks: Vec<Check>,
}

impl Health {
    /// The worst of all checks.
    #[must_use]
    pub fn state(&self) -> CheckState {
        self.checks.iter().map(|check| check.state).max().unwrap_or(CheckState::Good)
    }
}

/// A webhook's state at the provider.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebhookHealth {
    /// It goes to us.
    pub ours: bool,
    /// The host it goes to, if to anyone.
    #[serde(default)]
    pub host: Option<String>,
    /// Events that wait at the provider.
    #[serde(default)]
    pub waiting: Option<u64>,
    /// When a delivery last failed.
    #[serde(default)]
    pub failed_at: Option<DateTime<Utc>>,
    /// Why, in the provider's words.
    #[serde(default)]
    pub failure: Option<String>,
    /// Kinds of events that we need and do not get.
    #[serde(default)]
    pub missing: Vec<String>,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// A name that stays: `token`, `webhook`, `backlog`, `quality` …
    pub name: String,
    /// How it is.
    pub state: CheckState,
    /// What that means and what can be done, for an admin.
    pub words: String,
}

/// How something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckState {
    /// As it should be.
    Good,
    /// Works, but somebody should look.
    Warning,
    /// Does not work.
    Broken,
}
