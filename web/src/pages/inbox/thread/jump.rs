//! From a quote to what it quotes.

use std::time::Duration;

use leptos::prelude::*;
use shared::MessageId;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::Over;
use crate::pages::inbox::bubble;

/// What lies further back than this is shown by itself: loading all between would take too long.
const MESSAGES_BACK_MAX: i64 = 2_000;
/// How often, and how many times, we look whether it is there.
const LOOK_EVERY: Duration = Duration::from_millis(120);
const LOOKS_MAX: u8 = 100;
/// How long it is lit.
const LIT: Duration = Duration::from_millis(1_600);

/// Brings a message into sight and lights it for a moment; loads what lies between, or shows it by itself.
pub fn show_message(over: Over, message: MessageId, seq: Option<i64>) {
    attempt(over, message, seq, LOOKS_MAX);
}

fn attempt(over: Over, message: MessageId, seq: Option<i64>, looks: u8) {
    let found = document().get_element_by_id(&bubble::anchor(message));
    if let Some(element) = found.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        light(element);
        return;
    }
    let board = over.desk.board;
    let thread = untrack(|| board.thread(over.id));
    let messages = thread.messages.unwrap_or_default();
    // Here already, and on the screen in a moment.
    let here = messages.iter().any(|one| one.id == message);
    let back = seq.zip(messages.first()).map_or(i64::MAX, |(seq, first)| first.seq - seq);
    let near = thread.more && !thread.failed && (0..=MESSAGES_BACK_MAX).contains(&back);
    if looks == 0 || !(here || near) {
        over.origin.set(Some(message));
        return;
    }
    if !here {
        board.load_back(over.id);
    }
    set_timeout(move || attempt(over, message, seq, looks - 1), LOOK_EVERY);
}

fn light(element: HtmlElement) {
    let options = web_sys::ScrollIntoViewOptions::new();
    options.set_block(web_sys::ScrollLogicalPosition::Center);
    element.scroll_into_view_with_scroll_into_view_options(&options);
    let _ = element.focus();
    let _ = element.class_list().add_1("entry--lit");
    set_timeout(
        move || {
            let _ = element.class_list().remove_1("entry--lit");
        },
        LIT,
    );
}
