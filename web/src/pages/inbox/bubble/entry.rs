//! A message or a note. Each part of it is drawn anew only when what it shows has changed: a voice note plays on
//! while ticks and reactions come.

use std::sync::Arc;

use leptos::prelude::*;
use shared::{AttachmentId, AttachmentKind, AuthorKind, Direction, MessageStatus};
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::doings::doings;
use super::{Entry, anchor, card, class, failure, quote, reactions, receipt, source, text};
use crate::api::messages::Message;
use crate::components::icon::Icon as Shape;
use crate::components::{Icon, time};
use crate::pages::inbox::attachments::attachments;
use crate::pages::inbox::name_of;
use crate::pages::inbox::thread::{Over, Shows};

/// Draws a message and follows it.
pub fn entry(over: Over, entry: RwSignal<Entry>) -> AnyView {
    let message = entry.with_untracked(|entry| entry.message.clone());
    let (id, direction) = (message.id, message.direction);
    // Files that were on their way when they were first shown: they keep the place that was kept for them.
    let held = StoredValue::new(Vec::<AttachmentId>::new());
    let whole_class = move || {
        entry.with(|entry| {
            let mut class = class(direction, entry.first, entry.last);
            if entry.status == Some(MessageStatus::Failed) {
                class.push_str(" entry--failed");
            }
            if is_bare(&entry.message) {
                class.push_str(" entry--bare");
            }
            class
        })
    };
    let label = move || {
        entry.with(|entry| {
            format!("{}, {}", name_of(&entry.message.author.name), time::clock(entry.message.sent_at))
        })
    };
    view! {
        <article class=whole_class id=anchor(id) tabindex="-1" aria-label=label>
            {part(entry, same_author, move |entry| author(over, entry))}
            <div class="entry__line">
                <div class="bubble">
                    {part(entry, same_body, move |entry| body(over, entry, held))}
                    {part(entry, same_meta, move |entry| meta(over, entry))}
                </div>
                {part(entry, same_doings, move |_| doings(over, entry))}
            </div>
            {part(entry, |a, b| a.message.reactions == b.message.reactions, move |entry| reactions::reactions(over, &entry.message))}
            {part(entry, same_way, move |entry| receipt::transmissions(&entry.message))}
            {part(entry, same_way, move |entry| failure::failure(over, entry))}
        </article>
    }
    .into_any()
}

/// A part of an entry, drawn anew when it is no longer the `same`.
fn part(
    entry: RwSignal<Entry>,
    same: fn(&Entry, &Entry) -> bool,
    draw: impl Fn(&Entry) -> Option<AnyView> + Send + Sync + 'static,
) -> AnyView {
    let shown = Memo::new_owning(move |before: Option<Entry>| {
        let now = entry.get();
        let changed = before.is_none_or(|before| !same(&before, &now));
        (now, changed)
    });
    (move || shown.with(&draw)).into_any()
}

fn same_author(a: &Entry, b: &Entry) -> bool {
    a.first == b.first && a.message.author == b.message.author
}

fn same_body(a: &Entry, b: &Entry) -> bool {
    let (a, b) = (&a.message, &b.message);
    Arc::ptr_eq(a, b)
        || (a.text == b.text
            && a.spans == b.spans
            && a.card == b.card
            && a.forwarded == b.forwarded
            && a.referral == b.referral
            && a.quoted == b.quoted
            && a.attachments == b.attachments
            && a.deleted_at == b.deleted_at)
}

fn same_meta(a: &Entry, b: &Entry) -> bool {
    let meta = |entry: &Entry| {
        let message = &entry.message;
        (entry.last, entry.status, message.late, message.edited_at, message.deleted_at, message.sent_at)
    };
    meta(a) == meta(b)
}

fn same_doings(a: &Entry, b: &Entry) -> bool {
    a.message.deleted_at == b.message.deleted_at
}

fn same_way(a: &Entry, b: &Entry) -> bool {
    let way = |entry: &Entry| (entry.status, entry.message.can_retry);
    way(a) == way(b)
        && a.message.failure == b.message.failure
        && a.message.transmissions == b.message.transmissions
}

