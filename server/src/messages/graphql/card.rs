//! A card as clients see it: one flat shape for all kinds.

use async_graphql::{Enum, SimpleObject};
use channel_core::{
    Button, ButtonAction, ButtonReply, Buttons, Card as Told, ContactCard as Person, LabelledValue, LinkCard,
    List, Location, Order,
};

use crate::messages::{MessageCard, SentButton, SentCard, SentTemplate};

/// What a card is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum CardKind {
    /// A place.
    Location,
    /// People or businesses.
    Contacts,
    /// A button or row of ours was tapped.
    Reply,
    /// Products wanted.
    Order,
    /// Something shared from elsewhere.
    Link,
    /// Something whose lines are the message's text.
    AsText,
    /// Something that cannot be shown.
    Unsupported,
    /// A template, filled in.
    Template,
    /// Words with buttons under them.
    Buttons,
    /// Words with a menu of choices.
    List,
}

/// What a message is besides text and files.
#[derive(SimpleObject)]
pub struct Card {
    /// What.
    kind: CardKind,
    /// Name of the place; title of what was tapped or shared; name of the template; button that opens the list.
    title: Option<String>,
    /// Address, description, reason, form answers.
    text: Option<String>,
    /// The platform's word: of what it passed on, or did not.
    what: Option<String>,
    /// A line above the text.
    header: Option<String>,
    /// A small line below the text.
    footer: Option<String>,
    /// Degrees, north is positive.
    latitude: Option<f64>,
    /// Degrees, east is positive.
    longitude: Option<f64>,
    /// How exact the place is.
    accuracy_m: Option<f64>,
    /// The place moves for so many seconds after sending.
    live_seconds: Option<i32>,
    /// Where there is more. From outside: check before making it clickable.
    url: Option<String>,
    /// People or businesses.
    contacts: Vec<ContactCard>,
    /// Order lines, buttons, list rows.
    items: Vec<CardItem>,
}

/// A line of a card.
#[derive(SimpleObject)]
pub struct CardItem {
    /// What it says.
    label: String,
    /// More, in smaller letters.
    detail: Option<String>,
    /// What it opens.
    url: Option<String>,
}

/// A person's addresses.
#[derive(SimpleObject)]
pub struct ContactCard {
    /// As shown.
    name: String,
    /// Company and position.
    organisation: Option<String>,
    /// Telephone numbers.
    phones: Vec<String>,
    /// Mail addresses.
    emails: Vec<String>,
    /// Postal addresses, each on one line.
    addresses: Vec<String>,
    /// Web addresses.
    urls: Vec<String>,
    /// As given.
    birthday: Option<String>,
    /// The sender's own card, vouched for by the platform.
    own: bool,
}

impl Card {
    /// As stored.
    pub fn of(card: &MessageCard) -> Self {
        match card {
            MessageCard::Told(told) => Self::told(told),
            MessageCard::Sent(SentCard::Template(template)) => Self::template(template),
            MessageCard::Sent(SentCard::Buttons(buttons)) => Self::buttons(buttons),
            MessageCard::Sent(SentCard::List(list)) => Self::list(list),
        }
    }

    fn new(kind: CardKind) -> Self {
        Self {
            kind,
            title: None,
            text: None,
            what: None,
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

    fn told(card: &Told) -> Self {
        match card {
            Told::Location(place) => Self::new(CardKind::Location).at(place),
            Told::Contacts(people) => Self {
                contacts: people.iter().map(ContactCard::of).collect(),
                ..Self::new(CardKind::Contacts)
            },
            Told::Reply(reply) => Self::reply(reply),
            Told::Order(order) => Self::order(order),
            Told::Link(link) => Self::link(link),
            Told::AsText { what } => Self { what: Some(what.clone()), ..Self::new(CardKind::AsText) },
            Told::Unsupported { what, reason } => {
                Self { what: Some(what.clone()), text: reason.clone(), ..Self::new(CardKind::Unsupported) }
            }
            _ => Self::new(CardKind::Unsupported),
        }
    }

    fn at(self, place: &Location) -> Self {
        Self {
            title: self.title.or_else(|| place.name.clone()),
            text: place.address.clone(),
            latitude: Some(place.latitude),
            longitude: Some(place.longitude),
            accuracy_m: place.accuracy_m,
            live_seconds: place.live_seconds.and_then(|seconds| i32::try_from(seconds).ok()),
            url: place.url.clone(),
            ..self
        }
    }

    fn reply(reply: &ButtonReply) -> Self {
        Self {
            title: Some(reply.title.clone()),
            text: reply.description.clone().or_else(|| reply.form.clone()),
            ..Self::new(CardKind::Reply)
        }
    }

    fn order(order: &Order) -> Self {
        let items = order.items.iter().map(|item| CardItem {
            label: format!("{} × {}", item.quantity, item.product_id),
            detail: Some(format!("{} {}", item.price, item.currency)),
            url: None,
        });
        Self { items: items.collect(), ..Self::new(CardKind::Order) }
    }

    fn link(link: &LinkCard) -> Self {
        Self {
            title: link.title.clone(),
            what: Some(link.what.clone()),
            url: link.url.clone(),
            ..Self::new(CardKind::Link)
        }
    }

    fn template(template: &SentTemplate) -> Self {
        let beside = template.cards.iter().flat_map(|card| {
            let text = CardItem { label: card.text.clone(), detail: None, url: None };
            std::iter::once(text).chain(card.buttons.iter().map(CardItem::of_sent))
        });
        let card = Self {
            title: Some(template.name.clone()),
            what: Some(template.language.clone()),
            header: template.header.clone(),
            footer: template.footer.clone(),
            items: template.buttons.iter().map(CardItem::of_sent).chain(beside).collect(),
            ..Self::new(CardKind::Template)
        };
        match &template.location {
            Some(place) => card.at(place),
            None => card,
        }
    }

    fn buttons(buttons: &Buttons) -> Self {
        Self {
            header: buttons.header.clone(),
            footer: buttons.footer.clone(),
            items: buttons.rows.iter().flatten().map(CardItem::of_button).collect(),
            ..Self::new(CardKind::Buttons)
        }
    }

    fn list(list: &List) -> Self {
        let rows = list.sections.iter().flat_map(|section| &section.rows).map(|row| CardItem {
            label: row.title.clone(),
            detail: row.description.clone(),
            url: None,
        });
        Self {
            title: Some(list.button.clone()),
            header: list.header.clone(),
            footer: list.footer.clone(),
            items: rows.collect(),
            ..Self::new(CardKind::List)
        }
    }
}

impl CardItem {
    fn of_sent(button: &SentButton) -> Self {
        Self { label: button.title.clone(), detail: button.detail.clone(), url: button.url.clone() }
    }

    fn of_button(button: &Button) -> Self {
        let url = match &button.action {
            ButtonAction::Open(url) => Some(url.clone()),
            _ => None,
        };
        Self { label: button.title.clone(), detail: None, url }
    }
}

impl ContactCard {
    fn of(person: &Person) -> Self {
        let values = |list: &[LabelledValue]| list.iter().map(|one| one.value.clone()).collect();
        Self {
            name: person.name.clone(),
            organisation: person.organisation.clone(),
            phones: values(&person.phones),
            emails: values(&person.emails),
            addresses: values(&person.addresses),
            urls: values(&person.urls),
            birthday: person.birthday.clone(),
            own: person.own,
        }
    }
}
