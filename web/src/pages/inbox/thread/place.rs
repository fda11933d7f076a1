//! Nothing jumps: what is being read stays where it is.

use std::sync::Arc;

use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use crate::api::messages::Message;
use crate::pages::inbox::board::ThreadView;

/// Keeps what is being read where it is: at the bottom the thread follows, elsewhere it stands still, whether
/// history grows above or new messages come below. `from_end` is how far the end was below the upper edge when
/// the thread last stood still: history above does not change it.
pub fn keep_place(
    thread: Memo<ThreadView>,
    scroller: NodeRef<html::Div>,
    at_bottom: RwSignal<bool>,
    missed: RwSignal<usize>,
    from_end: StoredValue<i32>,
) {
    /// First and last number shown, how many, and how many of ours are pending.
    type Extent = Option<(i64, i64, usize)>;
    Effect::new(move |before: Option<Extent>| {
        let extent: Extent = thread.with(|thread| {
            let messages = thread.messages.as_ref()?;
            let number = |message: Option<&Arc<Message>>| message.map_or(0, |m| m.seq);
            Some((number(messages.first()), number(messages.last()), thread.pending.len()))
        });
        let Some(scroller) = scroller.get_untracked() else { return extent };
        let before = before.flatten();
        request_animation_frame(move || {
            match (before, extent) {
                (None, Some(_)) => show_newest(&scroller),
                (Some((first, ..)), Some((now, ..))) if now < first => {
                    let from_end = from_end.try_get_value().unwrap_or_default();
                    scroller.set_scroll_top(scroller.scroll_height() - from_end);
                }
                (Some((_, last, pending)), Some((_, now, now_pending))) => {
                    let ours = now_pending > pending;
                    if ours || at_bottom.try_get_untracked() == Some(true) {
                        scroller.set_scroll_top(scroller.scroll_height());
                    } else if now > last {
                        missed.try_update(|missed| *missed += usize::try_from(now - last).unwrap_or(1));
                    }
                }
                _ => {}
            }
            from_end.try_update_value(|from| *from = scroller.scroll_height() - scroller.scroll_top());
        });
        extent
    });
    // Pictures that load without a known size, and a growing composer, push the bottom away.
    let observed = StoredValue::new_local(None::<web_sys::ResizeObserver>);
    Effect::new(move |_| {
        let Some(scroller) = scroller.get() else { return };
        let held = scroller.clone();
        let follow = wasm_bindgen::closure::Closure::<dyn Fn()>::new(move || {
            if at_bottom.try_get_untracked() == Some(true) {
                held.set_scroll_top(held.scroll_height());
            }
        })
        .into_js_value();
        if let Ok(observer) = web_sys::ResizeObserver::new(follow.unchecked_ref()) {
            observer.observe(&scroller);
            if let Some(column) = scroller.first_element_child() {
                observer.observe(&column);
            }
            observed.set_value(Some(observer));
        }
    });
    on_cleanup(move || {
        if let Some(Some(observer)) = observed.try_update_value(Option::take) {
            observer.disconnect();
        }
    });
}

/// A thread opens at its end, or at what is new when that is more than a screen.
fn show_newest(scroller: &web_sys::HtmlDivElement) {
    scroller.set_scroll_top(scroller.scroll_height());
    let line = scroller.query_selector(".new-line").ok().flatten();
    if let Some(line) = line.and_then(|line| line.dyn_into::<HtmlElement>().ok()) {
        let from_top = line.offset_top() - 48;
        if from_top < scroller.scroll_top() {
            scroller.set_scroll_top(from_top);
        }
    }
}