/// A sticker and a round video stand by themselves, without a bubble.
fn is_bare(message: &Message) -> bool {
    let bare = |kind| matches!(kind, AttachmentKind::Sticker | AttachmentKind::VideoNote);
    message.deleted_at.is_none()
        && message.quoted.is_none()
        && message.text.is_empty()
        && !message.attachments.is_empty()
        && message.attachments.iter().all(|file| bare(file.kind))
}

/// The customer is known from the head of the thread; which colleague it was is worth saying.
fn author(over: Over, entry: &Entry) -> Option<AnyView> {
    let message = &entry.message;
    let note = message.direction == Direction::Note;
    let mine = message.author.member_id.is_some() && message.author.member_id == over.desk.board.me();
    let of_others = !mine && message.author.kind != AuthorKind::Contact;
    if !entry.first || !(note || of_others) || message.author.name.is_empty() {
        return None;
    }
    let outside = if message.author.kind == AuthorKind::Outside { " · from the app" } else { "" };
    Some(
        view! {
            <p class="entry__author">
                {note.then(|| view! { <Icon icon=Shape::Lock size=16/> })}
                <span dir="auto">{message.author.name.clone()}</span>
                {if note { " · private note" } else { outside }}
            </p>
        }
        .into_any(),
    )
}

fn body(over: Over, entry: &Entry, held: StoredValue<Vec<AttachmentId>>) -> Option<AnyView> {
    let message = &entry.message;
    if message.deleted_at.is_some() {
        return Some(
            view! { <p class="entry__gone"><Icon icon=Shape::Trash/>"This message was deleted."</p> }
                .into_any(),
        );
    }
    let card_shown = card::card(over, entry);
    let header = message.card.as_ref().and_then(card::header);
    let said = message.card.as_ref().is_some_and(|card| card::says_it_all(card, &message.text));
    let words = (!message.text.is_empty() && !said).then(|| text::text(&message.text, &message.spans));
    let files = (!message.attachments.is_empty()).then(|| attachments(over, &message.attachments, held));
    let quote = message.quoted.clone().map(|quoted| quote::quote(over, quoted));
    Some(
        view! {
            {message.forwarded.as_ref().map(source::forwarded)}
            {message.referral.clone().map(source::referral)}
            {quote}
            {header}
            {files}
            {words}
            {card_shown}
        }
        .into_any(),
    )
}

fn meta(over: Over, entry: &Entry) -> Option<AnyView> {
    let message = entry.message.clone();
    let late = message.late.then(|| {
        let words = format!("Written {}, arrived late", time::day_and_clock(message.sent_at));
        view! { <span class="entry__late" title=words.clone()>"late"<span class="visually-hidden">{words.clone()}</span></span> }
    });
    let sent_at = message.sent_at;
    let there = message.deleted_at.is_none();
    let ticks = entry.status.filter(|status| entry.last && there && *status != MessageStatus::Failed);
    let ticks = ticks.map(receipt::ticks);
    let edited = message.edited_at.filter(|_| there).map(|at| {
        let title = format!("Edited {}: show what it said before", time::day_and_clock(at));
        view! {
            <button
                type="button"
                class="entry__edited"
                title=title
                aria-haspopup="dialog"
                on:click=move |event| {
                    if let Some(button) = event.current_target().and_then(|target| target.dyn_into::<HtmlElement>().ok()) {
                        over.open(&message, Shows::History, &button);
                    }
                }
            >
                "edited"
            </button>
        }
    });
    Some(
        view! {
            <p class="entry__meta">
                {late}
                {edited}
                <time class="entry__time" datetime=sent_at.to_string() title=time::day_and_clock(sent_at)>
                    {time::clock(sent_at)}
                </time>
                {ticks}
            </p>
        }
        .into_any(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_plays_is_not_drawn_anew_for_ticks_and_reactions() {
        let before = Entry {
            message: Arc::new(Message::plain(1, Direction::Outbound)),
            first: true,
            last: true,
            status: Some(MessageStatus::Sent),
        };
        let mut message = (*before.message).clone();
        message.status = Some(MessageStatus::Read);
        message.late = true;
        let read = Entry { message: Arc::new(message.clone()), last: false, ..before.clone() };
        assert!(same_body(&before, &read) && !same_meta(&before, &read));
        message.text = "y".to_owned();
        assert!(!same_body(&before, &Entry { message: Arc::new(message), ..before.clone() }));
    }
}
