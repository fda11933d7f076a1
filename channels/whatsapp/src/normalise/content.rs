//! What a message is: text, a file, a card, or something we cannot show.

use channel_core::{AttachmentSource, ButtonReply, Card, ContactCard};
use channel_meta::{GraphError, Object};
use shared::RichText;

use super::{cards, contact_cards, files};
use crate::markup;

/// What a message is.
#[derive(Default)]
pub struct Content {
    /// Words, caption, or the title of what was tapped.
    pub text: RichText,
    /// Files.
    pub attachments: Vec<AttachmentSource>,
    /// Anything else.
    pub card: Option<Card>,
}

impl Content {
    /// The sender's own card, sent because we asked for it.
    pub fn own_card(&self) -> Option<&ContactCard> {
        match &self.card {
            Some(Card::Contacts(cards)) => cards.iter().find(|card| card.own),
            _ => None,
        }
    }
}

/// Kinds of message that have a part of the same name.
const KINDS: &[&str] = &["text", "location", "contacts", "interactive", "button", "order"];

/// What kind of message it is; one that does not say is what it has.
pub fn kind_of(message: Object<'_>) -> &str {
    let of_part = || KINDS.iter().chain(files::KINDS).find(|kind| message.has(kind)).copied();
    message.text("type").or_else(of_part).unwrap_or("nothing")
}

/// Reads what a message is. Never fails: what is not understood, or not passed on, gets its name shown. `faults` are
/// what WhatsApp says is wrong with it.
pub fn read(kind: &str, message: Object<'_>, faults: &[GraphError]) -> Content {
    let part = message.object(kind);
    let mut content = match kind {
        "text" => Content { text: words(part, "body"), ..Content::default() },
        "location" => part.and_then(cards::location).map(of_card).unwrap_or_default(),
        "contacts" => {
            let cards: Vec<ContactCard> = message.list("contacts").filter_map(contact_cards::read).collect();
            if cards.is_empty() { Content::default() } else { of_card(Card::Contacts(cards)) }
        }
        "interactive" => part.and_then(cards::interactive).map(of_reply).unwrap_or_default(),
        "button" => part.map(cards::button).map(of_reply).unwrap_or_default(),
        "order" => {
            Content { text: words(part, "text"), card: part.and_then(cards::order), ..Content::default() }
        }
        _ => Content {
            text: words(part, "caption"),
            attachments: file(kind, message, faults).into_iter().collect(),
            card: None,
        },
    };
    if content.text.is_empty() && content.attachments.is_empty() && content.card.is_none() {
        content.card = Some(placeholder(kind, part, faults));
    }
    content
}

fn words(part: Option<Object<'_>>, key: &str) -> RichText {
    part.and_then(|part| part.text(key)).map(markup::read).unwrap_or_default()
}

fn of_card(card: Card) -> Content {
    Content { card: Some(card), ..Content::default() }
}

fn of_reply(reply: ButtonReply) -> Content {
    let text = RichText::plain(reply.title.clone());
    Content { text, card: Some(Card::Reply(reply)), ..Content::default() }
}

fn file(kind: &str, message: Object<'_>, faults: &[GraphError]) -> Option<AttachmentSource> {
    let file = files::KINDS.contains(&kind).then(|| files::read(kind, message, faults))??;
    Some(AttachmentSource::Remote(Box::new(file)))
}

/// Something that we cannot show, or that WhatsApp does not pass on: by its most telling name.
fn placeholder(kind: &str, part: Option<Object<'_>>, faults: &[GraphError]) -> Card {
    let more = part.and_then(|part| part.text("type"));
    let what = match (kind, more) {
        ("unsupported" | "unknown", Some(more)) => more.to_owned(),
        (_, Some(more)) => format!("{kind}: {more}"),
        (_, None) => kind.to_owned(),
    };
    let reason = faults.first().map(|fault| fault.words().to_owned()).filter(|reason| !reason.is_empty());
    Card::Unsupported { what, reason }
}
