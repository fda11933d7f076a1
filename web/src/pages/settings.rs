//! Settings: a list at the left, one page of at most 720 pixels beside it.

use leptos::prelude::*;

use crate::app::router::use_title;

/// The settings page that the address names.
#[component]
pub fn SettingsPages() -> impl IntoView {
    use_title(|| "Settings".to_owned());
    view! { <main class="page"><h1 tabindex="-1">"Settings"</h1></main> }
}
