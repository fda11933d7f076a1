//! Office hours, a line per day.

use leptos::prelude::*;

use super::draft::{Day, Draft};
use crate::components::time::time_zones;
use crate::components::{Select, SelectOption, Switch};

const NAMES: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

fn day_name(weekday: u8) -> &'static str {
    NAMES.get(usize::from(weekday.saturating_sub(1))).copied().unwrap_or_default()
}

/// Always, or by the week's days in one time zone.
#[component]
pub(super) fn Hours(draft: Draft, #[prop(into)] problem: Signal<Option<String>>) -> impl IntoView {
    let zones = Signal::derive(move || {
        let chosen = draft.time_zone.get();
        let mut zones = time_zones();
        if !zones.contains(&chosen) {
            zones.insert(0, chosen);
        }
        zones.into_iter().map(|zone| SelectOption::new(zone.clone(), zone.replace('_', " "))).collect()
    });
    view! {
        <Switch
            label="Always open"
            hint="Someone answers around the clock."
            on=draft.always_open
            on_change=move |on| draft.always_open.set(on)
        />
        {move || (!draft.always_open.get()).then(|| view! {
            <div class="hours">
                <Select label="Time zone" value=draft.time_zone options=zones problem=problem/>
                <ul class="hours__days">
                    {draft.days.get_value().into_iter().map(|day| view! { <Line day=day/> }).collect_view()}
                </ul>
            </div>
        })}
    }
}

#[component]
fn Line(day: Day) -> impl IntoView {
    let name = day_name(day.weekday);
    view! {
        <li class="hours__day">
            <label class="check">
                <input type="checkbox" prop:checked=move || day.open.get() on:change=move |event| day.open.set(event_target_checked(&event))/>
                {name}
            </label>
            {move || if day.open.get() {
                view! {
                    <span class="hours__span">
                        <input class="field__input" type="time" aria-label=format!("{name} opens at") bind:value=day.opens_at/>
                        <span aria-hidden="true">"–"</span>
                        <input class="field__input" type="time" aria-label=format!("{name} closes at") bind:value=day.closes_at/>
                    </span>
                }.into_any()
            } else {
                view! { <span class="hours__closed">"Closed"</span> }.into_any()
            }}
        </li>
    }
}
