//! The channel's own settings, and the ways out of it.

use leptos::prelude::*;
use shared::ChannelState;
use web_sys::SubmitEvent;

use super::super::Part;
use super::Shown;
use super::acts::Acts;
use crate::api::channels::{
    ChangedProviderSettings, DISCONNECT_CHANNEL, ProviderSettings, RENAME_CHANNEL, RenamedChannel,
    UPDATE_PROVIDER_SETTINGS,
};
use crate::components::{Button, Confirm, Look, Switch, TextField};

/// Name, what contacts see of us, on or off.
#[component]
pub(super) fn Settings(shown: Shown, acts: Acts) -> impl IntoView {
    let channel = shown.channel;
    let name = RwSignal::new(channel.with_untracked(|channel| channel.name.clone()));
    let rename = move |event: SubmitEvent| {
        event.prevent_default();
        let variables = RenamedChannel { channel_id: shown.id, name: name.get_untracked().trim().to_owned() };
        acts.ask(RENAME_CHANNEL.question(&variables), "Renamed");
    };
    let provider =
        move || channel.get().provider.unwrap_or(ProviderSettings { read_receipts: false, typing: false });
    let set = move |read_receipts: Option<bool>, typing: Option<bool>| {
        let variables = ChangedProviderSettings { channel_id: shown.id, read_receipts, typing };
        acts.ask(UPDATE_PROVIDER_SETTINGS.question(&variables), "Saved");
    };
    view! {
        <Part title="Settings">
            <form class="form form--line" on:submit=rename>
                <TextField label="Name" value=name hint="For your team." problem=acts.form.problem_of("name") required=true chars_max=120/>
                <Button submit=true busy=acts.form.busy>"Rename"</Button>
            </form>
            <Switch
                label="Read receipts"
                hint="Customers see what you have read, where the platform can show it."
                on=Signal::derive(move || provider().read_receipts)
                on_change=move |on| set(Some(on), None)
                disabled=acts.form.busy
            />
            <Switch
                label="Typing"
                hint="Customers see that somebody is writing."
                on=Signal::derive(move || provider().typing)
                on_change=move |on| set(None, Some(on))
                disabled=acts.form.busy
            />
            <Switch
                label="On"
                hint="Paused, it goes on taking in what customers write. What you send waits until it is on again."
                on=Signal::derive(move || channel.get().active)
                on_change=move |on| acts.switch(on)
                disabled=acts.form.busy
            />
        </Part>
    }
}

/// New credentials, or none at all.
#[component]
pub(super) fn Leaving(shown: Shown, acts: Acts, reconnecting: RwSignal<bool>) -> impl IntoView {
    let asking = RwSignal::new(false);
    let connected = move || shown.channel.get().state != ChannelState::Disconnected;
    let name = Signal::derive(move || format!("Disconnect {}?", shown.channel.get().name));
    view! {
        <Part title="Connect again, disconnect" text="New credentials for the same account change nothing else. Conversations stay in any case.">
            <div class="person">
                <Button on_press=move |_| reconnecting.set(true)>"Connect again…"</Button>
                {move || connected().then(|| view! {
                    <Button look=Look::Danger busy=acts.form.busy on_press=move |_| asking.set(true)>"Disconnect…"</Button>
                })}
            </div>
            <Confirm
                open=asking
                title=name
                text="Its webhook is taken back and its token and secrets are destroyed: nothing comes in or goes out. Conversations stay. Connecting the same account later goes on in this channel."
                verb="Disconnect"
                on_yes=move |()| {
                    asking.set(false);
                    acts.run(&DISCONNECT_CHANNEL, "Disconnected");
                }
            />
        </Part>
    }
}
