//! A channel with a provider: how it is doing, what helps, and everything that can be set.

mod acts;
mod events;
mod facts;
mod settings;
mod templates;
mod test_message;

use leptos::prelude::*;
use shared::{ChannelId, ChannelKind};

use super::super::channels::{Remedy, Said, Verdict, count, keep_fresh, verdict};
use super::{Head, Part};
use crate::api::channels::{CHECK_CHANNEL, Channel};
use crate::app::route::{Route, SettingsPage};
use crate::app::router::use_router;
use crate::components::time::use_now;
use crate::components::{Button, FormNote, Load, Look, RelativeTime, channel_kind_name};
use acts::{Acts, Reconnect};

/// The channel as it was last heard of; the whole page hangs on it.
#[derive(Clone, Copy)]
pub(super) struct Shown {
    pub(super) id: ChannelId,
    pub(super) kind: ChannelKind,
    pub(super) channel: Memo<Channel>,
    pub(super) load: Load<Option<Channel>>,
}

impl Shown {
    /// Shows what a mutation answered with.
    pub(super) fn take(self, channel: Channel) {
        self.load.update(|shown| *shown = Some(channel));
    }
}

/// The page of one channel.
#[component]
pub(super) fn ProviderPage(channel: Channel, load: Load<Option<Channel>>) -> impl IntoView {
    let (id, kind) = (channel.id, channel.kind);
    let channel = Memo::new(move |_| load.value().flatten().unwrap_or_else(|| channel.clone()));
    let shown = Shown { id, kind, channel, load };
    keep_fresh(load);
    let acts = Acts::new(shown);
    let router = use_router();
    let now = use_now();
    let verdict = Memo::new(move |_| verdict(&channel.get(), now.get()));
    let reconnecting = RwSignal::new(false);
    let help = move |remedy: Remedy| match remedy {
        Remedy::Reconnect => reconnecting.set(true),
        Remedy::SwitchOn => acts.switch(true),
        Remedy::SendAgain => acts.send_again(),
        Remedy::ReadDeliveries => router.go(Route::Settings(SettingsPage::DeliveriesOf(id))),
    };
    let title = Signal::derive(move || channel.get().name);
    let shown_as = channel.with_untracked(|channel| channel.handle.clone());
    let text = match shown_as {
        Some(handle) => format!("{} · {handle}", channel_kind_name(kind)),
        None => channel_kind_name(kind).to_owned(),
    };
    let stuck = Memo::new(move |_| {
        let health = channel.get().health?;
        Some((health.queued, health.dead_letters, health.not_processed))
    });
    view! {
        <Head title=title text=text>
            <Button busy=acts.form.busy on_press=move |_| acts.run(&CHECK_CHANNEL, "Checked")>"Check now"</Button>
        </Head>
        <section class="chain" aria-label="Health" aria-live="polite">
            {move || {
                let Verdict { state, words, remedy } = verdict.get();
                view! {
                    <div class="chain__text">
                        <Said state=state words=words/>
                        {channel.get().health.and_then(|health| health.checked_at).map(|at| view! {
                            <p class="said__aside">"Checked "<RelativeTime at=at/></p>
                        })}
                    </div>
                    {remedy.map(|remedy| view! {
                        <Button look=Look::Primary on_press=move |_| help(remedy)>{remedy.verb()}</Button>
                    })}
                }
            }}
        </section>
        <FormNote form=acts.form/>
        <facts::Figures shown=shown/>
        {move || stuck.get().filter(|stuck| *stuck != (0, 0, 0)).map(|(queued, dead, not_processed)| view! {
            <Part title="Waiting">
                <dl class="facts">
                    {(queued > 0).then(|| view! { <div><dt>"To go out"</dt><dd>{count(queued, "message")}</dd></div> })}
                    {(dead > 0).then(|| view! {
                        <div>
                            <dt>"Given up"</dt>
                            <dd>
                                {count(dead, "message")}" "
                                <Button look=Look::Quiet busy=acts.form.busy on_press=move |_| acts.send_again()>"Send again"</Button>
                            </dd>
                        </div>
                    })}
                    {(not_processed > 0).then(|| view! {
                        <div>
                            <dt>"Not processed"</dt>
                            <dd><a href=Route::Settings(SettingsPage::DeliveriesOf(id)).href()>{count(not_processed, "delivery")}</a></dd>
                        </div>
                    })}
                </dl>
            </Part>
        })}
        <facts::Checks shown=shown/>
        {(kind == ChannelKind::Whatsapp).then(|| view! { <templates::Templates shown=shown/> })}
        <settings::Settings shown=shown acts=acts/>
        <test_message::TestMessage shown=shown/>
        <events::Events id=id/>
        <settings::Leaving shown=shown acts=acts reconnecting=reconnecting/>
        <Reconnect shown=shown open=reconnecting/>
    }
}
