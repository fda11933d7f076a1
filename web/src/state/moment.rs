//! Points in time, ordered as the server orders them.

use serde::{Deserialize, Deserializer, de};

/// Microseconds since the start of 1970, UTC: as exact as the server's own times, so that rows sort alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(pub i64);

impl Moment {
    /// Reads RFC 3339 (`2026-11-22T01:02:03.456789Z`, or with an offset); `None` when it is something else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let number = |from: usize, to: usize| text.get(from..to)?.parse::<i64>().ok();
        let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
        let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
        let mut rest = text.get(19..)?;
        let mut micros = 0;
        if let Some(fraction) = rest.strip_prefix('.') {
            let digits = fraction.find(|c: char| !c.is_ascii_digit())?;
            let mut scale = 100_000;
            for digit in fraction.get(..digits)?.bytes().take(6) {
                micros += i64::from(digit - b'0') * scale;
                scale /= 10;
            }
            rest = fraction.get(digits..)?;
        }
        let offset_minutes = match rest.as_bytes().first()? {
            b'Z' | b'z' => 0,
            sign @ (b'+' | b'-') => {
                let minutes =
                    rest.get(1..3)?.parse::<i64>().ok()? * 60 + rest.get(4..6)?.parse::<i64>().ok()?;
                if *sign == b'+' { minutes } else { -minutes }
            }
            _ => return None,
        };
        let seconds = days_since_1970(year, month, day) * 86_400
            + hour * 3_600
            + (minute - offset_minutes) * 60
            + second;
        Some(Self(seconds * 1_000_000 + micros))
    }

    /// From JavaScript's clock: milliseconds since the start of 1970.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, reason = "a date fits")]
    pub fn from_millis(millis: f64) -> Self {
        Self((millis * 1_000.0) as i64)
    }

    /// For JavaScript's `Date`: milliseconds since the start of 1970.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "milliseconds of our age are far below 2^53")]
    pub fn millis(self) -> f64 {
        (self.0 / 1_000) as f64
    }

    /// Whole seconds from `earlier` to here; negative when `earlier` is later.
    #[must_use]
    pub fn seconds_since(self, earlier: Self) -> i64 {
        (self.0 - earlier.0).div_euclid(1_000_000)
    }
}

/// Days from 1970-01-01 to a date of the Gregorian calendar, counting years from March so that a leap day is last.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let month = (month + 9) % 12;
    let era_days = 365 * year + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    era_days + (153 * month + 2) / 5 + day - 1 - 719_468
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| de::Error::custom("not a time"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_to_the_microsecond_with_or_without_offset() {
        assert_eq!(Moment::parse("1970-01-01T00:00:00Z"), Some(Moment(0)));
        assert_eq!(Moment::parse("2000-02-29T12:00:00+00:00"), Some(Moment(951_825_600_000_000)));
        assert_eq!(Moment::parse("2026-11-22T01:02:03.456789Z"), Some(Moment(1_795_309_323_456_789)));
        assert_eq!(Moment::parse("2026-11-22T02:32:03.456789123+01:30"), Some(Moment(1_795_309_323_456_789)));
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in ["", "yesterday", "2026-11-22", "2026-11-22T01:02:03", "2026-11-22T01:02:03.5"] {
            assert_eq!(Moment::parse(text), None, "{text}");
        }
    }
}
