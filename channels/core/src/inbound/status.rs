//! How far our messages have come.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Alias, Sender};

/// How far one or more messages of ours have come. It may overtake the answer to the send itself, and then has
/// to be kept until the message is known. Statuses only move forward.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StatusReport {
    /// Which messages.
    pub target: StatusTarget,
    /// Our own reference ([`Transmission::reference`]), if it came back.
    ///
    /// [`Transmission::reference`]: crate::Transmission::reference
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// How far.
    pub status: DeliveryStatus,
    /// To whom, if the report says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recipient: Option<Sender>,
    /// Names of the recipient that the report teaches.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<Alias>,
    /// What it cost, by the platform's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pricing: Option<Pricing>,
    /// The platform's time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<DateTime<Utc>>,
}

/// Which messages a report is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StatusTarget {
    /// One, by the platform's id.
    Message(String),
    /// This one and all of ours before it in the recipient's thread.
    UpToMessage(String),
    /// All of ours to the recipient up to this moment of the platform's clock.
    UpTo(DateTime<Utc>),
}

/// How far a message has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryStatus {
    /// The platform took it over.
    Sent,
    /// It is on the person's device.
    Delivered,
    /// The person has seen it.
    Read,
    /// The person has listened to it. Counts as read.
    Played,
    /// It will not arrive.
    Failed(Failure),
}

/// Why the platform did not deliver, in its own words and in ours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// The platform's code, with its sub-code.
    pub code: String,
    /// The platform's words.
    pub words: String,
    /// What it means and what can be done, cut as for a send that was refused at once.
    pub refusal: crate::Refusal,
}

/// What a message cost, by the platform's words.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pricing {
    /// It is charged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub billable: Option<bool>,
    /// `PMP`, `CBP`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// `regular`, `free_customer_service` …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// `marketing`, `utility`, `service` …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// The platform's id of the priced conversation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conversation_id: Option<String>,
    /// What opened that conversation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<String>,
    /// Until when that conversation lasts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<DateTime<Utc>>,
}
