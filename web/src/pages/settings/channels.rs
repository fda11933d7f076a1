//! The workspace's channels, and the way to another one.

use leptos::prelude::*;
use web_sys::SubmitEvent;

use super::Head;
use crate::api::channels::{CHANNELS, CREATE_WEB_CHAT, ChannelSummary, WebChatInput};
use crate::api::client;
use crate::api::operation::NoVariables;
use crate::api::session::Input;
use crate::app::route::{Route, SettingsPage};
use crate::app::router::use_router;
use crate::components::icon::Icon as Shape;
use crate::components::{
    Button, ChannelMark, Dialog, EmptyState, ErrorNote, Form, FormNote, Icon, Load, Look, Skeleton,
    TextField, channel_kind_name, settle,
};

/// Lists the channels as cards.
#[component]
pub fn ChannelsPage() -> impl IntoView {
    let channels = Load::new(|| async { Ok(client::run(&CHANNELS, NoVariables {}).await?.channels) });
    let adding = RwSignal::new(false);
    view! {
        <Head title="Channels" text="Where customers write to you.">
            <Button look=Look::Primary icon=Shape::Plus on_press=move |_| adding.set(true)>"Add web chat"</Button>
        </Head>
        <ErrorNote failure=Signal::derive(move || channels.failure()) retry=move |()| channels.reload()/>
        {move || match channels.value() {
            None if channels.failure().is_some() => ().into_any(),
            None => view! { <Skeleton rows=2 kind="card"/> }.into_any(),
            Some(list) if list.is_empty() => view! {
                <EmptyState
                    title="No channel yet"
                    text="A web chat puts a small chat window on your site. Customers write there, and you answer in the inbox."
                >
                    <Button look=Look::Primary on_press=move |_| adding.set(true)>"Add web chat"</Button>
                </EmptyState>
            }.into_any(),
            Some(list) => view! {
                <ul class="channel-cards">{list.into_iter().map(|channel| view! { <Card channel=channel/> }).collect_view()}</ul>
            }.into_any(),
        }}
        <Dialog open=adding title="Add web chat"><Add/></Dialog>
    }
}

#[component]
fn Card(channel: ChannelSummary) -> impl IntoView {
    let ChannelSummary { id, kind, name, active, .. } = channel;
    view! {
        <li>
            <a class="channel-card" href=Route::Settings(SettingsPage::Channel(id)).href()>
                <span class="channel-card__mark"><ChannelMark kind=kind/></span>
                <span class="channel-card__text">
                    <strong>{name}</strong>
                    <span>
                        {channel_kind_name(kind)}
                        {if active { " · takes messages" } else { " · switched off: takes nothing in" }}
                    </span>
                </span>
                <Icon icon=Shape::ChevronRight/>
            </a>
        </li>
    }
}

#[component]
fn Add() -> impl IntoView {
    let router = use_router();
    let form = Form::new();
    let name = RwSignal::new(String::new());
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let input =
            WebChatInput { name: Some(name.get_untracked().trim().to_owned()), ..WebChatInput::default() };
        form.send(
            async move {
                let payload = client::run(&CREATE_WEB_CHAT, Input { input }).await?.payload;
                Ok(settle(payload.channel, payload.problem))
            },
            move |channel| router.go(Route::Settings(SettingsPage::Channel(channel.id))),
        );
    };
    view! {
        <form class="form" on:submit=submit>
            <TextField
                label="Name"
                value=name
                hint="For your team: “Shop”, “Help centre”."
                problem=form.problem_of("name")
                required=true
                autofocus=true
                chars_max=80
            />
            <FormNote form=form/>
            <div class="dialog__foot">
                <Button look=Look::Primary submit=true busy=form.busy>"Add web chat"</Button>
            </div>
        </form>
    }
}
