//! One channel: a web chat's settings, or how an account at a provider is doing.

mod draft;
mod hours;
mod identity;
mod install;
mod pre_chat;
mod preview;
mod provider;

use leptos::prelude::*;
use shared::ChannelId;

use super::{Head, Part};
use crate::api::channels::{
    CHANNEL_SETTINGS, ChangedWebChat, Channel, ChannelSwitch, SET_CHANNEL_ACTIVE, UPDATE_WEB_CHAT, WebChat,
    WhichChannel,
};
use crate::api::client;
use crate::components::icon::Icon as Shape;
use crate::components::{
    Button, EmptyState, ErrorNote, Form, FormNote, Icon, Load, Look, Select, SelectOption, Skeleton, Switch,
    TextArea, TextField, settle, use_toasts,
};
use draft::Draft;

/// What is known of the channel.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    /// It has not come yet.
    Nowhere,
    Missing,
    Here,
}

/// Loads the channel and shows its page.
#[component]
pub fn ChannelPage(id: ChannelId) -> impl IntoView {
    let channel =
        Load::new(
            move || async move { Ok(client::run(&CHANNEL_SETTINGS, WhichChannel { id }).await?.channel) },
        );
    // A channel that is loaded anew must not build the page anew.
    let place = Memo::new(move |_| match channel.value() {
        None => Place::Nowhere,
        Some(None) => Place::Missing,
        Some(Some(_)) => Place::Here,
    });
    view! {
        <p class="settings__back"><a href="/settings/channels"><Icon icon=Shape::ArrowLeft/>"Channels"</a></p>
        <ErrorNote failure=Signal::derive(move || channel.failure()) retry=move |()| channel.reload()/>
        {move || match place.get() {
            Place::Nowhere if channel.failure().is_some() => ().into_any(),
            Place::Nowhere => view! { <Skeleton rows=3 kind="card"/> }.into_any(),
            Place::Missing => view! {
                <h1 class="visually-hidden" tabindex="-1">"Channel"</h1>
                <EmptyState title="No such channel" text="It does not exist, or it belongs to another workspace."/>
            }.into_any(),
            Place::Here => match untrack(|| channel.value()).flatten() {
                Some(loaded) => match loaded.web_chat.clone() {
                    Some(web_chat) => view! { <WebChatSettings channel=loaded web_chat=web_chat/> }.into_any(),
                    None => view! { <provider::ProviderPage channel=loaded load=channel/> }.into_any(),
                },
                None => ().into_any(),
            },
        }}
    }
}

#[component]
fn WebChatSettings(channel: Channel, web_chat: WebChat) -> impl IntoView {
    let toasts = use_toasts();
    let id = channel.id;
    let active = RwSignal::new(channel.active);
    let draft = Draft::new(&channel.name, &web_chat);
    let saved = RwSignal::new(draft.input());
    let dirty = Memo::new(move |_| draft.input_tracked() != saved.get());
    let form = Form::new();
    let switching = Form::new();

    let save = move |_| {
        let input = draft.input();
        let sent = input.clone();
        form.send(
            async move {
                let variables = ChangedWebChat { channel_id: id, input };
                let payload = client::run(&UPDATE_WEB_CHAT, variables).await?.payload;
                Ok(settle(payload.channel, payload.problem))
            },
            move |_| {
                saved.set(sent);
                toasts.say("Saved. Open pages pick it up within five minutes.");
            },
        );
    };
    let set_active = move |on: bool| {
        switching.send(
            async move {
                let variables = ChannelSwitch { channel_id: id, active: on };
                let payload = client::run(&SET_CHANNEL_ACTIVE, variables).await?.payload;
                Ok(settle(payload.channel, payload.problem))
            },
            move |channel: Channel| active.set(channel.active),
        );
    };
    let sides = vec![SelectOption::new("RIGHT", "Right"), SelectOption::new("LEFT", "Left")];
    view! {
        <Head title=draft.name text="A chat window on your own site.">
            <a class="button" href=web_chat.try_url.clone() target="_blank" rel="noopener">
                <Icon icon=Shape::Play/>"Try it"
            </a>
        </Head>
        <install::Install snippet=web_chat.snippet.clone()/>
        <Part title="Looks" text="What visitors see first.">
            <div class="looks">
                <div class="form">
                    <TextField label="Name" value=draft.name hint="Visitors see it at the top of the chat." problem=form.problem_of("name") chars_max=80/>
                    <div class="form__pair">
                        <draft::ColorField value=draft.color problem=form.problem_of("color")/>
                        <Select label="Side" value=draft.position options=sides/>
                    </div>
                    <TextField label="Welcome" value=draft.welcome_title problem=form.problem_of("welcomeTitle") chars_max=120/>
                    <TextArea label="Below it" value=draft.welcome_text problem=form.problem_of("welcomeText") rows=2 chars_max=500/>
                    <TextField
                        label="How soon you answer"
                        value=draft.reply_time_text
                        hint="Empty shows nothing."
                        problem=form.problem_of("replyTimeText")
                        chars_max=120
                    />
                </div>
                <preview::Preview draft=draft/>
            </div>
        </Part>
        <Part title="Before the chat" text="What you ask a visitor before the first message. Each question costs you conversations.">
            <pre_chat::PreChatFields fields=draft.pre_chat problem=form.problem_of("preChat")/>
        </Part>
        <Part title="Office hours" text="Outside of them visitors can still write, and learn when you are back.">
            <hours::Hours draft=draft problem=form.problem_of("hours")/>
            <TextArea label="Text while you are away" value=draft.offline_text problem=form.problem_of("offlineText") rows=2 chars_max=500/>
        </Part>
        <Part title="Where it may run" text="Only pages of these sites can show the chat.">
            <TextArea
                label="Allowed origins"
                value=draft.origins
                hint="One in a line, such as https://shop.example or https://*.shop.example. Without any, only the “Try it” page works."
                placeholder="https://shop.example"
                problem=form.problem_of("allowedOrigins")
                rows=3
            />
        </Part>
        <identity::Identity channel_id=id mode=draft.identity_mode last4=web_chat.identity_secret_last4.clone()/>
        <Part title="Composer">
            <Switch
                label="Files"
                hint="Visitors can send pictures and files up to 20 MB."
                on=draft.attachments
                on_change=move |on| draft.attachments.set(on)
            />
            <Switch label="Emoji" hint="An emoji button beside the text." on=draft.emoji on_change=move |on| draft.emoji.set(on)/>
        </Part>
        <Part title="On or off">
            <Switch
                label="Take messages"
                hint="Switched off, the chat disappears from your site. Conversations stay."
                on=active
                on_change=set_active
                disabled=switching.busy
            />
            <FormNote form=switching/>
        </Part>
        <div class="save-bar" class:save-bar--shown=move || dirty.get() inert=move || !dirty.get()>
            <FormNote form=form/>
            <div class="save-bar__row">
                <span>"Unsaved changes"</span>
                <Button on_press=move |_| draft.restore(&saved.get_untracked())>"Discard"</Button>
                <Button look=Look::Primary busy=form.busy on_press=save>"Save changes"</Button>
            </div>
        </div>
    }
}
