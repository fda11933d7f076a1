//! The page that adds a channel: which kind, then what that kind asks for.

use leptos::prelude::*;
use shared::ChannelKind;
use web_sys::SubmitEvent;

use super::connect_form::{ConnectForm, Reach};
use super::signup::Signup;
use crate::api::channels::{CONNECT_OPTIONS, CREATE_WEB_CHAT, Channel, ConnectOptions, WebChatInput};
use crate::api::client;
use crate::api::operation::NoVariables;
use crate::api::session::Input;
use crate::app::route::{Route, SettingsPage};
use crate::components::icon::Icon as Shape;
use crate::components::{
    Button, ChannelMark, EmptyState, ErrorNote, Form, FormNote, Icon, Load, Look, Skeleton, TextField,
    channel_kind_name, settle,
};
use crate::pages::settings::{Head, Part};

const KINDS: [(ChannelKind, &str); 3] = [
    (ChannelKind::WebChat, "A chat window on your own site"),
    (ChannelKind::Telegram, "A bot that people write to"),
    (ChannelKind::Whatsapp, "A number of your business"),
];

/// Leaves by a real load: the next page's document may open no windows.
fn leave(channel: &Channel) {
    let _ = location().set_href(&Route::Settings(SettingsPage::Channel(channel.id)).href());
}

/// Which kind, and its form.
#[component]
pub fn ConnectPage() -> impl IntoView {
    let options =
        Load::new(|| async { Ok(client::run(&CONNECT_OPTIONS, NoVariables {}).await?.connect_options) });
    let kind = RwSignal::new(None::<ChannelKind>);
    // The provider's window ends here: `boot.js` has handed its answer on already.
    if location().search().is_ok_and(|search| search.contains("state=")) {
        return view! {
            <Head title="Add a channel" text=""/>
            <EmptyState title="This window has done its part" text="Close it: the page that opened it goes on."/>
        }
        .into_any();
    }
    let choice = move |(own, text): (ChannelKind, &'static str)| {
        view! {
            <label class="choice kind">
                <input type="radio" name="kind" prop:checked=move || kind.get() == Some(own) on:change=move |_| kind.set(Some(own))/>
                <ChannelMark kind=own/>
                <span><strong>{channel_kind_name(own)}</strong><span>{text}</span></span>
            </label>
        }
    };
    view! {
        <p class="settings__back"><a href="/settings/channels" target="_self"><Icon icon=Shape::ArrowLeft/>"Channels"</a></p>
        <Head title="Add a channel" text="Where else do customers write to you?"/>
        <fieldset class="kinds">
            <legend class="visually-hidden">"Kind of channel"</legend>
            {KINDS.map(choice).into_iter().collect_view()}
        </fieldset>
        <ErrorNote failure=Signal::derive(move || options.failure()) retry=move |()| options.reload()/>
        {move || match (kind.get(), options.value()) {
            (None, _) => ().into_any(),
            (Some(ChannelKind::WebChat), _) => view! { <Part title="Web chat"><AddWebChat/></Part> }.into_any(),
            (Some(_), None) => view! { <Skeleton rows=3/> }.into_any(),
            (Some(kind), Some(options)) => view! { <Provider kind=kind options=options/> }.into_any(),
        }}
    }
    .into_any()
}

#[component]
fn Provider(kind: ChannelKind, options: ConnectOptions) -> impl IntoView {
    let done = Callback::new(|channel: Channel| leave(&channel));
    let signup = options.whatsapp_signup.clone().filter(|_| kind == ChannelKind::Whatsapp);
    let reach = view! { <Reach options=options.clone()/> };
    match signup {
        None => view! {
            {reach}
            <Part title=channel_kind_name(kind)><ConnectForm kind=kind options=options on_done=done/></Part>
        }
        .into_any(),
        Some(signup) => view! {
            {reach}
            <Part title="WhatsApp by Facebook">
                <Signup signup=signup on_done=done/>
            </Part>
            <Part title="WhatsApp by hand" text="With a token of an app of your own.">
                <ConnectForm kind=kind options=options on_done=done/>
            </Part>
        }
        .into_any(),
    }
}

#[component]
fn AddWebChat() -> impl IntoView {
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
            |channel| leave(&channel),
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
                chars_max=80
            />
            <FormNote form=form/>
            <div class="dialog__foot">
                <Button look=Look::Primary submit=true busy=form.busy>"Add web chat"</Button>
            </div>
        </form>
    }
}
