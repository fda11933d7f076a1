//! What came in, raw, and what became of it.

mod detail;

use leptos::prelude::*;
use shared::ChannelId;

use super::Head;
use crate::api::channels::CHANNELS;
use crate::api::client;
use crate::api::deliveries::{DELIVERIES, Delivery, DeliveryFilter, DeliveryOutcome};
use crate::api::operation::NoVariables;
use crate::components::{
    ChannelMark, Dialog, EmptyState, Load, MoreButton, Pages, RelativeTime, Select, SelectOption, Skeleton,
    TextField,
};
pub use detail::Detail;

const PAGE: u32 = 50;
/// How long nothing is typed before it is searched for.
const PAUSE: std::time::Duration = std::time::Duration::from_millis(300);

const OUTCOMES: [(DeliveryOutcome, &str, &str); 6] = [
    (DeliveryOutcome::Pending, "pending", "Pending"),
    (DeliveryOutcome::Processed, "processed", "Processed"),
    (DeliveryOutcome::Duplicate, "duplicate", "Duplicate"),
    (DeliveryOutcome::Ignored, "ignored", "Ignored"),
    (DeliveryOutcome::Failed, "failed", "Failed"),
    (DeliveryOutcome::Waiting, "waiting", "Waiting"),
];

/// The outcome as a class and in words.
fn outcome_name(outcome: DeliveryOutcome) -> (&'static str, &'static str) {
    let found = OUTCOMES.into_iter().find(|(own, ..)| *own == outcome);
    found.map_or(("pending", "Pending"), |(_, class, name)| (class, name))
}

/// Filters, then the deliveries, newest first.
#[component]
pub fn DeliveriesPage(channel: Option<ChannelId>) -> impl IntoView {
    let outcome = RwSignal::new(String::new());
    let of_channel = RwSignal::new(channel.map(|id| id.to_string()).unwrap_or_default());
    let search = RwSignal::new(String::new());
    let wanted = move || DeliveryFilter {
        outcome: OUTCOMES
            .into_iter()
            .find(|(_, name, _)| *name == outcome.get())
            .map(|(outcome, ..)| outcome),
        channel_id: of_channel.get().parse().ok(),
        search: Some(search.get().trim().to_owned()).filter(|text| !text.is_empty()),
        first: PAGE,
        after: None,
    };
    let deliveries = Pages::new(move |after| {
        let filter = DeliveryFilter { after, ..untrack(wanted) };
        async move { Ok(client::run(&DELIVERIES, filter).await?.deliveries) }
    });
    let turn = StoredValue::new(0_u32);
    Effect::new(move |before: Option<()>| {
        wanted();
        let own = turn.get_value() + 1;
        turn.set_value(own);
        if before.is_some() {
            let look = move || {
                if turn.try_get_value() == Some(own) {
                    deliveries.restart();
                }
            };
            set_timeout(look, PAUSE);
        }
    });
    let mut outcomes = vec![SelectOption::new("", "All outcomes")];
    outcomes.extend(OUTCOMES.map(|(_, value, name)| SelectOption::new(value, name)));
    let channels = Load::new(|| async { Ok(client::run(&CHANNELS, NoVariables {}).await?.channels) });
    let channel_options = Signal::derive(move || {
        let own = channels.value().unwrap_or_default();
        let mut options = vec![SelectOption::new("", "All channels")];
        options
            .extend(own.into_iter().map(|channel| SelectOption::new(channel.id.to_string(), channel.name)));
        options
    });
    let open = RwSignal::new(false);
    let which = RwSignal::new(String::new());
    view! {
        <Head title="Deliveries" text="Everything that came in, as it came, and what became of it. Bodies are kept for 30 days."/>
        <div class="filters" role="search">
            <TextField label="Search" value=search placeholder="A text, an id, a phone number, a name" kind="search"/>
            <Select label="Channel" value=of_channel options=channel_options/>
            <Select label="Outcome" value=outcome options=outcomes/>
        </div>
        {move || match deliveries.first_page() {
            None if deliveries.failure().is_some() => ().into_any(),
            None => view! { <Skeleton rows=8/> }.into_any(),
            Some(0) => view! {
                <EmptyState title="Nothing here" text="No delivery fits. What visitors and providers send appears here at once."/>
            }.into_any(),
            Some(_) => view! {
                <ol class="ledger" aria-label="Deliveries, newest first">
                    <For each=move || deliveries.rows() key=|row| (row.id.clone(), row.outcome as u8, row.attempts) let:row>
                        <Row delivery=row open=open which=which/>
                    </For>
                </ol>
            }.into_any(),
        }}
        <MoreButton pages=deliveries/>
        <Dialog open=open title="Delivery" wide=true>
            <Detail
                which=which.get_untracked()
                on_change=move |row: Delivery| deliveries.replace(move |one| (one.id == row.id).then(|| row.clone()))
            />
        </Dialog>
    }
}

#[component]
fn Row(delivery: Delivery, open: RwSignal<bool>, which: RwSignal<String>) -> impl IntoView {
    let Delivery { id, kind, channel, received_at, outcome, reason, attempts, body_bytes, .. } = delivery;
    let (class, name) = outcome_name(outcome);
    let own = id.clone();
    let show = move |_| {
        which.set(own.clone());
        open.set(true);
    };
    view! {
        <li>
            <button type="button" class="ledger__row ledger__row--delivery" aria-haspopup="dialog" on:click=show>
                <span class=format!("outcome outcome--{class}")>{name}</span>
                <span class="ledger__time"><RelativeTime at=received_at/></span>
                <span class="ledger__text">
                    <ChannelMark kind=kind/>" "
                    {channel.map(|channel| channel.name)}
                    <span class="ledger__aside">
                        " "{reason.unwrap_or_else(|| size(body_bytes))}
                        {(attempts > 1).then(|| format!(", {attempts} tries"))}
                    </span>
                </span>
                <code class="ledger__hash">{id}</code>
            </button>
        </li>
    }
}

/// `612 bytes`, `12 KB`.
fn size(bytes: i32) -> String {
    if bytes < 10_000 { format!("{bytes} bytes") } else { format!("{} KB", bytes / 1000) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_outcome_has_its_own_word() {
        for (outcome, class, name) in OUTCOMES {
            assert_eq!(outcome_name(outcome), (class, name));
        }
    }
}
