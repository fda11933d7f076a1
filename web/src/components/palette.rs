//! The command palette: everything that can be done now, by typing a few letters of it.

use leptos::html;
use leptos::prelude::*;
use leptos::wasm_split::wasm_split;
use web_sys::KeyboardEvent;

use super::icon::{self, Icon};
use super::kbd::Kbd;
use super::part::Part;
use crate::api::Failure;
use crate::app::actions::{Action, use_actions};

type Entry = fn(RwSignal<bool>) -> AnyView;

/// The palette's code.
static PALETTE: Part<Entry> = Part::new(|| Box::pin(code()));

#[wasm_split(over, wasm_split_path = ::leptos::wasm_split, fallible)]
fn code() -> Result<Entry, Failure> {
    Ok(|open| view! { <Palette open=open/> }.into_any())
}

/// Opens over everything while `open` is true.
pub fn command_palette(open: RwSignal<bool>) -> AnyView {
    PALETTE.show_once(move || open.get(), move |draw| draw(open))
}

#[component]
fn Palette(open: RwSignal<bool>) -> impl IntoView {
    let element = NodeRef::<html::Dialog>::new();
    Effect::new(move |_| {
        let open = open.get();
        if let Some(dialog) = element.get() {
            if open && !dialog.open() {
                let _ = dialog.show_modal();
            } else if !open && dialog.open() {
                dialog.close();
            }
        }
    });
    view! {
        <dialog
            node_ref=element
            class="palette"
            aria-label="Command palette"
            on:close=move |_| open.set(false)
            on:pointerdown=move |event| {
                // The content covers the dialog, so a press on the dialog itself is one beside it.
                if event.target() == event.current_target() {
                    open.set(false);
                }
            }
        >
            {move || open.get().then(|| view! { <Search open=open/> })}
        </dialog>
    }
}

#[component]
fn Search(open: RwSignal<bool>) -> impl IntoView {
    let actions = use_actions();
    let query = RwSignal::new(String::new());
    let position = RwSignal::new(0_usize);
    let input = NodeRef::<html::Input>::new();
    Effect::new(move |_| {
        if let Some(input) = input.get() {
            let _ = input.focus();
        }
    });
    let found = Signal::derive(move || {
        let query = query.get();
        let mut found: Vec<(u32, Action)> = actions
            .available()
            .into_iter()
            .filter_map(|action| score(&action.name, &query).map(|score| (score, action)))
            .collect();
        found.sort_by_key(|(score, _)| *score);
        found.into_iter().map(|(_, action)| action).collect::<Vec<_>>()
    });
    let run = move |index: usize| {
        let action = found.get_untracked().into_iter().nth(index);
        if let Some(action) = action {
            open.set(false);
            action.run.run(());
        }
    };
    let on_key = move |event: KeyboardEvent| {
        let last = found.get_untracked().len().saturating_sub(1);
        let now = position.get_untracked();
        match event.key().as_str() {
            "ArrowDown" => position.set(if now >= last { 0 } else { now + 1 }),
            "ArrowUp" => position.set(if now == 0 { last } else { now - 1 }),
            "Enter" => run(now),
            _ => return,
        }
        event.prevent_default();
    };
    Effect::new(move |_| {
        let id = format!("palette-{}", position.get());
        if let Some(row) = document().get_element_by_id(&id) {
            row.scroll_into_view_with_scroll_into_view_options(&nearest());
        }
    });
    view! {
        <div class="palette__body">
            <div class="palette__search">
                <Icon icon=icon::Icon::Search size=20/>
                <input
                    node_ref=input
                    type="text"
                    role="combobox"
                    aria-label="What do you want to do?"
                    placeholder="What do you want to do?"
                    autocomplete="off"
                    spellcheck="false"
                    aria-expanded="true"
                    aria-controls="palette-list"
                    aria-activedescendant=move || format!("palette-{}", position.get())
                    prop:value=move || query.get()
                    on:input=move |event| {
                        query.set(event_target_value(&event));
                        position.set(0);
                    }
                    on:keydown=on_key
                />
            </div>
            <ul id="palette-list" class="palette__list" role="listbox" aria-label="Actions">
                {move || found.get().into_iter().enumerate().map(|(index, action)| view! {
                    <li
                        id=format!("palette-{index}")
                        class="palette__item"
                        role="option"
                        aria-selected=move || if position.get() == index { "true" } else { "false" }
                        on:pointermove=move |_| position.set(index)
                        on:click=move |_| run(index)
                    >
                        <span class="palette__name">{action.name}</span>
                        <span class="palette__group">{action.group}</span>
                        {action.key.map(|key| view! { <Kbd key=key/> })}
                    </li>
                }).collect_view()}
            </ul>
            {move || found.get().is_empty().then(|| view! {
                <p class="palette__none" role="status">"Nothing here does that. Try another word."</p>
            })}
        </div>
    }
}

fn nearest() -> web_sys::ScrollIntoViewOptions {
    let options = web_sys::ScrollIntoViewOptions::new();
    options.set_block(web_sys::ScrollLogicalPosition::Nearest);
    options
}

/// How well a name fits what was typed, smaller is better; none: not at all. Every word typed must begin a word
/// of the name; failing that, its letters must appear in order.
fn score(name: &str, query: &str) -> Option<u32> {
    let (name, query) = (name.to_lowercase(), query.trim().to_lowercase());
    if name.starts_with(&query) {
        return Some(0);
    }
    let begins = |typed: &str| name.split_whitespace().any(|word| word.starts_with(typed));
    if query.split_whitespace().all(begins) {
        return Some(1);
    }
    let mut letters = name.chars();
    let in_order =
        query.chars().filter(|letter| !letter.is_whitespace()).all(|letter| letters.any(|own| own == letter));
    in_order.then_some(2)
}

#[cfg(test)]
mod tests {
    use super::score;

    #[test]
    fn a_name_is_found_by_its_beginning_its_words_or_its_letters() {
        assert_eq!(score("Close and next", "clo"), Some(0));
        assert_eq!(score("Go to settings", "set"), Some(1));
        assert_eq!(score("Go to settings", "set go"), Some(1));
        assert_eq!(score("Go to settings", "gts"), Some(2));
        assert_eq!(score("Go to settings", "zebra"), None);
        assert_eq!(score("Anything", ""), Some(0));
    }
}
