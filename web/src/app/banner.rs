//! One line above everything while the app is not live.

use leptos::prelude::*;

use crate::api::live::{self, Connection};
use crate::components::{Icon, icon};

/// Shows only when the connection has been gone for longer than a blink.
const GRACE_MS: u64 = 1_500;

/// Says that the connection is lost, what still works, and offers to try now.
#[component]
pub fn ConnectionBanner() -> impl IntoView {
    let connection = live::connection();
    let lost = Memo::new({
        let connection = connection.clone();
        move |_| match connection.get() {
            Connection::Idle | Connection::Connecting | Connection::Connected => None,
            Connection::Reconnecting { .. } => Some(false),
            Connection::Offline { .. } => Some(true),
        }
    });
    let shown = RwSignal::new(None::<bool>);
    Effect::new(move |_| match lost.get() {
        None => shown.set(None),
        now if shown.get_untracked().is_some() => shown.set(now),
        _ => set_timeout(move || shown.set(lost.get_untracked()), std::time::Duration::from_millis(GRACE_MS)),
    });
    view! {
        <div class="banner-place" role="status">
            {move || shown.get().map(|offline| {
                let text = if offline {
                    "You are offline. What is on screen may be out of date; drafts are kept."
                } else {
                    "The connection is lost. Trying again…"
                };
                view! {
                    <div class="banner">
                        <Icon icon=icon::Icon::WifiOff/>
                        <span>{text}</span>
                        <button type="button" class="banner__retry" on:click=move |_| live::retry_now()>"Try now"</button>
                    </div>
                }
            })}
        </div>
    }
}
