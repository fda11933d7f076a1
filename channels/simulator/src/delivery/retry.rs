//! When a failed delivery is tried again.

use crate::chance::mix;

const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 24 * 60 * MINUTE_MS;

/// The wait before the next attempt after `attempts` failures, in the provider's milliseconds; `None` gives up.
///
/// Telegram (its open-source server): at once, 2 s, 4 s … up to a random 60 to 120 s; a `Retry-After` answer is
/// obeyed up to an hour. Meta: at once, then ever more rarely, for up to 7 days (WhatsApp).
#[must_use]
pub fn wait_ms(
    account: &str,
    attempts: u32,
    age_ms: i64,
    lifetime_ms: i64,
    retry_after_s: Option<i64>,
) -> Option<i64> {
    let wait = if account.starts_with("wa:") {
        match attempts {
            1 => 0,
            _ => 15_000_i64.saturating_mul(1 << (attempts - 2).min(12)).min(6 * 60 * MINUTE_MS),
        }
    } else if let Some(after) = retry_after_s {
        (after * 1000).clamp(0, 60 * MINUTE_MS)
    } else {
        let longest = 60_000 + i64::try_from(mix(0, 2, u64::from(attempts)) % 60_000).unwrap_or_default();
        match attempts {
            1 => 0,
            _ => 2_000_i64.saturating_mul(1 << (attempts - 2).min(10)).min(longest),
        }
    };
    (age_ms + wait <= lifetime_ms).then_some(wait)
}

/// How long an event is worth delivering, in milliseconds: Telegram 24 h, its button presses 150 s, WhatsApp 7 days.
#[must_use]
pub fn lifetime_ms(account: &str, kind: &str) -> i64 {
    match kind {
        "callback_query" => 150_000,
        _ if account.starts_with("wa:") => 7 * DAY_MS,
        _ => DAY_MS,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn telegram_retries_at_once_then_doubles_and_stops_after_a_day() {
        let wait = |attempts| wait_ms("tg:1", attempts, 0, DAY_MS, None).unwrap();
        assert_eq!([wait(1), wait(2), wait(3), wait(4)], [0, 2_000, 4_000, 8_000]);
        assert!((60_000..=120_000).contains(&wait(30)));
        assert_eq!(wait_ms("tg:1", 3, DAY_MS, DAY_MS, None), None);
        assert_eq!(wait_ms("tg:1", 9, 0, DAY_MS, Some(7)), Some(7_000));
    }

    #[test]
    fn whatsapp_retries_ever_more_rarely_for_a_week() {
        assert_eq!(wait_ms("wa:1", 1, 0, 7 * DAY_MS, None), Some(0));
        assert_eq!(wait_ms("wa:1", 40, 6 * DAY_MS, 7 * DAY_MS, None), Some(6 * 60 * MINUTE_MS));
        assert_eq!(wait_ms("wa:1", 40, 7 * DAY_MS, 7 * DAY_MS, None), None);
    }
}
