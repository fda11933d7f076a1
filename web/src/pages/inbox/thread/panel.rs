//! The small panel beside a message. It closes with Esc, with a press elsewhere, and when the thread scrolls.

mod history;
mod menu;

use leptos::html;
use leptos::prelude::*;
use leptos::wasm_split::wasm_split;
use wasm_bindgen::JsCast;
use web_sys::{FocusEvent, HtmlElement, KeyboardEvent, Node};

use super::Over;
use super::over::{Edges, Panel, Shows};
use crate::api::Failure;
use crate::components::{Part, move_focus};
use crate::pages::inbox::bubble;

/// Between the panel and the button it belongs to, and between the panel and the window's edge.
const GAP_PX: f64 = 6.0;

type Entry = fn(Over) -> AnyView;

/// The code of what a panel can show.
static PANEL: Part<Entry> = Part::new(|| Box::pin(code()));

#[wasm_split(over, wasm_split_path = ::leptos::wasm_split, fallible)]
fn code() -> Result<Entry, Failure> {
    Ok(|over| (move || over.panel.get().map(|panel| view! { <Opened over=over panel=panel/> })).into_any())
}

/// Shows `over.panel`, where there is room for it.
pub fn panel_place(over: Over) -> AnyView {
    PANEL.show_once(move || over.panel.get().is_some(), move |draw| draw(over))
}

#[component]
fn Opened(over: Over, panel: Panel) -> impl IntoView {
    let place = NodeRef::<html::Div>::new();
    let id = panel.message.id;
    let shows = panel.shows;
    let at = panel.at;
    let close = move || {
        over.panel.set(None);
        let entry = document().get_element_by_id(&bubble::anchor(id));
        if let Some(entry) = entry.and_then(|entry| entry.dyn_into::<HtmlElement>().ok()) {
            let _ = entry.focus();
        }
    };
    Effect::new(move |_| {
        let Some(place) = place.get() else { return };
        request_animation_frame(move || {
            let window = (size(window().inner_width()), size(window().inner_height()));
            let own = (f64::from(place.offset_width()), f64::from(place.offset_height()));
            let (left, top) = beside(at, own, window);
            let style = HtmlElement::style(&place);
            let _ = style.set_property("left", &format!("{}px", left as i32));
            let _ = style.set_property("top", &format!("{}px", top as i32));
            let _ = style.set_property("visibility", "visible");
            let inside = document().active_element().is_some_and(|active| place.contains(Some(&active)));
            if !inside && !move_focus(&place, "Home") {
                let _ = place.focus();
            }
        });
    });
    let on_key = move |event: KeyboardEvent| {
        let key = event.key();
        match key.as_str() {
            "Escape" | "Tab" => close(),
            _ => {
                let moved = place.get_untracked().is_some_and(|place| move_focus(&place, &key));
                if !moved {
                    return;
                }
            }
        }
        event.prevent_default();
        event.stop_propagation();
    };
    let inside = move |target: Option<web_sys::EventTarget>| {
        let node = target.and_then(|target| target.dyn_into::<Node>().ok());
        place.get_untracked().is_some_and(|place| node.is_some_and(|node| place.contains(Some(&node))))
    };
    // Without a new place the focus has gone because something was redrawn: that closes nothing.
    let on_focus_out = move |event: FocusEvent| {
        if event.related_target().is_some() && !inside(event.related_target()) {
            over.panel.set(None);
        }
    };
    let handle = window_event_listener(leptos::ev::pointerdown, move |event| {
        if !inside(event.target()) {
            over.panel.set(None);
        }
    });
    on_cleanup(move || handle.remove());
    let (role, label) = match shows {
        Shows::Menu => ("menu", "What to do with this message"),
        Shows::Reactions => ("dialog", "React"),
        Shows::History => ("dialog", "What it said before"),
    };
    let content = match shows {
        Shows::Menu => menu::menu(over, panel, close),
        Shows::Reactions => menu::all_reactions(over, &panel, close),
        Shows::History => view! { <history::History id=id/> }.into_any(),
    };
    view! {
        <div
            node_ref=place
            class="menu__list panel"
            role=role
            aria-label=label
            tabindex="-1"
            on:keydown=on_key
            on:focusout=on_focus_out
        >
            {content}
        </div>
    }
}

fn size(value: Result<wasm_bindgen::JsValue, wasm_bindgen::JsValue>) -> f64 {
    value.ok().and_then(|value| value.as_f64()).unwrap_or_default()
}

/// Where a panel of this size goes: below its button if it fits there, else above, and inside the window.
fn beside(at: Edges, own: (f64, f64), window: (f64, f64)) -> (f64, f64) {
    let below = at.bottom + GAP_PX;
    let above = at.top - GAP_PX - own.1;
    let top = if below + own.1 + GAP_PX <= window.1 || above < GAP_PX { below } else { above };
    // It opens towards the middle of the window.
    let left = if at.left + at.right > window.0 { at.right - own.0 } else { at.left };
    let inside = |start: f64, own: f64, window: f64| start.min(window - own - GAP_PX).max(GAP_PX);
    (inside(left, own.0, window.0), inside(top, own.1, window.1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn button(left: f64, top: f64) -> Edges {
        Edges { left, top, right: left + 28.0, bottom: top + 28.0 }
    }

    #[test]
    fn a_panel_opens_where_there_is_room() {
        let (own, window) = ((240.0, 300.0), (1_000.0, 800.0));
        assert_eq!(beside(button(100.0, 100.0), own, window), (100.0, 134.0));
        assert_eq!(beside(button(100.0, 700.0), own, window), (100.0, 394.0));
        assert_eq!(beside(button(900.0, 100.0), own, window), (688.0, 134.0));
    }

    #[test]
    fn a_panel_lies_inside_the_smallest_window() {
        let (left, top) = beside(button(290.0, 200.0), (240.0, 380.0), (320.0, 400.0));
        assert!(left >= 6.0 && left + 240.0 <= 314.0 && top >= 6.0 && top + 380.0 <= 394.0);
    }
}
