//! Moments, in Unix seconds: as text with messages, as numbers elsewhere.

use channel_meta::Object;
use chrono::{DateTime, Utc};

/// Greater ones are milliseconds: as seconds they would lie beyond the year 5000.
const SECONDS_MAX: i64 = 100_000_000_000;

/// A moment; 0 stands for "not known".
pub fn moment(of: Object<'_>, key: &str) -> Option<DateTime<Utc>> {
    match of.whole(key)? {
        ..=0 => None,
        seconds @ 1..=SECONDS_MAX => DateTime::from_timestamp(seconds, 0),
        millis => DateTime::from_timestamp_millis(millis),
    }
}
