//! Entries of a thread that nobody wrote: assigned, snoozed, closed, opened again, blocked.

use async_graphql::Enum;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use shared::MemberId;

/// What happened. Stored by name: rows outlive the code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Enum)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ActivityKind {
    /// Given to a member.
    Assigned,
    /// Back in the queue.
    Unassigned,
    /// Out of the way until a set time.
    Snoozed,
    /// That time has come.
    Woken,
    /// Done.
    Closed,
    /// Open again.
    Reopened,
    /// The conversation began.
    Started,
    /// The contact came to the thread and wrote nothing: through an ad, a link, a first look.
    Opened,
    /// Messages reach the contact no more: they blocked us, or are gone.
    Unreachable,
    /// Messages reach the contact again.
    Reachable,
    /// The contact wants no more messages of a kind.
    OptedOut,
    /// The contact wants messages of that kind again.
    OptedIn,
    /// The contact has another number or name on the platform; it is the same person.
    IdentityChanged,
    /// Two threads turned out to be with one person.
    Merged,
}

/// What the `activity` column keeps: ids, times and words of the platform, never what somebody wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Activity {
    /// What happened.
    pub kind: ActivityKind,
    /// The member it is about: the assignee.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member: Option<MemberId>,
    /// Snoozed until when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<DateTime<Utc>>,
    /// The platform's word for what happened, or for what it is about: `kicked`, `marketing_messages`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub what: Option<String>,
}

impl Activity {
    /// An activity without particulars.
    #[must_use]
    pub fn of(kind: ActivityKind) -> Self {
        Self { kind, member: None, until: None, what: None }
    }

    /// Names the member it is about.
    #[must_use]
    pub fn about(mut self, member: MemberId) -> Self {
        self.member = Some(member);
        self
    }

    /// Says until when.
    #[must_use]
    pub fn until(mut self, at: DateTime<Utc>) -> Self {
        self.until = Some(at);
        self
    }

    /// Adds the platform's word.
    #[must_use]
    pub fn called(mut self, what: impl Into<String>) -> Self {
        self.what = Some(what.into());
        self
    }

    /// As the column keeps it.
    #[must_use]
    pub fn to_value(self) -> Value {
        serde_json::to_value(self).unwrap_or_default()
    }

    /// From the column; none for one that a newer version wrote.
    #[must_use]
    pub fn from_value(value: &Value) -> Option<Self> {
        Self::deserialize(value).ok()
    }
}
