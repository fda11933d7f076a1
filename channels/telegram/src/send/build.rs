//! From an act to a call.

mod files;
mod gestures;

use channel_core::{Act, Buttons, ContactCard, Location, MediaFile, Refusal, RefusalReason};
use serde::Serialize;
use serde_json::{Map, Value, json};
use shared::RichText;

use super::{Options, markup};
use crate::entities;
use crate::ids::Thread;

/// One call to make.
#[derive(Debug)]
pub struct Call<'a> {
    /// The method's name.
    pub method: &'static str,
    /// Its parameters; those with files name the parts that hold them.
    pub parameters: Map<String, Value>,
    /// Files to upload with it.
    pub uploads: Vec<Upload<'a>>,
    /// Some text of it has entities.
    pub formatted: bool,
    /// It names files that Telegram is believed to have.
    pub reuses_files: bool,
}

/// A file that goes up with a call.
#[derive(Debug)]
pub struct Upload<'a> {
    /// The name of its part of the form.
    pub part: String,
    /// The file.
    pub file: &'a MediaFile,
}

impl Call<'_> {
    fn new(method: &'static str) -> Self {
        Self { method, parameters: Map::new(), uploads: Vec::new(), formatted: false, reuses_files: false }
    }

    fn to(method: &'static str, thread: &Thread) -> Self {
        let mut call = Self::new(method);
        call.set("chat_id", thread.chat_id);
        call.set_some("business_connection_id", thread.connection.as_ref());
        call
    }

    fn set(&mut self, key: &str, value: impl Serialize) {
        // Numbers, texts and lists of them: nothing here can fail to be JSON.
        if let Ok(value) = serde_json::to_value(value) {
            self.parameters.insert(key.to_owned(), value);
        }
    }

    fn set_some(&mut self, key: &str, value: Option<impl Serialize>) {
        if let Some(value) = value {
            self.set(key, value);
        }
    }

    fn set_text(&mut self, key: &str, entities_key: &str, text: &RichText, options: Options) {
        self.set(key, &text.plain);
        let entities = if options.formatting { entities::write(text) } else { Vec::new() };
        if !entities.is_empty() {
            self.set(entities_key, entities);
            self.formatted = true;
        }
    }

    /// The call would differ without what `fewer` leaves out: doing it again can help.
    pub fn depends_on(&self, now: Options, fewer: Options) -> bool {
        let quotes = self.parameters.contains_key("reply_parameters");
        (now.formatting && !fewer.formatting && self.formatted)
            || (now.quote && !fewer.quote && quotes)
            || (now.known_files && !fewer.known_files && self.reuses_files)
    }
}

/// Builds the call for an act.
pub fn call<'a>(
    thread: &Thread,
    quote: Option<i64>,
    act: &'a Act,
    options: Options,
) -> Result<Call<'a>, Refusal> {
    let mut call = match act {
        Act::Text { text, buttons } => {
            let mut call = Call::to("sendMessage", thread);
            call.set_text("text", "entities", text, options);
            call.set_some("reply_markup", markup(buttons.as_ref())?);
            call
        }
        Act::Media { part, buttons } => {
            let mut call = files::media(thread, part, options)?;
            call.set_some("reply_markup", markup(buttons.as_ref())?);
            call
        }
        Act::Album { parts } => files::album(thread, parts, options)?,
        Act::Location(place) => location(thread, place),
        Act::Contacts(cards) => contact(thread, cards)?,
        _ => return gestures::gesture(thread, act, options),
    };
    // Without the permission to go without, an answer to a deleted message would be lost.
    let reply = |number| json!({ "message_id": number, "allow_sending_without_reply": true });
    call.set_some("reply_parameters", quote.map(reply));
    Ok(call)
}

fn not_taken(words: &str) -> Refusal {
    Refusal::new(RefusalReason::KindNotTaken, words)
}

fn markup(buttons: Option<&Buttons>) -> Result<Option<Value>, Refusal> {
    buttons.map(markup::write).transpose()
}

/// A place with a name and an address is a venue.
fn location(thread: &Thread, place: &Location) -> Call<'static> {
    let venue = place.name.as_ref().zip(place.address.as_ref());
    let mut call = Call::to(if venue.is_some() { "sendVenue" } else { "sendLocation" }, thread);
    call.set("latitude", place.latitude);
    call.set("longitude", place.longitude);
    match venue {
        Some((name, address)) => {
            call.set("title", name);
            call.set("address", address);
        }
        None => call.set_some("horizontal_accuracy", place.accuracy_m.filter(|m| (0.0..=1500.0).contains(m))),
    }
    call
}

fn contact(thread: &Thread, cards: &[ContactCard]) -> Result<Call<'static>, Refusal> {
    let [card] = cards else { return Err(not_taken("Telegram sends one contact at a time.")) };
    let Some(phone) = card.phones.first() else {
        return Err(not_taken("Telegram sends contacts with a telephone number only."));
    };
    let mut call = Call::to("sendContact", thread);
    call.set("phone_number", &phone.value);
    call.set("first_name", card.first_name.as_ref().unwrap_or(&card.name));
    call.set_some("last_name", card.last_name.as_ref());
    Ok(call)
}
