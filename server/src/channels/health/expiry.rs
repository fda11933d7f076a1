//! Alarms before a token ends: at 14, 7 and 1 days.

use channel_core::{CheckState, Health};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

use crate::channels::events::{ChannelEventKind, NewChannelEvent};
use crate::channels::store::health::Kept;

/// Days before the end, the last first.
const ALARMS: [i64; 3] = [1, 7, 14];

/// The alarm that is due: the token has come nearer to its end than one of the marks since the last look, or the
/// answer before was about another token.
pub fn alarm(before: Option<&Kept>, now: &Health, at: DateTime<Utc>) -> Option<NewChannelEvent> {
    let end = now.token_expires_at?;
    let due = mark(end, at)?;
    let told = before
        .filter(|kept| kept.health.token_expires_at == Some(end))
        .and_then(|kept| mark(end, kept.checked_at));
    if told.is_some_and(|told| told <= due) {
        return None;
    }
    let day = end.format("%-d %B %Y, %H:%M UTC");
    let words = if end <= at {
        format!("The token ended on {day}. Connect the channel again.")
    } else {
        format!(
            "The token ends on {day}. Connect the channel again before: with a dead token nothing goes out."
        )
    };
    let severity = if due == 1 { CheckState::Broken } else { CheckState::Warning };
    Some(
        NewChannelEvent::new(ChannelEventKind::TokenExpires, severity, words)
            .with(json!({ "days": due, "expiresAt": end })),
    )
}

/// The nearest mark that has been passed.
fn mark(end: DateTime<Utc>, at: DateTime<Utc>) -> Option<i64> {
    ALARMS.into_iter().find(|days| end - at <= TimeDelta::days(*days))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn health(end: Option<DateTime<Utc>>) -> Health {
        Health { token_expires_at: end, ..Health::default() }
    }

    #[test]
    fn each_mark_rings_once() {
        let end = Utc::now() + TimeDelta::days(60);
        let mut before: Option<Kept> = None;
        let mut rang = Vec::new();
        for hour in 0..61 * 24 {
            let at = Utc::now() + TimeDelta::hours(hour);
            let now = health(Some(end));
            rang.extend(alarm(before.as_ref(), &now, at).map(|event| event.details.unwrap()["days"].clone()));
            before = Some(Kept { health: now, checked_at: at });
        }
        assert_eq!(rang, [json!(14), json!(7), json!(1)]);
    }

    #[test]
    fn a_token_that_ends_tomorrow_rings_once_and_loudly() {
        let (now, end) = (Utc::now(), Utc::now() + TimeDelta::hours(20));
        let event = alarm(None, &health(Some(end)), now).unwrap();
        assert_eq!(event.severity, CheckState::Broken);
        let kept = Kept { health: health(Some(end)), checked_at: now };
        assert!(alarm(Some(&kept), &health(Some(end)), now + TimeDelta::hours(1)).is_none());
        let renewed = health(Some(now + TimeDelta::days(60)));
        assert!(alarm(Some(&kept), &renewed, now).is_none());
        assert!(alarm(Some(&kept), &health(None), now).is_none());
    }
}
