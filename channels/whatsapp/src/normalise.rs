//! Reading one delivery into events. A delivery holds entries, an entry holds changes, and a change holds lists:
//! every item is read by itself, and one that cannot be read costs no neighbour.

mod account;
mod cards;
mod changes;
mod contact_cards;
mod content;
mod context;
pub mod envelope;
mod files;
mod identity;
mod message;
mod moment;
pub mod people;
mod preferences;
mod statuses;

use channel_core::{AccountEvent, Inbound, InboundEvent, Unreadable, mend_json};
use channel_meta::{GraphError, Object};
use serde_json::Value;

use envelope::{Change, Part};
use message::Thread;
use people::People;

/// Reads one delivery.
pub fn normalise(body: &[u8]) -> Result<Vec<Inbound>, Unreadable> {
    let delivery = parse(body)?;
    let Some(delivery) = Object::of(&delivery) else {
        return Err(Unreadable("it is no object".to_owned()));
    };
    if delivery.text("object").is_none() {
        return Err(Unreadable("it does not name its object".to_owned()));
    }
    let mut events = Vec::new();
    for part in envelope::parts(delivery) {
        match part {
            Part::Event { to, event } => events.push(Inbound { to, event }),
            Part::Change(change) => {
                let to = &change.to;
                events.extend(read(&change).into_iter().map(|event| Inbound { to: to.clone(), event }));
            }
        }
    }
    Ok(events)
}

/// The JSON of a delivery, mended where it holds what cannot be stored.
pub fn parse(body: &[u8]) -> Result<Value, Unreadable> {
    let text = String::from_utf8_lossy(body);
    serde_json::from_str(&mend_json(&text))
        .map_err(|error| Unreadable(format!("no JSON at {}:{}", error.line(), error.column())))
}

/// At least one event: silence would look like a delivery that was lost.
fn read(change: &Change<'_>) -> Vec<InboundEvent> {
    let events = match change.field {
        "messages" => messages(change),
        "smb_message_echoes" => echoes(change),
        "user_preferences" => preferences::read(change),
        field => account::read(field, change.value, &change.at).into_iter().collect(),
    };
    if events.is_empty() { vec![unsupported(change.field)] } else { events }
}

/// What people wrote and did, how far our messages came, and what is wrong with the account.
fn messages(change: &Change<'_>) -> Vec<InboundEvent> {
    if !change.names_a_number() {
        return vec![broken(format!("{}/metadata", change.at), "it names no phone number")];
    }
    let people = People::of(change.value);
    let faults: Vec<GraphError> = change.value.list("errors").map(GraphError::read).collect();
    let thread = Thread::of_sender(&people, &faults);
    let messages = change.items("messages").map(|(at, item)| message::read(item, &at, &thread));
    let statuses = change.items("statuses").map(|(at, item)| statuses::read(item, &at, &people));
    let of_account = faults.iter().map(|fault| {
        let (code, words) = (fault.shown_code(), fault.words().to_owned());
        InboundEvent::Account(Box::new(AccountEvent::Fault { code, words }))
    });
    messages.chain(statuses).chain(of_account).collect()
}

/// What the owner of the number wrote on the phone.
fn echoes(change: &Change<'_>) -> Vec<InboundEvent> {
    if !change.names_a_number() {
        return vec![broken(format!("{}/metadata", change.at), "it names no phone number")];
    }
    let people = People::of(change.value);
    let thread = Thread::of_addressee(&people);
    change.items("message_echoes").map(|(at, item)| message::read(item, &at, &thread)).collect()
}

/// What this adapter does not translate.
fn unsupported(what: impl Into<String>) -> InboundEvent {
    InboundEvent::Unsupported { what: what.into() }
}

/// What cannot be read although its kind is known.
fn broken(at: impl Into<String>, reason: &str) -> InboundEvent {
    InboundEvent::Broken { at: at.into(), reason: reason.to_owned() }
}

#[cfg(test)]
mod tests;
