//! What can be done to a channel with a provider.

use leptos::prelude::*;

use super::super::super::channels::ConnectForm;
use super::Shown;
use crate::api::channels::{
    CONNECT_OPTIONS, Channel, ChannelPayload, ChannelSwitch, OfChannel, RESUME_OUTBOX, SET_CHANNEL_ACTIVE,
};
use crate::api::client;
use crate::api::operation::{NoVariables, Operation};
use crate::api::session::Answer;
use crate::components::{Dialog, ErrorNote, Form, Load, Skeleton, Toasts, settle, use_toasts};

/// One act at a time, with the channel as its outcome.
#[derive(Clone, Copy)]
pub(in super::super) struct Acts {
    pub(super) form: Form,
    shown: Shown,
    toasts: Toasts,
}

impl Acts {
    pub(super) fn new(shown: Shown) -> Self {
        Self { form: Form::new(), shown, toasts: use_toasts() }
    }

    /// Runs an operation on the channel and says that it is done.
    pub(super) fn run(
        self,
        operation: &'static Operation<OfChannel, Answer<ChannelPayload>>,
        done: &'static str,
    ) {
        self.ask(operation.question(&OfChannel { channel_id: self.shown.id }), done);
    }

    /// Asks a question that answers with the channel.
    pub(super) fn ask(self, question: String, done: &'static str) {
        self.form.send(
            async move {
                let payload = client::ask::<Answer<ChannelPayload>>(question).await?.payload;
                Ok(settle(payload.channel, payload.problem))
            },
            move |channel| {
                self.shown.take(channel);
                self.toasts.say(done);
            },
        );
    }

    pub(super) fn switch(self, active: bool) {
        let variables = ChannelSwitch { channel_id: self.shown.id, active };
        let done = if active { "Switched on: what waited goes out" } else { "Paused" };
        self.ask(SET_CHANNEL_ACTIVE.question(&variables), done);
    }

    pub(super) fn send_again(self) {
        self.run(&RESUME_OUTBOX, "Back in line");
    }
}

/// New credentials for the same account, in the form that connected it.
#[component]
pub(super) fn Reconnect(shown: Shown, open: RwSignal<bool>) -> impl IntoView {
    let toasts = use_toasts();
    let done = Callback::new(move |channel: Channel| {
        shown.take(channel);
        open.set(false);
        toasts.say("Connected again");
    });
    view! {
        <Dialog open=open title="Connect again" wide=true>
            <p>"Give a token for the same account. History, settings and address stay; what waits goes out."</p>
            {
                let options = Load::new(|| async {
                    Ok(client::run(&CONNECT_OPTIONS, NoVariables {}).await?.connect_options)
                });
                move || match options.value() {
                    Some(options) => view! {
                        <ConnectForm kind=shown.kind options=options again=Some(shown.id) on_done=done/>
                    }.into_any(),
                    None => view! {
                        <Skeleton rows=3/>
                        <ErrorNote failure=Signal::derive(move || options.failure()) retry=move |()| options.reload()/>
                    }.into_any(),
                }
            }
        </Dialog>
    }
}
