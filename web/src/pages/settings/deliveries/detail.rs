//! One delivery: what became of it, and every byte of it.

use leptos::prelude::*;

use super::{outcome_name, size};
use crate::api::client;
use crate::api::deliveries::{
    DELIVERY_WITH_BODY, Delivery, DeliveryOutcome, OneDelivery, PROCESS_DELIVERY_AGAIN, WhichDelivery,
};
use crate::app::route::{InboxView, Route};
use crate::components::time::day_and_clock;
use crate::components::{Button, CopyField, ErrorNote, Form, FormNote, Load, Skeleton, settle, use_toasts};

/// Loads it with its body. `on_change` hears when it was put back in line.
#[component]
pub fn Detail(which: String, #[prop(into)] on_change: Callback<Delivery>) -> impl IntoView {
    let delivery = Load::new(move || {
        let id = which.clone();
        async move { Ok(client::run(&DELIVERY_WITH_BODY, OneDelivery { id }).await?.delivery) }
    });
    view! {
        <ErrorNote failure=Signal::derive(move || delivery.failure()) retry=move |()| delivery.reload()/>
        {move || match delivery.value() {
            None if delivery.failure().is_some() => ().into_any(),
            None => view! { <Skeleton rows=4/> }.into_any(),
            Some(None) => view! { <p>"It is not here any more."</p> }.into_any(),
            Some(Some(shown)) => view! { <Shown shown=shown delivery=delivery on_change=on_change/> }.into_any(),
        }}
    }
}

#[component]
fn Shown(shown: Delivery, delivery: Load<Option<Delivery>>, on_change: Callback<Delivery>) -> impl IntoView {
    let (form, toasts) = (Form::new(), use_toasts());
    let again = matches!(
        shown.outcome,
        DeliveryOutcome::Failed | DeliveryOutcome::Ignored | DeliveryOutcome::Waiting
    );
    let (class, outcome) = outcome_name(shown.outcome);
    let Delivery {
        id,
        channel,
        received_at,
        processed_at,
        reason,
        attempts,
        body_bytes,
        conversation_id,
        raw_body,
        ..
    } = shown;
    let own = id.clone();
    let process = move |_| {
        let which = WhichDelivery { delivery_id: own.clone() };
        form.send(
            async move {
                let payload = client::run(&PROCESS_DELIVERY_AGAIN, which).await?.payload;
                Ok(settle(payload.delivery, payload.problem))
            },
            move |changed: Delivery| {
                toasts.say("Back in line");
                on_change.run(changed.clone());
                delivery.update(|shown| *shown = Some(changed));
            },
        );
    };
    let fact = |name: &'static str, value: String| view! { <div><dt>{name}</dt><dd>{value}</dd></div> };
    view! {
        <p><span class=format!("outcome outcome--{class}")>{outcome}</span></p>
        {reason.map(|reason| view! { <p>{reason}</p> })}
        <dl class="facts">
            {fact("Number", id)}
            {channel.map(|channel| fact("Channel", channel.name))}
            {fact("Came", day_and_clock(received_at))}
            {processed_at.map(|at| fact("Done", day_and_clock(at)))}
            {fact("Tries", attempts.to_string())}
            {fact("Size", size(body_bytes))}
        </dl>
        {conversation_id.map(|id| {
            let route = Route::Inbox { view: InboxView::All, conversation: Some(id) };
            view! { <p><a href=route.href()>"Open the conversation"</a></p> }
        })}
        {match raw_body.filter(|body| !body.is_empty()) {
            Some(body) => view! { <CopyField label="Body" text=Signal::stored(body)/> }.into_any(),
            None => view! { <p class="said__aside">"Its body is kept no more."</p> }.into_any(),
        }}
        <FormNote form=form/>
        {again.then(|| view! {
            <div class="dialog__foot"><Button busy=form.busy on_press=process>"Process again"</Button></div>
        })}
    }
}
