//! What came in, raw, and what became of it.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::Head;
use crate::api::client;
use crate::api::deliveries::{
    DELIVERIES, Delivery, DeliveryFilter, DeliveryOutcome, PROCESS_DELIVERY_AGAIN, WhichDelivery,
};
use crate::components::{
    Button, EmptyState, Look, MoreButton, Pages, RelativeTime, Select, SelectOption, Skeleton, settle,
    use_toasts,
};

const PAGE: u32 = 50;

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

/// A filter by outcome, then the deliveries, newest first.
#[component]
pub fn DeliveriesPage() -> impl IntoView {
    let wanted = RwSignal::new(String::new());
    let outcome = move || {
        let wanted = wanted.get();
        OUTCOMES.into_iter().find(|(_, name, _)| *name == wanted).map(|(outcome, ..)| outcome)
    };
    let deliveries = Pages::new(move |after| {
        let outcome = untrack(outcome);
        async move {
            Ok(client::run(&DELIVERIES, DeliveryFilter { outcome, first: PAGE, after }).await?.deliveries)
        }
    });
    Effect::new(move |before: Option<String>| {
        let now = wanted.get();
        if before.is_some_and(|before| before != now) {
            deliveries.restart();
        }
        now
    });
    let mut options = vec![SelectOption::new("", "All outcomes")];
    options.extend(OUTCOMES.map(|(_, value, name)| SelectOption::new(value, name)));
    view! {
        <Head title="Deliveries" text="Everything that came in, as it came, and what became of it. Nothing is thrown away.">
            <Select bare=true label="Outcome" value=wanted options=options/>
        </Head>
        {move || match deliveries.first_page() {
            None if deliveries.failure().is_some() => ().into_any(),
            None => view! { <Skeleton rows=8/> }.into_any(),
            Some(0) => view! {
                <EmptyState title="Nothing here" text="No delivery has this outcome. What visitors and providers send appears here at once."/>
            }.into_any(),
            Some(_) => view! {
                <ol class="ledger" aria-label="Deliveries, newest first">
                    <For each=move || deliveries.rows() key=|row| (row.id.clone(), row.outcome as u8, row.attempts) let:row>
                        <Row delivery=row deliveries=deliveries/>
                    </For>
                </ol>
            }.into_any(),
        }}
        <MoreButton pages=deliveries/>
    }
}

#[component]
fn Row(delivery: Delivery, deliveries: Pages<Delivery>) -> impl IntoView {
    let toasts = use_toasts();
    let busy = RwSignal::new(false);
    let Delivery { id, received_at, outcome, reason, attempts, body_bytes, .. } = delivery;
    let (class, name) = outcome_name(outcome);
    let again =
        matches!(outcome, DeliveryOutcome::Failed | DeliveryOutcome::Ignored | DeliveryOutcome::Waiting);
    let own = StoredValue::new(id.clone());
    let process = move |_| {
        busy.set(true);
        spawn_local(async move {
            let outcome =
                client::run(&PROCESS_DELIVERY_AGAIN, WhichDelivery { delivery_id: own.get_value() }).await;
            busy.try_set(false);
            match outcome.map(|answer| settle(answer.payload.delivery, answer.payload.problem)) {
                Ok(Ok(changed)) => {
                    toasts.say("Back in line");
                    deliveries
                        .replace(move |row| if row.id == changed.id { Some(changed.clone()) } else { None });
                }
                Ok(Err(problem)) => toasts.failed(&crate::api::Failure::Invalid(problem.message)),
                Err(failure) => toasts.failed(&failure),
            }
        });
    };
    view! {
        <li class="ledger__row ledger__row--delivery">
            <span class=format!("outcome outcome--{class}")>{name}</span>
            <span class="ledger__time"><RelativeTime at=received_at/></span>
            <span class="ledger__text">
                {match reason {
                    Some(reason) => reason.into_any(),
                    None => view! { <span class="ledger__aside">{size(body_bytes)}</span> }.into_any(),
                }}
                {(attempts > 1).then(|| view! { <span class="ledger__aside">" after "{attempts}" tries"</span> })}
            </span>
            <span class="ledger__do">
                {again.then(|| view! { <Button look=Look::Quiet busy=busy on_press=process>"Process again"</Button> })}
            </span>
            <code class="ledger__hash">{id}</code>
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
