//! From message to message by keyboard.

use leptos::prelude::document;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, KeyboardEvent};

/// With the keyboard on a message: arrows go to the next one, Enter opens what can be done with it. With the
/// keyboard on the whole thread, Enter goes to the newest message.
pub fn on_key(event: KeyboardEvent) {
    let Some(focused) = document().active_element() else { return };
    let on_entry = focused.class_list().contains("entry");
    let on_thread = focused.class_list().contains("thread__scroll");
    match event.key().as_str() {
        "Enter" | "ContextMenu" if on_entry => {
            if let Some(more) = focused.query_selector(".entry__more").ok().flatten() {
                press(more);
            }
        }
        "Enter" if on_thread => to_newest(),
        "ArrowUp" if on_entry => step(&focused, web_sys::Element::previous_element_sibling),
        "ArrowDown" if on_entry => step(&focused, web_sys::Element::next_element_sibling),
        _ => return,
    }
    event.prevent_default();
}

/// Gives the keyboard to the newest message.
pub fn to_newest() {
    let entries = document().query_selector_all("article.entry[id]").ok();
    let last = entries.and_then(|entries| entries.item(entries.length().checked_sub(1)?));
    if let Some(last) = last.and_then(|last| last.dyn_into::<HtmlElement>().ok()) {
        let _ = last.focus();
    }
}

fn press(element: web_sys::Element) {
    if let Ok(element) = element.dyn_into::<HtmlElement>() {
        element.click();
    }
}

/// To the next entry on that side; days and events between are passed over.
fn step(from: &web_sys::Element, next: fn(&web_sys::Element) -> Option<web_sys::Element>) {
    let mut at = next(from);
    while let Some(element) = at {
        if element.class_list().contains("entry")
            && let Some(entry) = element.dyn_ref::<HtmlElement>()
        {
            let _ = entry.focus();
            return;
        }
        at = next(&element);
    }
}
