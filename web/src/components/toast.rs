//! Short messages about what has just been done, read out politely.

use std::time::Duration;

use leptos::prelude::*;

use super::icon::{self, Icon};
use crate::api::Failure;

/// How long one stays. Longer for failures, which carry more words.
const STAYS: Duration = Duration::from_secs(5);
const FAILURE_STAYS: Duration = Duration::from_secs(10);

#[derive(Clone)]
struct Toast {
    id: u64,
    text: String,
    failed: bool,
}

/// Shows toasts; from [`use_toasts`].
#[derive(Clone, Copy)]
pub struct Toasts {
    list: RwSignal<Vec<Toast>>,
    last_id: StoredValue<u64>,
}

/// Puts the toasts into the context.
pub fn provide_toasts() {
    provide_context(Toasts { list: RwSignal::new(Vec::new()), last_id: StoredValue::new(0) });
}

/// The app's toasts.
pub fn use_toasts() -> Toasts {
    expect_context::<Toasts>()
}

impl Toasts {
    /// "Copied", "Saved".
    pub fn say(self, text: impl Into<String>) {
        self.show(text.into(), false, STAYS);
    }

    /// Something did not work. A session that is over needs no toast: the sign-in page says it.
    pub fn failed(self, failure: &Failure) {
        if *failure != Failure::Unauthenticated {
            self.show(failure.sentence(), true, FAILURE_STAYS);
        }
    }

    fn show(self, text: String, failed: bool, stays: Duration) {
        let id = self.last_id.get_value() + 1;
        self.last_id.set_value(id);
        self.list.update(|list| list.push(Toast { id, text, failed }));
        set_timeout(move || self.drop_one(id), stays);
    }

    fn drop_one(self, id: u64) {
        self.list.update(|list| list.retain(|toast| toast.id != id));
    }
}

/// Where toasts appear; once, at the end of the app.
#[component]
pub fn ToastRegion() -> impl IntoView {
    let toasts = use_toasts();
    view! {
        <div class="toasts" role="status" aria-live="polite">
            <For each=move || toasts.list.get() key=|toast| toast.id let:toast>
                <div class="toast" class:toast--failed=toast.failed>
                    <Icon icon=if toast.failed { icon::Icon::CircleAlert } else { icon::Icon::Check }/>
                    <span>{toast.text}</span>
                    <button type="button" class="toast__close" aria-label="Dismiss" on:click=move |_| toasts.drop_one(toast.id)>
                        <Icon icon=icon::Icon::X/>
                    </button>
                </div>
            </For>
        </div>
    }
}
