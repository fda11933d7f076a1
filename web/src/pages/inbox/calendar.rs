//! Days and hours in the reader's own calendar and language, by the browser.

use js_sys::{Array, Date, Intl, Object, Reflect};
use wasm_bindgen::JsValue;

use crate::api::Timestamp;

/// Milliseconds of a day without a clock change.
const DAY_MS: i64 = 86_400_000;

fn date(at: Timestamp) -> Date {
    Date::new(&JsValue::from_f64(at.0 as f64))
}

/// A number that is the same for all times of one day of the reader's calendar, and one more the day after.
#[must_use]
pub fn day_number(at: Timestamp) -> i64 {
    let offset_min = date(at).get_timezone_offset() as i64;
    (at.0 - offset_min * 60_000).div_euclid(DAY_MS)
}

fn format(at: Timestamp, options: &[(&str, &str)]) -> String {
    let chosen = Object::new();
    for (name, value) in options {
        let _ = Reflect::set(&chosen, &JsValue::from_str(name), &JsValue::from_str(value));
    }
    let format = Intl::DateTimeFormat::new(&Array::new(), &chosen).format();
    let text = format.call1(&JsValue::NULL, &date(at)).ok().and_then(|text| text.as_string());
    text.unwrap_or_else(|| at.to_string())
}

/// `Today`, `Yesterday`, `Tuesday` within a week, `Tue, 12 May` within a year, with the year before that.
#[must_use]
pub fn day_name(at: Timestamp, now: Timestamp) -> String {
    let year = |at: Timestamp| date(at).get_full_year();
    match day_number(now) - day_number(at) {
        0 => "Today".to_owned(),
        1 => "Yesterday".to_owned(),
        2..=6 => format(at, &[("weekday", "long")]),
        _ if year(at) == year(now) => {
            format(at, &[("weekday", "short"), ("day", "numeric"), ("month", "short")])
        }
        _ => format(at, &[("day", "numeric"), ("month", "short"), ("year", "numeric")]),
    }
}

/// `tomorrow, 09:00`, `Monday, 09:00`, `12 May, 18:30`: when something will be.
#[must_use]
pub fn moment_ahead(at: Timestamp, now: Timestamp) -> String {
    let clock = format(at, &[("hour", "2-digit"), ("minute", "2-digit")]);
    match day_number(at) - day_number(now) {
        0 => format!("today, {clock}"),
        1 => format!("tomorrow, {clock}"),
        2..=6 => format!("{}, {clock}", format(at, &[("weekday", "long")])),
        _ => format!("{}, {clock}", format(at, &[("day", "numeric"), ("month", "short")])),
    }
}

/// What a preset's name does not say already: the clock, and the date when it is further off than tomorrow.
#[must_use]
pub fn preset_detail(at: Timestamp, now: Timestamp) -> String {
    if day_number(at) - day_number(now) <= 1 {
        return format(at, &[("hour", "2-digit"), ("minute", "2-digit")]);
    }
    format(
        at,
        &[
            ("weekday", "short"),
            ("day", "numeric"),
            ("month", "short"),
            ("hour", "2-digit"),
            ("minute", "2-digit"),
        ],
    )
}

/// The same day and clock `days` later, at `hour` o'clock; the browser knows when clocks change.
fn later(from: Timestamp, days: i64, hour: u32) -> Timestamp {
    let day = date(Timestamp(from.0 + days * DAY_MS));
    day.set_hours(hour);
    day.set_minutes(0);
    day.set_seconds(0);
    day.set_milliseconds(0);
    Timestamp(day.get_time() as i64)
}

/// Times to come back at that people mostly want, with their names.
#[must_use]
pub fn presets(now: Timestamp) -> Vec<(&'static str, Timestamp)> {
    let weekday = i64::from(date(now).get_day());
    let to_monday = (8 - weekday) % 7;
    let to_monday = if to_monday == 0 { 7 } else { to_monday };
    let three_hours = Timestamp(now.0 + 3 * 3_600_000);
    let today = day_number(three_hours) == day_number(now);
    let mut presets = vec![
        (if today { "Later today" } else { "In three hours" }, three_hours),
        ("Tomorrow", later(now, 1, 9)),
    ];
    if to_monday != 1 {
        presets.push(("Next Monday", later(now, to_monday, 9)));
    }
    presets.push(("In a week", later(now, 7, 9)));
    presets
}

/// Reads what a `datetime-local` field holds; `None` while it is incomplete.
#[must_use]
pub fn read_local(text: &str) -> Option<Timestamp> {
    let millis = Date::parse(text);
    (!millis.is_nan()).then_some(Timestamp(millis as i64))
}

/// What a `datetime-local` field wants: `2026-05-12T09:00` in the reader's own time.
#[must_use]
pub fn write_local(at: Timestamp) -> String {
    let date = date(at);
    let (month, day) = (date.get_month() + 1, date.get_date());
    format!(
        "{:04}-{month:02}-{day:02}T{:02}:{:02}",
        date.get_full_year(),
        date.get_hours(),
        date.get_minutes()
    )
}
