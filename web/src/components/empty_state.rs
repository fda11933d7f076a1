//! What stands where nothing is yet.

use leptos::prelude::*;

/// Says what will come here, and how.
#[component]
pub fn EmptyState(
    #[prop(into)] title: String,
    #[prop(into)] text: String,
    /// The next step, if there is one.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="empty-state">
            <svg class="empty-state__drawing" viewBox="0 0 96 40" width="96" height="40" aria-hidden="true">
                <circle cx="16" cy="12" r="5"/>
                <circle cx="48" cy="12" r="5"/>
                <circle cx="80" cy="12" r="5"/>
                <path d="M16 17c0 26 32 26 32 8"/>
            </svg>
            <p class="empty-state__title">{title}</p>
            <p class="empty-state__text">{text}</p>
            {children.map(|children| children())}
        </div>
    }
}
