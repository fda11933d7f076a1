//! What else is known of a message: where it comes from and what it answers.

use channel_core::{Forwarded, Quote, Referral};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What the `context` column keeps.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Context {
    /// It was written elsewhere first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forwarded: Option<Forwarded>,
    /// What brought the person here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub referral: Option<Referral>,
    /// What it answers, as the platform says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quote: Option<Quote>,
    /// Another application answers this person at the moment.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub standby: bool,
    /// A machine of the business wrote it: a greeting, an away message.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub automatic: bool,
    /// When a place that moves was last heard of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moved_at: Option<DateTime<Utc>>,
}

impl Context {
    /// From the column; empty where there is none, or a newer version wrote something else.
    #[must_use]
    pub fn from_value(value: Option<&Value>) -> Self {
        value.and_then(|value| Self::deserialize(value).ok()).unwrap_or_default()
    }

    /// As the column keeps it; none when there is nothing to keep.
    #[must_use]
    pub fn to_value(&self) -> Option<Value> {
        (*self != Self::default()).then(|| serde_json::to_value(self).ok()).flatten()
    }
}

#[cfg(test)]
mod tests {
    use channel_core::QuoteTarget;

    use super::*;

    #[test]
    fn what_is_kept_is_read_back_and_nothing_is_kept_of_nothing() {
        let target = QuoteTarget::Message("7".to_owned());
        let quote = Quote { target, excerpt: Some("half of it".to_owned()), snapshot: None };
        let context = Context { quote: Some(quote), standby: true, ..Context::default() };
        assert_eq!(Context::from_value(context.to_value().as_ref()), context);
        assert_eq!(Context::default().to_value(), None);
        assert_eq!(Context::from_value(Some(&serde_json::json!({ "standby": "yes" }))), Context::default());
    }
}
