//! Text to take along: shown as it is, copied at a press.

use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::Clipboard;

use super::button::Button;
use super::icon::Icon as Shape;
use super::toast::{Toasts, use_toasts};

/// A line or a block of text with a button that copies it.
#[component]
pub fn CopyField(
    /// What it is: "Snippet", "Link".
    #[prop(into)]
    label: String,
    #[prop(into)] text: Signal<String>,
) -> impl IntoView {
    let toasts = use_toasts();
    let shown = NodeRef::<html::Code>::new();
    let said = label.clone();
    let copy = move |_| {
        let said = said.clone();
        spawn_local(async move {
            if write_clipboard(&text.get_untracked()).await {
                toasts.say(format!("{said} copied"));
            } else {
                // Without the clipboard, at least half the work: marked, ready for Ctrl+C.
                if let (Some(shown), Ok(Some(selection))) = (shown.get_untracked(), window().get_selection())
                {
                    let _ = selection.select_all_children(&shown);
                }
                toasts.say("Marked. Press Ctrl+C to copy.");
            }
        });
    };
    view! {
        <div class="copy">
            <pre class="copy__text" tabindex="0" role="textbox" aria-readonly="true" aria-label=label>
                <code node_ref=shown>{move || text.get()}</code>
            </pre>
            <Button icon=Shape::Copy on_press=copy>"Copy"</Button>
        </div>
    }
}

/// Copies a text and says so; `what` it is.
pub fn copy_text(toasts: Toasts, text: String, what: &'static str) {
    spawn_local(async move {
        if write_clipboard(&text).await {
            toasts.say(format!("{what} copied"));
        } else {
            toasts.say("This browser lets nothing be copied here. Mark it and press Ctrl+C.");
        }
    });
}

/// False where the browser does not let us, as outside of TLS.
async fn write_clipboard(text: &str) -> bool {
    let navigator = window().navigator();
    let clipboard = js_sys::Reflect::get(&navigator, &JsValue::from_str("clipboard"));
    match clipboard.ok().and_then(|clipboard| clipboard.dyn_into::<Clipboard>().ok()) {
        Some(clipboard) => JsFuture::from(clipboard.write_text(text)).await.is_ok(),
        None => false,
    }
}
