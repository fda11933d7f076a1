//! What happened to the channel.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::ChannelId;

use super::super::super::channels::Said;
use super::super::Part;
use crate::api::channels::{ACKNOWLEDGE_CHANNEL_EVENT, CHANNEL_EVENTS, ChannelEvent, EventsOf, WhichEvent};
use crate::api::client;
use crate::components::{Button, Look, MoreButton, Pages, RelativeTime, use_toasts};

const PAGE: u32 = 10;

/// Newest first; each that somebody should look at can be said to be seen.
#[component]
pub(super) fn Events(id: ChannelId) -> impl IntoView {
    let events = Pages::new(move |after| async move {
        let wanted = EventsOf { channel_id: id, first: PAGE, after };
        Ok(client::run(&CHANNEL_EVENTS, wanted).await?.channel_events)
    });
    view! {
        <Part title="What happened">
            {move || (events.first_page() == Some(0)).then(|| view! { <p class="said__aside">"Nothing yet."</p> })}
            <ol class="happened" aria-label="Events, newest first">
                <For each=move || events.rows() key=|event| (event.id.clone(), event.is_alert()) let:event>
                    <Row event=event events=events/>
                </For>
            </ol>
            <MoreButton pages=events/>
        </Part>
    }
}

#[component]
fn Row(event: ChannelEvent, events: Pages<ChannelEvent>) -> impl IntoView {
    let toasts = use_toasts();
    let alert = event.is_alert();
    let ChannelEvent { id, severity, words, at, acknowledged_by_name, .. } = event;
    let seen = move |_| {
        let which = WhichEvent { event_id: id.clone() };
        spawn_local(async move {
            match client::run(&ACKNOWLEDGE_CHANNEL_EVENT, which).await {
                Ok(answer) => {
                    let Some(seen) = answer.payload.event else { return };
                    events.replace(move |row| (row.id == seen.id).then(|| seen.clone()));
                }
                Err(failure) => toasts.failed(&failure),
            }
        });
    };
    view! {
        <li>
            <Said state=severity words=words/>
            <span class="said__aside">
                <RelativeTime at=at/>
                {acknowledged_by_name.map(|name| format!(", seen by {name}"))}
            </span>
            {alert.then(|| view! { <Button look=Look::Quiet on_press=seen>"Seen"</Button> })}
        </li>
    }
}
