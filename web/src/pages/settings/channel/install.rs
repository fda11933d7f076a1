//! The snippet to paste.

use leptos::prelude::*;

use super::Part;
use crate::components::CopyField;

/// What to do with it, in one sentence.
#[component]
pub(super) fn Install(snippet: String) -> impl IntoView {
    view! {
        <Part title="Put it on your site" text="Paste this before the closing body tag of each page that should have the chat.">
            <CopyField label="Snippet" text=Signal::stored(snippet)/>
        </Part>
    }
}
