//! Grey shapes in the place of what is on its way.

use leptos::prelude::*;

/// `rows` lines of what is loading. Says "Loading" once to screen readers.
#[component]
pub fn Skeleton(
    #[prop(default = 3)] rows: u8,
    /// What it will be: `"line"`, `"row"`, `"card"`, `"talk"` (a row of the list) or `"bubble"` (a message).
    #[prop(default = "line")]
    kind: &'static str,
) -> impl IntoView {
    view! {
        <div class=format!("skeleton skeleton--{kind}") role="status">
            <span class="visually-hidden">"Loading…"</span>
            {(0..rows).map(|_| view! { <span class="skeleton__bar" aria-hidden="true"></span> }).collect_view()}
        </div>
    }
}
