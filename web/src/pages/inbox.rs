//! The inbox.

use leptos::prelude::*;

use crate::app::router::use_title;

/// The board: views and list, thread, contact.
#[component]
pub fn InboxPage() -> impl IntoView {
    use_title(|| "Inbox".to_owned());
    view! { <main class="page"><h1 tabindex="-1">"Inbox"</h1></main> }
}
