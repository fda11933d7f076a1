//! Where a message came from and what became of it: every step and every id, to look at and to copy.

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_split::wasm_split;
use shared::{MessageId, Role};

use super::bubble::status_words;
use super::name_of;
use super::thread::Over;
use crate::api::messages::{Provenance, TransmissionHistory};
use crate::api::{Failure, Timestamp};
use crate::app::session::use_session;
use crate::components::icon::Icon as Shape;
use crate::components::{
    Dialog, ErrorNote, Icon, Part, Skeleton, channel_kind_name, copy_text, time, use_toasts,
};
use crate::pages::inbox::board::provenance;
use crate::pages::settings::DeliveryDetail;

type Entry = fn(Over) -> AnyView;

/// The code of a message's origin.
pub static ORIGIN: Part<Entry> = Part::new(|| Box::pin(code()));

#[wasm_split(over, wasm_split_path = ::leptos::wasm_split, fallible)]
fn code() -> Result<Entry, Failure> {
    Ok(|over| view! { <Origin over=over/> }.into_any())
}

/// Opens while `over.origin` names a message.
pub fn origin(over: Over) -> AnyView {
    ORIGIN.show_once(move || over.origin.get().is_some(), move |draw| draw(over))
}

#[component]
fn Origin(over: Over) -> impl IntoView {
    let open = RwSignal::new(false);
    let answer = RwSignal::new(None::<Result<Provenance, Failure>>);
    let load = move |id: MessageId| {
        answer.set(None);
        spawn_local(async move {
            let got = provenance(id).await;
            if over.origin.try_get_untracked() == Some(Some(id)) {
                answer.set(Some(got));
            }
        });
    };
    Effect::new(move |_| {
        if let Some(id) = over.origin.get() {
            open.set(true);
            load(id);
        }
    });
    Effect::new(move |_| {
        if !open.get() {
            over.origin.set(None);
        }
    });
    let retry = Callback::new(move |()| {
        if let Some(id) = over.origin.get_untracked() {
            load(id);
        }
    });
    view! {
        <Dialog open=open title="Where this came from" wide=true>
            {move || match answer.get() {
                None => view! { <Skeleton rows=6/> }.into_any(),
                Some(Err(failure)) => view! { <ErrorNote failure=Signal::stored(Some(failure)) retry=retry/> }.into_any(),
                Some(Ok(known)) => facts(known),
            }}
        </Dialog>
    }
}

fn facts(known: Provenance) -> AnyView {
    let admin = use_session().viewer().is_some_and(|viewer| viewer.is_at_least(Role::Admin));
    let message = known.message;
    let channel = format!("{}, {}", known.channel.name, channel_kind_name(known.channel.kind));
    let shown = RwSignal::new(false);
    let delivery = known.delivery_id.filter(|_| admin);
    let which = delivery.clone();
    let delivery = delivery.map(|id| {
        view! {
            <dt>"Delivery"</dt>
            <dd>
                {copied(id)}
                <button
                    type="button"
                    class="card__more"
                    aria-expanded=move || if shown.get() { "true" } else { "false" }
                    on:click=move |_| shown.update(|shown| *shown = !*shown)
                >
                    {move || if shown.get() { "Put it away" } else { "Show it" }}
                </button>
            </dd>
        }
    });
    let detail = move || {
        let which = which.clone().filter(|_| shown.get())?;
        Some(view! { <section class="origin__way"><DeliveryDetail which=which on_change=|_| {}/></section> })
    };
    let text = (!message.text.is_empty())
        .then(|| view! { <blockquote class="origin__text" dir="auto">{message.text}</blockquote> });
    // What was written here came from nowhere.
    let came = known.received_at.is_some() || known.platform_at.is_some();
    let ids = known.platform_message_ids.into_iter().map(copied).collect_view();
    let ways = known.transmissions.into_iter().map(way).collect_view();
    view! {
        <div class="origin">
            {text}
            <dl class="origin__facts">
                <dt>"Written by"</dt><dd dir="auto">{name_of(&known.actor_name)}</dd>
                <dt>"Channel"</dt><dd dir="auto">{channel}</dd>
                <dt>"Adapter"</dt><dd>{known.adapter}</dd>
                {delivery}
                <dt>"Message"</dt><dd>{copied(message.id.to_string())}</dd>
                <dt>"On the platform"</dt><dd>{ids}</dd>
            </dl>
            {detail}
            <h3>"Times"</h3>
            <dl class="origin__facts origin__times">
                {came.then(|| moment("By the platform's clock", known.platform_at, None))}
                {came.then(|| moment("Received", known.received_at, known.platform_at))}
                {moment("Stored for good", Some(known.committed_at), known.received_at)}
                {came.then(|| moment("First on a member's screen", known.shown_at, Some(known.committed_at)))}
            </dl>
            {ways}
        </div>
    }
    .into_any()
}

