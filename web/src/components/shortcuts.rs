//! The sheet of keys, drawn from what is registered.

use leptos::prelude::*;
use leptos::wasm_split::wasm_split;

use super::dialog::Dialog;
use super::kbd::Kbd;
use super::part::Part;
use crate::api::Failure;
use crate::app::actions::{Action, use_actions};

type Entry = fn(RwSignal<bool>) -> AnyView;

/// The sheet's code.
static SHEET: Part<Entry> = Part::new(|| Box::pin(code()));

#[wasm_split(over, wasm_split_path = ::leptos::wasm_split, fallible)]
fn code() -> Result<Entry, Failure> {
    Ok(|open| view! { <ShortcutsSheet open=open/> }.into_any())
}

/// Opens while `open` is true.
pub fn shortcuts_sheet(open: RwSignal<bool>) -> AnyView {
    SHEET.show_once(move || open.get(), move |draw| draw(open))
}

#[component]
fn ShortcutsSheet(open: RwSignal<bool>) -> impl IntoView {
    let actions = use_actions();
    let groups = move || grouped(actions.all());
    view! {
        <Dialog open=open title="Keyboard shortcuts" wide=true>
            <div class="shortcuts">
                {groups().into_iter().map(|(group, actions)| view! {
                    <section class="shortcuts__group">
                        <h3>{group}</h3>
                        <dl>
                            {actions.into_iter().map(|action| view! {
                                <div class="shortcuts__row">
                                    <dt>{action.name}</dt>
                                    <dd>{action.key.map(|key| view! { <Kbd key=key/> })}</dd>
                                </div>
                            }).collect_view()}
                        </dl>
                    </section>
                }).collect_view()}
            </div>
        </Dialog>
    }
}

/// Those with a key, by group, in the order registered.
fn grouped(actions: Vec<Action>) -> Vec<(&'static str, Vec<Action>)> {
    let mut groups: Vec<(&'static str, Vec<Action>)> = Vec::new();
    for action in actions.into_iter().filter(|action| action.key.is_some()) {
        match groups.iter_mut().find(|(group, _)| *group == action.group) {
            Some((_, list)) => list.push(action),
            None => groups.push((action.group, vec![action])),
        }
    }
    groups
}
