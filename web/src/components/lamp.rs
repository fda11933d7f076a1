//! The lamp: lit while a person waits for us. It means nothing else.

use leptos::prelude::*;

/// A dot; lit it says "waiting" to screen readers.
#[component]
pub fn Lamp(#[prop(into)] lit: Signal<bool>) -> impl IntoView {
    view! {
        <span class="lamp" class:lamp--lit=move || lit.get()>
            {move || lit.get().then(|| view! { <span class="visually-hidden">"Waiting"</span> })}
        </span>
    }
}
