//! What a message is besides text and files, and how it came to be written.

use crate::api::Timestamp;
use crate::api::json::{object, words};

/// Which card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CardKind {
    Location,
    Contacts,
    Reply,
    Order,
    Link,
    AsText,
    Unsupported,
    Template,
    Buttons,
    List,
}

words!(CardKind { Location, Contacts, Reply, Order, Link, AsText, Unsupported, Template, Buttons, List });

/// A place, contacts, a template, something we cannot show …
#[derive(Clone, Debug, PartialEq)]
pub struct Card {
    pub kind: CardKind,
    /// Name of the place; what was tapped or shared; name of the template; the button that opens the list.
    pub title: Option<String>,
    /// Address, description, reason, answers of a form.
    pub text: Option<String>,
    /// The platform's word for what it passed on, or did not.
    pub what: Option<String>,
    pub header: Option<String>,
    pub footer: Option<String>,
    pub latitude: Option<f64>,
    pub longitude: Option<f64>,
    pub accuracy_m: Option<f64>,
    /// It moves for so long after it was sent.
    pub live_seconds: Option<i32>,
    pub url: Option<String>,
    pub contacts: Vec<ContactCard>,
    /// Lines of an order, buttons, rows of a list.
    pub items: Vec<CardItem>,
}

// Its numbers are never NaN: JSON has none.
impl Eq for Card {}

object!(Card {
    kind,
    title,
    text,
    what,
    header,
    footer,
    latitude,
    longitude,
    accuracy_m,
    live_seconds,
    url,
    contacts,
    items
});

/// A line of a card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardItem {
    pub label: String,
    pub detail: Option<String>,
    pub url: Option<String>,
}

object!(CardItem { label, detail, url });

/// Somebody's addresses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactCard {
    pub name: String,
    pub organisation: Option<String>,
    pub phones: Vec<String>,
    pub emails: Vec<String>,
    pub addresses: Vec<String>,
    pub urls: Vec<String>,
    pub birthday: Option<String>,
    /// The sender's own, vouched for by the platform.
    pub own: bool,
}

object!(ContactCard { name, organisation, phones, emails, addresses, urls, birthday, own });

/// It was written elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forwarded {
    pub from: Option<String>,
    pub at: Option<Timestamp>,
    /// Forwarded many times.
    pub often: bool,
}

object!(Forwarded { from, at, often });

/// The ad, link or post that brought the person here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Referral {
    /// The platform's word for where.
    pub source: String,
    pub headline: Option<String>,
    pub body: Option<String>,
    pub url: Option<String>,
    pub media_url: Option<String>,
    /// What the link carried.
    pub payload: Option<String>,
    /// The greeting that the ad showed.
    pub welcome_text: Option<String>,
}

object!(Referral { source, headline, body, url, media_url, payload, welcome_text });
