//! Times in the reader's own language and zone, by the browser's `Intl`.

use std::time::Duration;

use js_sys::{Array, Date, Intl, Object, Reflect};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};

use crate::api::Timestamp;

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;
const DAY_MS: i64 = 24 * HOUR_MS;

/// How long something has been going on, as short as a row allows: `now`, `2 m`, `3 h`, `5 d`, `7 w`.
pub fn short_age(ms: i64) -> String {
    match ms {
        ..MINUTE_MS => "now".to_owned(),
        MINUTE_MS..HOUR_MS => format!("{} m", ms / MINUTE_MS),
        HOUR_MS..DAY_MS => format!("{} h", ms / HOUR_MS),
        _ if ms < 7 * DAY_MS => format!("{} d", ms / DAY_MS),
        _ => format!("{} w", ms / (7 * DAY_MS)),
    }
}

/// The same in words: `just now`, `2 minutes ago`, `3 hours ago`.
pub fn long_age(ms: i64) -> String {
    let (count, unit) = match ms {
        ..MINUTE_MS => return "just now".to_owned(),
        MINUTE_MS..HOUR_MS => (ms / MINUTE_MS, "minute"),
        HOUR_MS..DAY_MS => (ms / HOUR_MS, "hour"),
        _ => (ms / DAY_MS, "day"),
    };
    format!("{count} {unit}{} ago", if count == 1 { "" } else { "s" })
}

fn date(at: Timestamp) -> Date {
    #[expect(clippy::cast_precision_loss, reason = "milliseconds, far below 2^53")]
    Date::new(&JsValue::from_f64(at.0 as f64))
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

/// `09:12`, or `9:12 AM` where that is the custom.
pub fn clock(at: Timestamp) -> String {
    format(at, &[("hour", "2-digit"), ("minute", "2-digit")])
}

/// `12 May 2026`.
pub fn day(at: Timestamp) -> String {
    format(at, &[("day", "numeric"), ("month", "short"), ("year", "numeric")])
}

/// `Tue 12 May 2026, 09:12:44`, for tooltips and ledgers.
pub fn day_and_clock(at: Timestamp) -> String {
    format(at, &[("dateStyle", "medium"), ("timeStyle", "medium")])
}

/// The browser's IANA time zone, such as `Europe/Istanbul`.
pub fn time_zone() -> String {
    let options = Intl::DateTimeFormat::new(&Array::new(), &Object::new()).resolved_options();
    let zone = Reflect::get(&options, &JsValue::from_str("timeZone"));
    zone.ok().and_then(|zone| zone.as_string()).unwrap_or_else(|| "UTC".to_owned())
}

/// Every IANA zone the browser knows; none where it cannot list them.
pub fn time_zones() -> Vec<String> {
    let global = js_sys::global();
    let list = Reflect::get(&global, &JsValue::from_str("Intl"))
        .and_then(|intl| Reflect::get(&intl, &JsValue::from_str("supportedValuesOf")))
        .ok()
        .and_then(|list| list.dyn_into::<js_sys::Function>().ok())
        .and_then(|list| list.call1(&JsValue::NULL, &JsValue::from_str("timeZone")).ok());
    list.map(|list| Array::from(&list).iter().filter_map(|zone| zone.as_string()).collect())
        .unwrap_or_default()
}

#[derive(Clone, Copy)]
struct Now(RwSignal<Timestamp>);

/// Starts the app's one timer for times that move on.
pub fn provide_now() {
    let now = RwSignal::new(Timestamp::now());
    provide_context(Now(now));
    if let Ok(tick) = set_interval_with_handle(move || now.set(Timestamp::now()), Duration::from_secs(15)) {
        on_cleanup(move || tick.clear());
    }
}

/// The present time, moving every 15 seconds.
pub fn use_now() -> Signal<Timestamp> {
    expect_context::<Now>().0.into()
}

/// How long ago, moving on by itself, with the exact time on hover.
#[component]
pub fn RelativeTime(
    #[prop(into)] at: Signal<Timestamp>,
    /// `2 m` instead of `2 minutes ago`.
    #[prop(optional)]
    short: bool,
) -> impl IntoView {
    let now = use_now();
    let text = move || {
        let ms = now.get().since_ms(at.get());
        if short { short_age(ms) } else { long_age(ms) }
    };
    view! {
        <time class="time" datetime=move || at.get().to_string() title=move || day_and_clock(at.get())>{text}</time>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_told_in_the_largest_whole_unit() {
        let ages = [0, 59_999, 2 * MINUTE_MS, 3 * HOUR_MS + 5, 6 * DAY_MS, 15 * DAY_MS];
        assert_eq!(ages.map(short_age), ["now", "now", "2 m", "3 h", "6 d", "2 w"]);
        assert_eq!(long_age(MINUTE_MS), "1 minute ago");
        assert_eq!(long_age(49 * HOUR_MS), "2 days ago");
    }

    #[test]
    fn a_clock_that_runs_ahead_of_ours_is_now() {
        assert_eq!(short_age(-5_000), "now");
    }
}
