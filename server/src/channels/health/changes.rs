//! What changed between two answers of a provider.

use std::collections::BTreeMap;

use channel_core::{Check, CheckState, Health};
use chrono::TimeDelta;
use serde_json::json;

use crate::channels::events::{ChannelEventKind, NewChannelEvent};
use crate::channels::store::health::Kept;

/// How long a provider may be silent before that is worth a look.
pub const SILENCE: TimeDelta = TimeDelta::minutes(30);

/// Events for every check that came out differently, and for another limit. The first answer is compared with "all is
/// well".
pub fn between(before: Option<&Kept>, now: &Health) -> Vec<NewChannelEvent> {
    let old = before.map(|kept| by_name(&kept.health)).unwrap_or_default();
    let new = by_name(now);
    let state = |checks: &BTreeMap<&str, &Check>, name: &str| {
        checks.get(name).map_or(CheckState::Good, |check| check.state)
    };
    let mut events: Vec<NewChannelEvent> = new
        .values()
        .filter(|check| state(&old, &check.name) != check.state && !is_expiry(check, now))
        .map(|check| event(check.state, &check.name, check.words.clone()))
        .collect();
    let over = old
        .values()
        .filter(|check| check.state != CheckState::Good && !new.contains_key(check.name.as_str()));
    events.extend(
        over.map(|check| event(CheckState::Good, &check.name, format!("No longer: {}", check.words))),
    );
    events.extend(before.and_then(|kept| limit(&kept.health, now)));
    events
}

/// A token that ends soon has alarms of its own.
fn is_expiry(check: &Check, health: &Health) -> bool {
    check.name == "token" && check.state == CheckState::Warning && health.token_expires_at.is_some()
}

fn by_name(health: &Health) -> BTreeMap<&str, &Check> {
    let mut checks: BTreeMap<&str, &Check> = BTreeMap::new();
    for check in &health.checks {
        let worst = checks.entry(&check.name).or_insert(check);
        if check.state > worst.state {
            *worst = check;
        }
    }
    checks
}

fn event(state: CheckState, name: &str, words: String) -> NewChannelEvent {
    let kind = if name == "quality" { ChannelEventKind::Quality } else { ChannelEventKind::Health };
    NewChannelEvent::new(kind, state, words).with(json!({ "check": name }))
}

fn limit(before: &Health, now: &Health) -> Option<NewChannelEvent> {
    let (old, new) = (before.messaging_limit.as_ref()?, now.messaging_limit.as_ref()?);
    (old != new).then(|| {
        let words = format!("The limit for writing first is now {new}; it was {old}.");
        NewChannelEvent::new(ChannelEventKind::Quality, CheckState::Good, words)
            .with(json!({ "limit": new, "before": old }))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use CheckState::{Broken, Good, Warning};
    use chrono::Utc;

    fn health(checks: &[(&str, CheckState)]) -> Health {
        let check = |(name, state): &(&str, CheckState)| Check {
            name: (*name).to_owned(),
            state: *state,
            words: format!("{name} is {state:?}."),
        };
        Health { checks: checks.iter().map(check).collect(), ..Health::default() }
    }

    fn told(before: Option<Health>, now: &Health) -> Vec<(CheckState, String)> {
        let kept = before.map(|health| Kept { health, checked_at: Utc::now() });
        between(kept.as_ref(), now).into_iter().map(|event| (event.severity, event.words)).collect()
    }

    #[test]
    fn the_same_again_is_no_change() {
        let now = health(&[("webhook", Broken), ("token", Good)]);
        assert_eq!(told(Some(now.clone()), &now), []);
        assert_eq!(told(None, &health(&[("webhook", Good)])), []);
    }

    #[test]
    fn worse_better_and_gone_are_changes() {
        let before = health(&[("webhook", Broken), ("token", Good), ("backlog", Warning)]);
        let now = health(&[("webhook", Good), ("token", Broken)]);
        let expected = [
            (Broken, "token is Broken.".to_owned()),
            (Good, "webhook is Good.".to_owned()),
            (Good, "No longer: backlog is Warning.".to_owned()),
        ];
        assert_eq!(told(Some(before), &now), expected);
        assert_eq!(told(None, &health(&[("webhook", Broken)])), [(Broken, "webhook is Broken.".to_owned())]);
    }

    #[test]
    fn a_token_that_ends_soon_is_told_elsewhere() {
        let mut now = health(&[("token", Warning)]);
        assert_eq!(told(None, &now).len(), 1);
        now.token_expires_at = Some(Utc::now());
        assert_eq!(told(None, &now), []);
    }

    #[test]
    fn another_limit_is_for_the_record() {
        let limit = |limit: &str| Health { messaging_limit: Some(limit.to_owned()), ..Health::default() };
        let told = told(Some(limit("TIER_1K")), &limit("TIER_10K"));
        assert_eq!(told, [(Good, "The limit for writing first is now TIER_10K; it was TIER_1K.".to_owned())]);
    }
}
