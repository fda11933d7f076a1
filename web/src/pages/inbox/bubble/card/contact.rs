//! Contact cards.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::{line, web_link};
use crate::api::contacts::ChangedContact;
use crate::api::messages::{Card, ContactCard};
use crate::components::{Avatar, use_toasts};
use crate::pages::inbox::board::update_contact;
use crate::pages::inbox::rich_text::checked;
use crate::pages::inbox::thread::Over;

/// Every person of the card.
pub fn contacts(over: Over, card: &Card) -> AnyView {
    card.contacts.iter().map(|one| person(over, one)).collect_view().into_any()
}

fn person(over: Over, card: &ContactCard) -> AnyView {
    let phones = card.phones.iter().map(|phone| {
        let digits: String = phone.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
        (format!("tel:{digits}"), phone)
    });
    let emails = card.emails.iter().map(|email| (format!("mailto:{email}"), email));
    let reach = phones.chain(emails).map(|(address, words)| {
        let words = words.clone();
        match checked(&address) {
            Some(href) => view! { <a href=href dir="ltr">{words}</a> }.into_any(),
            None => view! { <span>{words}</span> }.into_any(),
        }
    });
    let pages = card.urls.iter().map(|url| web_link(Some(url), None));
    let places = card.addresses.iter().map(|address| line("card__text", Some(address)));
    let birthday = card.birthday.as_ref().map(|day| format!("Born {day}"));
    let own = card.own.then_some("Their own card: the platform vouches for it.");
    let save = card.phones.first().cloned().map(|phone| {
        view! {
            <button type="button" class="card__more" on:click=move |_| save(over, phone.clone())>
                "Save the number to this contact"
            </button>
        }
    });
    view! {
        <div class="card card--contact">
            <div class="card__person">
                <Avatar name=Signal::stored(card.name.clone()) size=40/>
                <div>
                    {line("card__title", Some(&card.name))}
                    {line("card__text", card.organisation.as_deref())}
                </div>
            </div>
            <div class="card__links">{reach.collect_view()}{pages.collect_view()}</div>
            {places.collect_view()}
            {line("card__text", birthday.as_deref())}
            {line("card__text", own)}
            {save}
        </div>
    }
    .into_any()
}

/// Writes the number to the contact whose conversation this is.
fn save(over: Over, phone: String) {
    let toasts = use_toasts();
    let Some(conversation) = untrack(|| over.desk.board.conversation(over.id)) else { return };
    let changed =
        ChangedContact { contact_id: conversation.contact.id, name: None, email: None, phone: Some(phone) };
    spawn_local(async move {
        match update_contact(changed).await {
            Ok(_) => toasts.say("Number saved to the contact."),
            Err(failure) => toasts.failed(&failure),
        }
    });
}
