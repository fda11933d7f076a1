//! What other windows say to this page.

use js_sys::{Array, Function, Reflect};
use leptos::prelude::*;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{EventTarget, MessageEvent};

/// Hears what `boot.js` of our own small window hands on, for as long as the component stands.
pub(super) fn listen(hear: impl Fn(String) + 'static) {
    let make = || {
        let class = Reflect::get(&js_sys::global(), &JsValue::from_str("BroadcastChannel")).ok()?;
        let name = Array::of1(&JsValue::from_str("switchboard.signup"));
        let port = Reflect::construct(class.dyn_ref::<Function>()?, &name).ok()?;
        port.dyn_into::<EventTarget>().ok()
    };
    let Some(port) = make() else { return };
    let closure = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
        if let Some(text) = event.data().as_string() {
            hear(text);
        }
    });
    let _ = port.add_event_listener_with_callback("message", closure.as_ref().unchecked_ref());
    let kept = StoredValue::new_local((port, closure));
    on_cleanup(move || {
        kept.try_with_value(|(port, _)| {
            let close = Reflect::get(port, &JsValue::from_str("close")).ok()?;
            close.dyn_ref::<Function>()?.call0(port).ok()
        });
    });
}

/// A message's text; an object's as JSON.
pub(super) fn text_of(data: &JsValue) -> String {
    let text =
        data.as_string().or_else(|| js_sys::JSON::stringify(data).ok().and_then(|text| text.as_string()));
    text.unwrap_or_default()
}
