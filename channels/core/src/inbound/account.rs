//! What happens to an account as a whole.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Something about an account as a whole: for its health page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum AccountEvent {
    /// A template got another status, quality, category or content.
    Template(TemplateChange),
    /// Quality or sending limit of a number changed.
    Quality {
        /// The platform's word: `FLAGGED`, `UPGRADE` …
        what: String,
        /// The number as displayed, where the report names no id.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        display_number: Option<String>,
        /// The limit now: `TIER_1K` …
        #[serde(default, skip_serializing_if = "Option::is_none")]
        limit: Option<String>,
        /// The limit before.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        limit_before: Option<String>,
    },
    /// The name or user name shown to people was decided on.
    Name {
        /// The platform's word for the decision.
        what: String,
        /// The number as displayed, where the report names no id.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        display_number: Option<String>,
        /// The name.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
    },
    /// The platform restricted, warned, banned or restored the account.
    Notice {
        /// The platform's word: `ACCOUNT_VIOLATION` …
        what: String,
        /// Its details, in words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        words: Option<String>,
        /// Sending is impaired until somebody acts.
        #[serde(default)]
        urgent: bool,
    },
    /// The account is no longer ours to use: the channel is disconnected.
    Disconnected {
        /// The platform's word: `PARTNER_REMOVED` …
        what: String,
        /// Who or why, in the platform's words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        words: Option<String>,
    },
    /// It is ours to use again.
    Reconnected {
        /// The platform's word.
        what: String,
    },
    /// Somebody lets this bot answer in the name of their own account, or no longer does.
    BusinessConnection {
        /// The connection's id: part of the thread ids that begin with it.
        connection_id: String,
        /// The platform's id of the account's owner.
        owner_id: String,
        /// The owner's name.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        owner_name: Option<String>,
        /// It works.
        enabled: bool,
        /// We may answer; otherwise only read.
        can_reply: bool,
        /// We may mark messages as read.
        can_mark_read: bool,
        /// We may take back what we sent.
        can_delete_sent: bool,
        /// When; the later one wins.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at: Option<DateTime<Utc>>,
    },
    /// The platform reports a fault of the account, with its own code.
    Fault {
        /// The code.
        code: String,
        /// The platform's words.
        words: String,
    },
}

/// A template changed at the platform.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateChange {
    /// The platform's id.
    pub template_id: String,
    /// Its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// BCP 47 with an underscore (`en_US`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// The status now, as the platform says it: `APPROVED` …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// The quality now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quality: Option<String>,
    /// The category now: it sets the price.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// Why, in the platform's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The report does not say all: read the template again.
    #[serde(default)]
    pub reload: bool,
}

/// Something came from where this channel does not listen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// The platform's word for the place: `group`, `supergroup`, `channel`.
    pub place: String,
    /// Its id there.
    pub platform_id: String,
    /// Its title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What arrived: `message`, `my_chat_member` …
    pub what: String,
    /// Why nothing is stored, in words for an admin.
    pub words: String,
}
