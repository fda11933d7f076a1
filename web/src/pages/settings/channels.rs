//! The workspace's channels, and the way to another one.

mod connect;
mod connect_form;
mod preview;
mod signup;
mod typed;
mod verdict;

use std::time::Duration;

use leptos::prelude::*;

use super::Head;
use crate::api::channels::{CHANNELS, Channel, ChannelEvent, ChannelList, HealthState};
use crate::api::client;
use crate::api::operation::NoVariables;
use crate::app::route::{Route, SettingsPage};
use crate::components::icon::Icon as Shape;
use crate::components::time::use_now;
use crate::components::{ChannelMark, EmptyState, ErrorNote, Icon, Load, Skeleton, channel_kind_name};

pub use connect::ConnectPage;
pub(super) use connect_form::ConnectForm;
pub(super) use preview::Permissions;
pub(super) use verdict::{Remedy, Verdict, count, verdict};

/// How often a page about health is asked for again.
const AGAIN: Duration = Duration::from_secs(30);

/// Fetches again, now and then, for as long as the page stands and is looked at.
pub(super) fn keep_fresh<Value: Clone + Send + Sync + 'static>(load: Load<Value>) {
    let again = move || {
        if document().visibility_state() == web_sys::VisibilityState::Visible {
            load.reload();
        }
    };
    if let Ok(timer) = set_interval_with_handle(again, AGAIN) {
        on_cleanup(move || timer.clear());
    }
}

/// Words with the state they tell of.
#[component]
pub(super) fn Said(state: HealthState, #[prop(into)] words: String) -> impl IntoView {
    let (class, shape, name) = match state {
        HealthState::Good => ("good", Shape::CircleCheck, "Good: "),
        HealthState::Warning => ("warning", Shape::CircleAlert, "Look: "),
        HealthState::Broken => ("broken", Shape::CircleAlert, "Broken: "),
    };
    view! {
        <p class=format!("said said--{class}")>
            <Icon icon=shape/>
            <span><span class="visually-hidden">{name}</span>{words}</span>
        </p>
    }
}

/// A real load of the page that may open a provider's window.
#[component]
fn AddLink() -> impl IntoView {
    view! {
        <a class="button button--primary" href=Route::Settings(SettingsPage::Connect).href() target="_self">
            <Icon icon=Shape::Plus/>"Add a channel"
        </a>
    }
}

/// Lists the channels as cards.
#[component]
pub fn ChannelsPage() -> impl IntoView {
    let list = Load::new(|| async { client::run(&CHANNELS, NoVariables {}).await });
    keep_fresh(list);
    view! {
        <Head title="Channels" text="Where customers write to you."><AddLink/></Head>
        <ErrorNote failure=Signal::derive(move || list.failure()) retry=move |()| list.reload()/>
        {move || match list.value() {
            None if list.failure().is_some() => ().into_any(),
            None => view! { <Skeleton rows=2 kind="card"/> }.into_any(),
            Some(ChannelList { channels, .. }) if channels.is_empty() => view! {
                <EmptyState
                    title="No channel yet"
                    text="A chat window on your site, a Telegram bot, a WhatsApp number: customers write there, and you answer in the inbox."
                >
                    <AddLink/>
                </EmptyState>
            }.into_any(),
            Some(ChannelList { .. }) => view! {
                <ul class="channel-cards">
                    <For
                        each=move || list.value().map(|list| list.channels).unwrap_or_default()
                        key=|channel| channel.id
                        let:channel
                    >
                        <Card channel=channel list=list/>
                    </For>
                </ul>
            }.into_any(),
        }}
    }
}

#[component]
fn Card(channel: Channel, list: Load<ChannelList>) -> impl IntoView {
    let now = use_now();
    let (id, kind) = (channel.id, channel.kind);
    // The list comes again and again: a card changes only when its channel does.
    let channel = Memo::new(move |_| {
        let found = list.value().and_then(|list| list.channels.into_iter().find(|one| one.id == id));
        found.unwrap_or_else(|| channel.clone())
    });
    let verdict = Memo::new(move |_| verdict(&channel.get(), now.get()));
    let alerts = Memo::new(move |_| {
        let all = list.value().map(|list| list.channel_alerts).unwrap_or_default();
        all.into_iter().filter(|event| event.channel.id == id).collect::<Vec<ChannelEvent>>()
    });
    view! {
        <li>
            <a class="channel-card" href=Route::Settings(SettingsPage::Channel(id)).href()>
                <span class="channel-card__mark"><ChannelMark kind=kind/></span>
                <span class="channel-card__text">
                    <strong>{move || channel.get().name}</strong>
                    <span>
                        {channel_kind_name(kind)}
                        {move || channel.get().handle.map(|handle| format!(" · {handle}"))}
                    </span>
                    {move || {
                        let Verdict { state, words, .. } = verdict.get();
                        view! { <Said state=state words=words/> }
                    }}
                    {move || {
                        let alerts = alerts.get();
                        let more = alerts.len().saturating_sub(1);
                        alerts.into_iter().next().filter(|alert| alert.words != verdict.get().words).map(|alert| {
                            let rest = if more > 0 { format!(" (and {more} more)") } else { String::new() };
                            view! { <Said state=alert.severity words=alert.words + &rest/> }
                        })
                    }}
                </span>
                <Icon icon=Shape::ChevronRight/>
            </a>
        </li>
    }
}
