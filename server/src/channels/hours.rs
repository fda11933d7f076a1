//! Office hours: open now, and if not, when next.

use chrono::{DateTime, Utc};
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

/// How far ahead the next opening is looked for, in days.
const DAYS_AHEAD: i32 = 14;

/// When a team answers, in its own time zone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, async_graphql::SimpleObject)]
#[serde(rename_all = "camelCase")]
pub struct OfficeHours {
    /// An IANA name: `Europe/Madrid`.
    pub time_zone: String,
    /// The open days, at most one entry for each.
    pub days: Vec<OfficeDay>,
}

/// One open day of the week.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, async_graphql::SimpleObject)]
#[serde(rename_all = "camelCase")]
pub struct OfficeDay {
    /// 1 is Monday, 7 Sunday.
    pub weekday: i32,
    /// `09:00`.
    pub opens_at: String,
    /// `17:30`; `24:00` for the end of the day.
    pub closes_at: String,
}

/// Minutes of a day in which it is open, and the end may be the day's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Span {
    from: i64,
    until: i64,
}

impl OfficeHours {
    /// Checks what an admin wrote.
    ///
    /// # Errors
    /// A sentence for whoever wrote it.
    pub fn check(&self) -> Result<(), String> {
        if TimeZone::get(&self.time_zone).is_err() {
            return Err(format!("There is no time zone called {}.", self.time_zone));
        }
        if self.days.is_empty() {
            return Err("Choose at least one day, or say that you are always open.".to_owned());
        }
        for (at, day) in self.days.iter().enumerate() {
            if !(1..=7).contains(&day.weekday) {
                return Err("A weekday is a number from 1 (Monday) to 7 (Sunday).".to_owned());
            }
            if self.days.iter().skip(at + 1).any(|other| other.weekday == day.weekday) {
                return Err("Each weekday can stand there once.".to_owned());
            }
            if day.span().is_none() {
                return Err("Opening and closing times look like 09:00 and 17:30, opening first.".to_owned());
            }
        }
        Ok(())
    }

    /// Whether somebody answers at this moment.
    #[must_use]
    pub fn is_open(&self, at: DateTime<Utc>) -> bool {
        let Some(local) = self.zone().and_then(|zone| Some(timestamp(at)?.to_zoned(zone))) else {
            return true;
        };
        let minute = i64::from(local.hour()) * 60 + i64::from(local.minute());
        self.span_on(local.date()).is_some_and(|span| (span.from..span.until).contains(&minute))
    }

    /// When somebody answers next; `None` while open, or when there is no opening in sight.
    #[must_use]
    pub fn next_opening(&self, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        if self.is_open(at) {
            return None;
        }
        let zone = self.zone()?;
        let now = timestamp(at)?;
        let today = now.to_zoned(zone.clone()).date();
        (0..=DAYS_AHEAD).find_map(|ahead| {
            let date = today.checked_add(ahead.days()).ok()?;
            let span = self.span_on(date)?;
            let (hour, minute) = (i8::try_from(span.from / 60).ok()?, i8::try_from(span.from % 60).ok()?);
            // A time that the clocks skip is moved forward by jiff, one that comes twice is the first.
            let opening =
                date.to_datetime(Time::new(hour, minute, 0, 0).ok()?).to_zoned(zone.clone()).ok()?;
            let opening = opening.timestamp();
            (opening > now).then(|| DateTime::from_timestamp(opening.as_second(), 0)).flatten()
        })
    }

    fn zone(&self) -> Option<TimeZone> {
        TimeZone::get(&self.time_zone).ok()
    }

    fn span_on(&self, date: Date) -> Option<Span> {
        let weekday = i32::from(date.weekday().to_monday_one_offset());
        self.days.iter().find(|day| day.weekday == weekday)?.span()
    }
}

impl OfficeDay {
    fn span(&self) -> Option<Span> {
        let span = Span { from: minutes(&self.opens_at)?, until: minutes(&self.closes_at)? };
        (span.from < span.until && span.from < 24 * 60).then_some(span)
    }
}

/// `HH:MM` as minutes of the day, up to 24:00.
fn minutes(text: &str) -> Option<i64> {
    let (hours, minutes) = text.split_once(':')?;
    let digits = |part: &str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(hours) || !digits(minutes) {
        return None;
    }
    let (hours, minutes): (i64, i64) = (hours.parse().ok()?, minutes.parse().ok()?);
    let all = hours * 60 + minutes;
    (minutes < 60 && all <= 24 * 60).then_some(all)
}

fn timestamp(at: DateTime<Utc>) -> Option<Timestamp> {
    Timestamp::from_second(at.timestamp()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weekdays(time_zone: &str) -> OfficeHours {
        let day =
            |weekday| OfficeDay { weekday, opens_at: "09:00".to_owned(), closes_at: "17:30".to_owned() };
        OfficeHours { time_zone: time_zone.to_owned(), days: (1..=5).map(day).collect() }
    }

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn open_on_a_weekday_by_the_teams_own_clock() {
        let madrid = weekdays("Europe/Madrid");
        assert!(madrid.is_open(at("2026-11-23T08:00:00Z"))); // Monday, 09:00 there
        assert!(!madrid.is_open(at("2026-11-23T07:59:59Z")));
        assert!(!madrid.is_open(at("2026-11-23T16:30:00Z")));
        assert!(!madrid.is_open(at("2026-11-22T12:00:00Z"))); // Sunday
    }

    #[test]
    fn the_next_opening_follows_the_clock_change() {
        let madrid = weekdays("Europe/Madrid");
        assert_eq!(madrid.next_opening(at("2026-11-20T18:00:00Z")), Some(at("2026-11-23T08:00:00Z")));
        // Summer time begins on Sunday 2027-03-28: Monday opens an hour earlier in UTC.
        assert_eq!(madrid.next_opening(at("2027-03-26T20:00:00Z")), Some(at("2027-03-29T07:00:00Z")));
        assert_eq!(madrid.next_opening(at("2026-11-23T10:00:00Z")), None);
        assert_eq!(madrid.next_opening(at("2026-11-23T06:00:00Z")), Some(at("2026-11-23T08:00:00Z")));
    }

    #[test]
    fn impossible_hours_are_refused() {
        let mut hours = weekdays("Mars/Olympus");
        assert!(hours.check().is_err());
        hours.time_zone = "Asia/Kolkata".to_owned();
        assert_eq!(hours.check(), Ok(()));
        for (opens, closes) in
            [("17:00", "09:00"), ("9:00", "17:00"), ("09:00", "24:01"), ("09:61", "17:00"), ("", "")]
        {
            hours.days =
                vec![OfficeDay { weekday: 1, opens_at: opens.to_owned(), closes_at: closes.to_owned() }];
            assert!(hours.check().is_err(), "{opens}-{closes}");
        }
        hours.days =
            vec![OfficeDay { weekday: 8, opens_at: "09:00".to_owned(), closes_at: "24:00".to_owned() }];
        assert!(hours.check().is_err());
    }
}
