//! What a message is besides text and files.

mod contact;
mod lines;
mod place;

use leptos::prelude::*;

use super::Entry;
use crate::api::messages::{Card, CardKind};
use crate::components::Icon;
use crate::components::icon::Icon as Shape;
use crate::pages::inbox::rich_text::{checked, host};
use crate::pages::inbox::thread::Over;
pub use lines::header;

/// Draws the card of a message that has one.
pub fn card(over: Over, entry: &Entry) -> Option<AnyView> {
    let message = &entry.message;
    let card = message.card.as_ref()?;
    Some(match card.kind {
        CardKind::Location => place::place(card, message.sent_at),
        CardKind::Contacts => contact::contacts(over, card),
        CardKind::Template if card.latitude.is_some() => {
            view! { {place::place(card, message.sent_at)}{lines::lines(card)} }.into_any()
        }
        CardKind::Template | CardKind::Buttons | CardKind::List | CardKind::Order => lines::lines(card),
        CardKind::Reply => reply(card),
        CardKind::Link => link(card),
        CardKind::AsText => return None,
        CardKind::Unsupported => unsupported(over, entry, card),
    })
}

/// Whether the message's text only says once more what the card shows.
pub fn says_it_all(card: &Card, text: &str) -> bool {
    card.kind == CardKind::Reply && card.title.as_deref().is_some_and(|title| title.trim() == text.trim())
}

/// The small line that says what a card is.
fn what(icon: Shape, words: &str) -> AnyView {
    view! { <p class="card__what"><Icon icon=icon/><span>{words.to_owned()}</span></p> }.into_any()
}

/// A line of a card, if there is one.
fn line(class: &'static str, text: Option<&str>) -> Option<AnyView> {
    let text = text.filter(|text| !text.trim().is_empty())?.to_owned();
    Some(view! { <p class=class dir="auto">{text}</p> }.into_any())
}

/// A link into the web, if the address is one; `words` or else its host.
fn web_link(address: Option<&str>, words: Option<&str>) -> Option<AnyView> {
    let href = checked(address?).filter(|href| href.starts_with("http"))?;
    let words = words.or_else(|| host(&href)).unwrap_or_default().to_owned();
    Some(
        view! { <a href=href.clone() title=href target="_blank" rel="noopener noreferrer nofollow">{words}</a> }
            .into_any(),
    )
}

/// The platform's word in ours: `ig_post` becomes `Ig post`.
fn word(card: &Card) -> String {
    let word = card.what.clone().unwrap_or_default().replace(['_', '-'], " ");
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn reply(card: &Card) -> AnyView {
    view! {
        <div class="card card--reply">
            {what(Shape::CircleCheck, "Chose")}
            {line("card__title", card.title.as_deref())}
            {line("card__text", card.text.as_deref())}
        </div>
    }
    .into_any()
}

fn link(card: &Card) -> AnyView {
    let word = word(card);
    view! {
        <div class="card">
            {what(Shape::ArrowDownToLine, &if word.is_empty() { "Shared a link".to_owned() } else { format!("Shared: {word}") })}
            {line("card__title", card.title.as_deref())}
            {line("card__text", card.text.as_deref())}
            {web_link(card.url.as_deref(), None)}
        </div>
    }
    .into_any()
}

/// Never silence: what came, why it cannot be shown, and a way to look at it.
fn unsupported(over: Over, entry: &Entry, card: &Card) -> AnyView {
    let id = entry.message.id;
    let word = card.what.clone().filter(|word| !word.is_empty());
    view! {
        <div class="card card--unsupported">
            {what(Shape::CircleAlert, "This message cannot be shown here")}
            {line("card__text", card.text.as_deref())}
            {word.map(|word| view! { <p class="card__text">"What the platform sent: "<code>{word}</code></p> })}
            <button type="button" class="card__more" on:click=move |_| over.origin.set(Some(id))>"Where this came from"</button>
        </div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn card(kind: CardKind, title: &str, what: &str) -> Card {
        Card {
            kind,
            title: Some(title.to_owned()),
            text: None,
            what: Some(what.to_owned()),
            header: None,
            footer: None,
            latitude: None,
            longitude: None,
            accuracy_m: None,
            live_seconds: None,
            url: None,
            contacts: Vec::new(),
            items: Vec::new(),
        }
    }

    #[test]
    fn a_tapped_button_is_not_said_twice() {
        assert!(says_it_all(&card(CardKind::Reply, "Yes", ""), "Yes "));
        assert!(!says_it_all(&card(CardKind::Reply, "Yes", ""), "No"));
        assert!(!says_it_all(&card(CardKind::Template, "Yes", ""), "Yes"));
    }

    #[test]
    fn the_platforms_words_read_as_words() {
        assert_eq!(word(&card(CardKind::Link, "", "story_mention")), "Story mention");
        assert_eq!(word(&card(CardKind::Link, "", "")), "");
    }
}
