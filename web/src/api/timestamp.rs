//! Points in time as the server writes them: RFC 3339, UTC.

use std::cell::Cell;
use std::fmt;

use serde::{Serialize, Serializer};

/// Milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Timestamp(pub i64);

/// A browser's clock that is less off than this is taken for right: `Date` headers are whole seconds, and answers
/// take their time.
const OFF_MS_MIN: i64 = 20_000;

thread_local! {
    /// How far the server's clock is ahead of the browser's.
    static AHEAD_MS: Cell<i64> = const { Cell::new(0) };
}

/// The server has just answered with this time, in milliseconds since 1970 (not a number: none).
pub(super) fn server_says(ms: f64) {
    if ms.is_finite() {
        #[expect(clippy::cast_possible_truncation, reason = "whole milliseconds, far below 2^53")]
        let ahead = ms as i64 - Timestamp::now().0;
        AHEAD_MS.set(if ahead.abs() < OFF_MS_MIN { 0 } else { ahead });
    }
}

impl Timestamp {
    /// The server's clock, as well as we know it: for limits that others set, where the browser's may be wrong.
    pub fn server_now() -> Self {
        Self(Self::now().0 + AHEAD_MS.get())
    }

    /// The browser's clock.
    #[cfg(target_arch = "wasm32")]
    pub fn now() -> Self {
        #[expect(clippy::cast_possible_truncation, reason = "whole milliseconds, far below 2^53")]
        Self(js_sys::Date::now() as i64)
    }

    /// The machine's clock, for native tests.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn now() -> Self {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Self(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }

    /// Milliseconds from `earlier` to this; negative when `earlier` is later.
    pub fn since_ms(self, earlier: Self) -> i64 {
        self.0 - earlier.0
    }

    /// Reads RFC 3339 with any offset and any number of fraction digits; finer than milliseconds is cut off.
    pub fn parse(text: &str) -> Option<Self> {
        let number = |from: usize, to: usize| text.get(from..to)?.parse::<i64>().ok();
        let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
        let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
        let rest = text.get(19..)?;
        let zone_at = rest.find(['Z', 'z', '+', '-'])?;
        let (fraction, zone) = rest.split_at(zone_at);
        let mut millis = 0;
        let mut scale = 100;
        for digit in fraction.strip_prefix('.').unwrap_or(fraction).chars() {
            millis += i64::from(digit.to_digit(10)?) * scale;
            scale /= 10;
        }
        let offset_minutes = match zone {
            "Z" | "z" => 0,
            _ => {
                let minutes =
                    zone.get(1..3)?.parse::<i64>().ok()? * 60 + zone.get(4..6)?.parse::<i64>().ok()?;
                if zone.starts_with('-') { -minutes } else { minutes }
            }
        };
        let seconds =
            ((days_from_civil(year, month, day) * 24 + hour) * 60 + minute - offset_minutes) * 60 + second;
        Some(Self(seconds * 1000 + millis))
    }
}

/// Days since 1970-01-01 of a Gregorian date (Howard Hinnant, "chrono-compatible low-level date algorithms").
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// The inverse of `days_from_civil`.
fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_index = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_index + 2) / 5 + 1;
    let month = if month_index < 10 { month_index + 3 } else { month_index - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

impl fmt::Display for Timestamp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = civil_from_days(self.0.div_euclid(86_400_000));
        let ms = self.0.rem_euclid(86_400_000);
        let (hour, minute, second) = (ms / 3_600_000, ms / 60_000 % 60, ms / 1000 % 60);
        write!(formatter, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{:03}Z", ms % 1000)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_ways_a_server_may_write_one_moment_are_the_same_moment() {
        let expected = Some(Timestamp(1_779_012_345_120));
        for text in
            ["2026-05-17T10:05:45.120Z", "2026-05-17T10:05:45.120999+00:00", "2026-05-17T13:05:45.12+03:00"]
        {
            assert_eq!(Timestamp::parse(text), expected, "{text}");
        }
        assert_eq!(Timestamp::parse("1970-01-01T00:00:00Z"), Some(Timestamp(0)));
    }

    #[test]
    fn nonsense_is_no_time() {
        for text in ["", "today", "2026-05-17", "2026-05-17T10:05:45", "2026-05-17T10:05:45.1x0Z"] {
            assert_eq!(Timestamp::parse(text), None, "{text}");
        }
    }

    #[test]
    fn the_servers_clock_counts_only_where_ours_is_off() {
        let after = |ahead: i64| {
            server_says((Timestamp::now().0 + ahead) as f64);
            Timestamp::server_now().since_ms(Timestamp::now())
        };
        assert!((3_599_000..=3_601_000).contains(&after(3_600_000)));
        assert!(after(2_000).abs() < 1_000);
        server_says(f64::NAN);
        assert!(Timestamp::server_now().since_ms(Timestamp::now()).abs() < 1_000);
    }

    proptest! {
        #[test]
        fn writing_and_reading_gives_the_same_time(ms in -62_000_000_000_000_i64..200_000_000_000_000) {
            prop_assert_eq!(Timestamp::parse(&Timestamp(ms).to_string()), Some(Timestamp(ms)));
        }
    }
}
