//! The layers around what happened, and whom each part concerns.

use channel_core::{Addressee, InboundEvent};
use channel_meta::Object;
use serde_json::Value;

use super::{broken, unsupported};

/// What Meta calls deliveries about WhatsApp.
const OBJECT: &str = "whatsapp_business_account";
/// The business account of the dashboard's test button.
const TEST_ACCOUNT: &str = "0";

/// A part of a delivery.
pub enum Part<'a> {
    /// A change, to be read.
    Change(Change<'a>),
    /// All that there is to say is known already.
    Event {
        /// Whom it concerns.
        to: Addressee,
        /// What it is.
        event: InboundEvent,
    },
}

impl Part<'_> {
    /// Whom it concerns.
    pub const fn to(&self) -> &Addressee {
        match self {
            Self::Change(change) => &change.to,
            Self::Event { to, .. } => to,
        }
    }
}

/// A change of something at Meta.
pub struct Change<'a> {
    /// Whom it concerns.
    pub to: Addressee,
    /// Where its value is: a JSON pointer.
    pub at: String,
    /// What it is about.
    pub field: &'a str,
    /// What happened.
    pub value: Object<'a>,
}

impl<'a> Change<'a> {
    /// It concerns one number, and not a whole business account.
    pub const fn names_a_number(&self) -> bool {
        matches!(self.to, Addressee::Account(_))
    }

    /// The items of one of its lists, each with its place. A list that is none is its own only item, so that it
    /// is reported.
    pub fn items(&self, list: &'static str) -> impl Iterator<Item = (String, &'a Value)> {
        let at = format!("{}/{list}", self.at);
        let (items, is_list): (&'a [Value], bool) = match self.value.value(list) {
            None | Some(Value::Null) => (&[], true),
            Some(Value::Array(items)) => (items, true),
            Some(other) => (std::slice::from_ref(other), false),
        };
        items
            .iter()
            .enumerate()
            .map(move |(index, item)| (if is_list { format!("{at}/{index}") } else { at.clone() }, item))
    }
}

/// The parts of a delivery, at least one.
pub fn parts(delivery: Object<'_>) -> Vec<Part<'_>> {
    let object = delivery.text("object").unwrap_or_default();
    if object != OBJECT {
        return vec![Part::Event { to: Addressee::Endpoint, event: unsupported(object) }];
    }
    let entries = delivery.values("entry");
    if entries.is_empty() {
        return vec![Part::Event { to: Addressee::Endpoint, event: broken("/entry", "there is none") }];
    }
    entries
        .iter()
        .enumerate()
        .flat_map(|(index, entry)| of_entry(entry, &format!("/entry/{index}")))
        .collect()
}

/// The parts of an entry: one per change, if it has changes; else one.
pub fn of_entry<'a>(entry: &'a Value, at: &str) -> Vec<Part<'a>> {
    let Some(entry) = Object::of(entry) else {
        return vec![Part::Event { to: Addressee::Endpoint, event: broken(at, "it is no object") }];
    };
    let id = entry.id("id");
    let is_test = id.as_deref() == Some(TEST_ACCOUNT);
    let to = id.filter(|_| !is_test).map_or(Addressee::Endpoint, Addressee::Parent);
    let changes = entry.values("changes");
    if changes.is_empty() {
        // With "Include Values" off in the app's settings only names come.
        let event = if entry.has("changed_fields") {
            unsupported("changed_fields")
        } else {
            broken(format!("{at}/changes"), "there is none")
        };
        return vec![Part::Event { to, event }];
    }
    let one = |(index, change)| of_change(change, &format!("{at}/changes/{index}"), &to, is_test);
    changes.iter().enumerate().map(one).collect()
}

fn of_change<'a>(change: &'a Value, at: &str, to: &Addressee, is_test: bool) -> Part<'a> {
    let event = |event| Part::Event { to: to.clone(), event };
    let Some(change) = Object::of(change) else { return event(broken(at, "it is no object")) };
    let Some(field) = change.text("field") else { return event(broken(at, "it names no field")) };
    if is_test {
        // From the button in the app's dashboard, with made-up people: nobody is waiting for an answer.
        return event(unsupported(format!("test: {field}")));
    }
    let at = format!("{at}/value");
    let Some(value) = change.object("value") else { return event(broken(at, "it is no object")) };
    Part::Change(Change { to: addressee(value).unwrap_or_else(|| to.clone()), at, field, value })
}

/// Events of persons name the number; events of partners come under the business that shares, and name the account.
fn addressee(value: Object<'_>) -> Option<Addressee> {
    let number = value.object("metadata").and_then(|metadata| metadata.id("phone_number_id"));
    let account = || value.object("waba_info").and_then(|account| account.id("waba_id"));
    number.map(Addressee::Account).or_else(|| account().map(Addressee::Parent))
}
