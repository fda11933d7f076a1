//! The audit log: a ledger, one sentence a row, with the state of its chain on top.

use leptos::prelude::*;

use super::Head;
use crate::api::audit::{AUDIT_CHAIN, AUDIT_LOG, AuditChainState, AuditEntry, ListFrom};
use crate::api::client;
use crate::api::operation::NoVariables;
use crate::components::icon::Icon as Shape;
use crate::components::{Button, EmptyState, ErrorNote, Icon, Load, Pages, RelativeTime, Skeleton, time};

/// How many entries come at once.
const PAGE: u32 = 50;

/// Chain state, then entries, newest first.
#[component]
pub fn AuditPage() -> impl IntoView {
    let chain = Load::new(|| async { Ok(client::run(&AUDIT_CHAIN, NoVariables {}).await?.audit_chain) });
    let entries = Pages::new(|after| async move {
        Ok(client::run(&AUDIT_LOG, ListFrom { first: PAGE, after }).await?.audit_log)
    });
    view! {
        <Head title="Audit log" text="Who did what, when and from where. Entries are chained by their hashes and never change."/>
        <ErrorNote failure=Signal::derive(move || chain.failure()) retry=move |()| chain.reload()/>
        {move || match chain.value() {
            Some(state) => view! { <Chain state=state chain=chain/> }.into_any(),
            None if chain.failure().is_some() => ().into_any(),
            None => view! { <Skeleton rows=1 kind="row"/> }.into_any(),
        }}
        {move || match entries.first_page() {
            None if entries.failure().is_some() => ().into_any(),
            None => view! { <Skeleton rows=8/> }.into_any(),
            Some(0) => view! {
                <EmptyState title="Nothing yet" text="Every act in this workspace will be written here."/>
            }.into_any(),
            Some(_) => view! {
                <ol class="ledger" aria-label="Entries, newest first">
                    <For each=move || entries.rows() key=|entry| entry.seq let:entry><Entry entry=entry/></For>
                </ol>
            }.into_any(),
        }}
        <crate::components::MoreButton pages=entries/>
    }
}

#[component]
fn Chain(state: AuditChainState, chain: Load<AuditChainState>) -> impl IntoView {
    let AuditChainState { entries, head_hash, verified, checked_at, first_bad_seq } = state;
    let text = match first_bad_seq {
        Some(seq) => format!("Entry {seq} does not fit the one before it. Someone may have changed the log."),
        None if verified => format!("All {entries} entries fit together."),
        None => "The chain could not be verified.".to_owned(),
    };
    view! {
        <section class="chain" class:chain--broken=!verified aria-label="State of the chain">
            <Icon icon=if verified { Shape::ShieldCheck } else { Shape::ShieldAlert } size=20/>
            <div class="chain__text">
                <p><strong>{text}</strong>" Checked "<RelativeTime at=checked_at/>"."</p>
                <p class="chain__hash">"Head "<code title=head_hash.clone()>{head_hash.clone()}</code></p>
            </div>
            <Button busy=Signal::derive(move || chain.busy()) on_press=move |_| chain.reload()>"Verify now"</Button>
        </section>
    }
}

#[component]
fn Entry(entry: AuditEntry) -> impl IntoView {
    let AuditEntry { seq, at, sentence, hash, erased, client_address, .. } = entry;
    let end = hash.get(hash.len().saturating_sub(8)..).unwrap_or_default().to_owned();
    view! {
        <li class="ledger__row">
            <span class="ledger__seq">{seq}</span>
            <time class="ledger__time" datetime=at.to_string()>{time::day_and_clock(at)}</time>
            <span class="ledger__text">
                {sentence}
                {erased.then(|| view! { <span class="ledger__aside">" personal data erased"</span> })}
                {client_address.map(|address| view! { <span class="ledger__aside">" from "{address}</span> })}
            </span>
            <code class="ledger__hash" title=hash>"…"{end}</code>
        </li>
    }
}
