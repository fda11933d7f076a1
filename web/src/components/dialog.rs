//! A modal dialog on the browser's own `<dialog>`: it traps focus, closes with Esc and gives focus back.

use leptos::html;
use leptos::prelude::*;
use web_sys::MouseEvent;

use super::button::IconButton;
use super::icon::Icon as Shape;

/// A titled dialog, open while `open` is true. Its content is built when it opens and dropped when it closes.
#[component]
pub fn Dialog(
    open: RwSignal<bool>,
    #[prop(into)] title: Signal<String>,
    /// Wider than a form: lists, sheets.
    #[prop(optional)]
    wide: bool,
    children: ChildrenFn,
) -> impl IntoView {
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
    // A click that starts and ends on the dialog itself is one on the backdrop.
    let on_click = move |event: MouseEvent| {
        let on_backdrop = element.get_untracked().is_some_and(|dialog| {
            let target = event.target().map(wasm_bindgen::JsValue::from);
            target.is_some_and(|target| target == *AsRef::<wasm_bindgen::JsValue>::as_ref(&dialog))
        });
        if on_backdrop {
            open.set(false);
        }
    };
    view! {
        <dialog
            node_ref=element
            class="dialog"
            class:dialog--wide=wide
            aria-label=move || title.get()
            on:close=move |_| open.set(false)
            on:click=on_click
        >
            {move || open.get().then(|| view! {
                <div class="dialog__body">
                    <header class="dialog__head">
                        <h2 tabindex="-1" autofocus=true>{move || title.get()}</h2>
                        <IconButton
                            icon=Shape::X
                            label="Close"
                            on_press=move |_| open.set(false)
                        />
                    </header>
                    {children()}
                </div>
            })}
        </dialog>
    }
}
