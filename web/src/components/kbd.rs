//! Key caps.

use leptos::prelude::*;

use crate::app::actions::Key;

/// Draws a key or a pair of keys.
#[component]
pub fn Kbd(key: Key) -> impl IntoView {
    view! {
        <span class="kbd">{key.caps().into_iter().map(|cap| view! { <kbd>{cap}</kbd> }).collect_view()}</span>
    }
}