/// What became of one call to the platform.
fn way(one: TransmissionHistory) -> AnyView {
    let sent = one.transmission;
    let mut before = None;
    let events = one.events.into_iter().map(|event| {
        let since = before.replace(event.at);
        let detail = event.detail.map(|detail| view! { <span class="origin__detail" dir="auto">{detail}</span> });
        view! { {moment(status_words(event.status), Some(event.at), since)}{detail.map(|detail| view! { <dt></dt><dd>{detail}</dd> })} }
    });
    let events = events.collect_view();
    let more = |name: &'static str, value: Option<String>| {
        value.map(|value| view! { <dt>{name}</dt><dd>{copied(value)}</dd> })
    };
    let tries = (one.attempts > 1).then(|| view! { <dt>"Tries"</dt><dd>{one.attempts}</dd> });
    view! {
        <section class="origin__way">
            <h3>{format!("Sent as {}: {}", sent.what, status_words(sent.status).to_lowercase())}</h3>
            <dl class="origin__facts origin__times">{events}</dl>
            <dl class="origin__facts">
                {tries}
                {more("Transmission", Some(sent.id))}
                {more("Platform's code", sent.failure_code)}
                {more("Price", one.pricing)}
                <dt>"On the platform"</dt><dd>{one.platform_message_ids.into_iter().map(copied).collect_view()}</dd>
            </dl>
        </section>
    }
    .into_any()
}

/// A time to the millisecond, and how long after the step before it.
fn moment(name: &'static str, at: Option<Timestamp>, before: Option<Timestamp>) -> AnyView {
    let Some(at) = at else {
        return view! { <dt>{name}</dt><dd class="origin__none">"not known"</dd> }.into_any();
    };
    let later = before.map(|before| later(at.since_ms(before)));
    view! {
        <dt>{name}</dt>
        <dd>
            <time datetime=at.to_string() title=at.to_string()>{time::day_and_clock(at)}</time>
            {later.map(|later| view! { <span class="origin__later">{later}</span> })}
        </dd>
    }
    .into_any()
}

/// `+ 85 ms`, `+ 2.4 s`, `+ 3 min`, `+ 5 h`; negative when clocks differ.
fn later(ms: i64) -> String {
    let sign = if ms < 0 { '−' } else { '+' };
    match ms.abs() {
        ms @ ..1_000 => format!("{sign} {ms} ms"),
        ms @ 1_000..60_000 => format!("{sign} {}.{} s", ms / 1_000, ms % 1_000 / 100),
        ms @ 60_000..3_600_000 => format!("{sign} {} min", ms / 60_000),
        ms => format!("{sign} {} h", ms / 3_600_000),
    }
}

/// An id, and a button that copies it.
fn copied(text: String) -> AnyView {
    let toasts = use_toasts();
    let value = text.clone();
    view! {
        <span class="origin__id">
            <code>{text}</code>
            <button type="button" class="origin__copy" aria-label="Copy" title="Copy" on:click=move |_| copy_text(toasts, value.clone(), "Id")>
                <Icon icon=Shape::Copy/>
            </button>
        </span>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_much_later_is_told_in_a_unit_that_fits() {
        assert_eq!(
            [0, 85, 2_450, 200_000, 20_000_000, -1_500].map(later),
            ["+ 0 ms", "+ 85 ms", "+ 2.4 s", "+ 3 min", "+ 5 h", "− 1.5 s"]
        );
    }
}
