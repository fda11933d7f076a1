//! Credentials, tried as they are typed. The same form connects an account and connects one again.

use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::{ChannelId, ChannelKind};
use web_sys::SubmitEvent;

use super::preview::Preview;
use super::typed::{nothing, place, typed, worth_asking};
use crate::api::channels::{
    AccountPreview, CONNECT_CHANNEL, Channel, ConnectChannelInput, ConnectOptions, INSPECT_CHANNEL,
    RECONNECT_CHANNEL, Reconnection,
};
use crate::api::session::Input;
use crate::api::{Failure, Problem, client};
use crate::components::{Button, Form, FormNote, Look, TextField, settle};

/// How long nothing is typed before the provider is asked.
const PAUSE: Duration = Duration::from_millis(450);

/// What the provider says to what is typed.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Trial {
    /// There is nothing to ask about yet.
    None,
    Asking,
    Found(AccountPreview),
    Wrong(Problem),
    Failed(Failure),
}

/// Asks the provider whenever what is typed has come to rest.
fn trial_of(input: Memo<ConnectChannelInput>) -> RwSignal<Trial> {
    let trial = RwSignal::new(Trial::None);
    let turn = StoredValue::new(0_u32);
    Effect::new(move |_| {
        let input = input.get();
        let own = turn.get_value() + 1;
        turn.set_value(own);
        let current = move || turn.try_get_value() == Some(own);
        if !worth_asking(&input) {
            return trial.set(Trial::None);
        }
        let ask = move || {
            if !current() {
                return;
            }
            trial.set(Trial::Asking);
            spawn_local(async move {
                let kind = input.kind;
                let answer = client::run(&INSPECT_CHANNEL, Input { input }).await;
                if current() {
                    let settled = answer.map(|answer| settle(answer.payload.account, answer.payload.problem));
                    trial.set(match settled {
                        Ok(Ok(account)) => Trial::Found(account),
                        Ok(Err(problem)) => Trial::Wrong(place(problem, kind)),
                        Err(failure) => Trial::Failed(failure),
                    });
                }
            });
        };
        set_timeout(ask, PAUSE);
    });
    trial
}

/// Asks for credentials of a kind of account, says whose they are, and connects it.
#[component]
pub fn ConnectForm(
    kind: ChannelKind,
    options: ConnectOptions,
    /// Which channel gets new credentials; none: it is a new one.
    #[prop(default = None)]
    again: Option<ChannelId>,
    #[prop(into)] on_done: Callback<Channel>,
) -> impl IntoView {
    let form = Form::new();
    let whatsapp = kind == ChannelKind::Whatsapp;
    let [token, parent, account, app_secret, pin] = std::array::from_fn(|_| RwSignal::new(String::new()));
    let input = Memo::new(move |_| ConnectChannelInput {
        token: typed(&token.get()),
        account_id: typed(&account.get()),
        parent_account_id: typed(&parent.get()),
        app_secret: typed(&app_secret.get()),
        pin: typed(&pin.get()),
        ..nothing(kind)
    });
    let trial = trial_of(input);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let input = input.get_untracked();
        form.send(
            async move {
                let answer = match again {
                    Some(channel_id) => {
                        client::run(&RECONNECT_CHANNEL, Reconnection { channel_id, input }).await?
                    }
                    None => client::run(&CONNECT_CHANNEL, Input { input }).await?,
                };
                let settled = settle(answer.payload.channel, answer.payload.problem);
                Ok(settled.map_err(|problem| place(problem, kind)))
            },
            move |channel| on_done.run(channel),
        );
    };
    // What the provider misses is a hint while nothing is typed there, and a problem after.
    let field =
        move |label: &'static str, name: &'static str, value: RwSignal<String>, hint: &'static str| {
            let said = Memo::new(move |_| match trial.get() {
                Trial::Wrong(problem) if problem.field.as_deref() == Some(name) => Some(problem.message),
                _ => None,
            });
            let empty = move || value.with(|text| text.trim().is_empty());
            let sent = form.problem_of(name);
            let hint =
                Signal::derive(move || said.get().filter(|_| empty()).unwrap_or_else(|| hint.to_owned()));
            let problem = Signal::derive(move || sent.get().or_else(|| said.get().filter(|_| !empty())));
            let secret = matches!(name, "token" | "appSecret" | "pin");
            view! {
                <TextField
                    label=label
                    value=value
                    hint=hint
                    problem=problem
                    kind=if secret { "password" } else { "text" }
                    autocomplete=if secret { "new-password" } else { "off" }
                    required=name == "token"
                />
            }
        };
    let verb = Signal::derive(move || match trial.get() {
        Trial::Found(AccountPreview { handle: Some(handle), .. }) => format!("Connect {handle}"),
        _ => "Connect".to_owned(),
    });
    let secret_hint = if options.whatsapp_needs_app_secret && again.is_none() {
        "App settings → Basic. What arrives is signed with it."
    } else {
        "Only if the token is of another app than before, or than Switchboard's own."
    };
    let steps = again.is_none() && !whatsapp;
    view! {
        <form class="form" on:submit=submit>
            {steps.then(|| view! {
                <ol class="steps">
                    <li>"Open "<a href="https://t.me/BotFather" target="_blank" rel="noopener">"@BotFather"</a>" in Telegram, send "<code>"/newbot"</code>", and choose a name and a user name."</li>
                    <li>"Better: send it "<code>"/setjoingroups"</code>" and choose Disable. Switchboard answers in private chats."</li>
                    <li>"It has answered with a token. Paste it here."</li>
                </ol>
            })}
            {field("Token", "token", token, if whatsapp { "Of a system user, without an end, with both permissions: messaging and management." } else { "" })}
            {(whatsapp && again.is_none()).then(|| view! {
                {field("WhatsApp Business Account id", "parentAccountId", parent, "WhatsApp → API setup, in your app at Meta.")}
                {field("Phone number id", "accountId", account, "Beside it. Not the telephone number.")}
            })}
            {whatsapp.then(|| view! {
                {field("App secret", "appSecret", app_secret, secret_hint)}
                {field("PIN", "pin", pin, "Six digits. Only for a number that is not registered at the Cloud API yet.")}
            })}
            <Preview kind=kind trial=trial/>
            <FormNote form=form/>
            <div class="dialog__foot">
                <Button look=Look::Primary submit=true busy=form.busy>{move || verb.get()}</Button>
            </div>
        </form>
    }
}

/// What stands in the way of every provider, before anything is typed.
#[component]
pub(super) fn Reach(options: ConnectOptions) -> impl IntoView {
    let ConnectOptions { webhook_url, webhook_reachable, simulator, .. } = options;
    match simulator {
        Some(page) => view! {
            <p class="notice">
                "The providers are a simulator here. "
                <a href=page target="_blank" rel="noopener">"Its page of phones"</a>" has accounts to connect."
            </p>
        }
        .into_any(),
        None if !webhook_reachable => view! {
            <p class="notice">
                "Providers cannot deliver to "<code>{webhook_url}</code>": they need https and a name that the internet knows. \
                 Whoever runs Switchboard sets it ("<code>"providers.webhook_url"</code>")."
            </p>
        }
        .into_any(),
        None => ().into_any(),
    }
}
