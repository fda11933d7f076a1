//! Until when a conversation is put away.

use leptos::prelude::*;
use leptos::wasm_split::wasm_split;
use shared::ConversationId;

use super::{calendar, use_desk};
use crate::api::{Failure, Timestamp};
use crate::components::icon::Icon as Shape;
use crate::components::{Button, Dialog, Icon, Look, Menu, MenuItem, Part};

type Entry = fn(Callback<Timestamp>) -> AnyView;

/// The code of the field for any other time.
static PICK: Part<Entry> = Part::new(|| Box::pin(code()));

#[wasm_split(over, wasm_split_path = ::leptos::wasm_split, fallible)]
fn code() -> Result<Entry, Failure> {
    Ok(|on_pick| view! { <PickTime on_pick=on_pick/> }.into_any())
}

/// The menu of times, and a field for any other.
#[component]
pub fn SnoozeMenu(id: ConversationId) -> impl IntoView {
    let desk = use_desk();
    let picking = RwSignal::new(false);
    let snooze = move |until: Timestamp| {
        desk.board.snooze(id, until, &calendar::moment_ahead(until, Timestamp::now()));
    };
    let on_pick = Callback::new(move |until| {
        picking.set(false);
        snooze(until);
    });
    let items = move || {
        let now = Timestamp::now();
        let presets = calendar::presets(now).into_iter().map(|(name, until)| {
            view! {
                <MenuItem on_press=move |()| snooze(until)>
                    {name}
                    <span class="menu__detail">{calendar::preset_detail(until, now)}</span>
                </MenuItem>
            }
        });
        presets.collect_view()
    };
    view! {
        <div class="thread-head__snooze">
            <Menu
                label="Snooze (S)"
                place="below-end"
                class="button button--quiet thread-head__button"
                trigger=move || view! { <Icon icon=Shape::AlarmClock/><span class="thread-head__word">"Snooze"</span> }
            >
                {items()}
                <div class="menu__line" role="separator"></div>
                <MenuItem on_press=move |()| picking.set(true)>"Pick date and time…"</MenuItem>
            </Menu>
            <Dialog open=picking title="Snooze until">
                {PICK.show(move |draw| draw(on_pick))}
            </Dialog>
        </div>
    }
}

#[component]
fn PickTime(on_pick: Callback<Timestamp>) -> impl IntoView {
    let tomorrow = calendar::presets(Timestamp::now()).get(1).map(|(_, at)| calendar::write_local(*at));
    let text = RwSignal::new(tomorrow.unwrap_or_default());
    let chosen = move || calendar::read_local(&text.get()).filter(|at| at.since_ms(Timestamp::now()) > 0);
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if let Some(until) = chosen() {
            on_pick.run(until);
        }
    };
    view! {
        <form class="snooze-pick" on:submit=submit>
            <label>
                <span>"Date and time"</span>
                <input class="field__input" type="datetime-local" required=true bind:value=text/>
            </label>
            <p class="snooze-pick__words">
                {move || match chosen() {
                    Some(at) => format!("Comes back {}.", calendar::moment_ahead(at, Timestamp::now())),
                    None => "Choose a time that is still to come.".to_owned(),
                }}
            </p>
            <Button look=Look::Primary submit=true disabled=Signal::derive(move || chosen().is_none())>"Snooze"</Button>
        </form>
    }
}
