//! An address that leads nowhere.

use leptos::prelude::*;

use crate::app::router::use_title;
use crate::components::EmptyState;

/// Says so, and where to go on.
#[component]
pub fn MissingPage() -> impl IntoView {
    use_title(|| "Page not found".to_owned());
    view! {
        <main class="page page--centred">
            <h1 class="visually-hidden" tabindex="-1">"Page not found"</h1>
            <EmptyState title="No line here" text="This address leads to no page. It may have been typed wrong, or the page is gone.">
                <a class="button button--primary" href="/inbox/all">"Go to the inbox"</a>
            </EmptyState>
        </main>
    }
}
