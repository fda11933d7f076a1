//! A message in a few words, as lists and quotes show it.

use channel_core::Card;
use shared::AttachmentKind;

use super::card::{MessageCard, SentCard};

/// A file, as far as its words go.
#[derive(Debug, Clone, Copy)]
pub struct Named<'a> {
    /// How it is shown.
    pub kind: AttachmentKind,
    /// What the sender called it.
    pub name: &'a str,
}

/// The text of a message; of one without, what it is: "📷 Photo", "📍 Location", the name of a file.
#[must_use]
pub fn in_short(text: &str, card: Option<&MessageCard>, files: &[Named<'_>]) -> String {
    if !text.trim().is_empty() {
        return text.to_owned();
    }
    if let Some(first) = files.first() {
        return of_files(*first, files);
    }
    card.map(of_card).unwrap_or_default()
}

fn of_files(first: Named<'_>, all: &[Named<'_>]) -> String {
    let alike = all.iter().all(|file| file.kind == first.kind);
    let count = all.len();
    match first.kind {
        AttachmentKind::Image if count > 1 && alike => format!("📷 {count} photos"),
        AttachmentKind::Video if count > 1 && alike => format!("🎬 {count} videos"),
        AttachmentKind::Image | AttachmentKind::Video if count > 1 => format!("📷 {count} files"),
        AttachmentKind::Image => "📷 Photo".to_owned(),
        AttachmentKind::Video => "🎬 Video".to_owned(),
        AttachmentKind::Voice => "🎤 Voice message".to_owned(),
        AttachmentKind::VideoNote => "🎥 Video message".to_owned(),
        AttachmentKind::Animation => "🎞 GIF".to_owned(),
        AttachmentKind::Sticker => "🏷 Sticker".to_owned(),
        AttachmentKind::Audio | AttachmentKind::File => first.name.to_owned(),
    }
}

fn of_card(card: &MessageCard) -> String {
    let called = |sign: &str, name: Option<&str>, otherwise: &str| {
        let name = name.map(str::trim).filter(|name| !name.is_empty());
        format!("{sign} {}", name.unwrap_or(otherwise))
    };
    match card {
        MessageCard::Told(Card::Location(place)) if place.live_seconds.is_some() => {
            called("📍", place.name.as_deref(), "Live location")
        }
        MessageCard::Told(Card::Location(place)) => called("📍", place.name.as_deref(), "Location"),
        MessageCard::Told(Card::Contacts(cards)) => {
            called("👤", cards.first().map(|card| card.name.as_str()), "Contact")
        }
        MessageCard::Told(Card::Reply(reply)) => called("👆", Some(&reply.title), "Button"),
        MessageCard::Told(Card::Order(_)) => "🛒 Order".to_owned(),
        MessageCard::Told(Card::Link(link)) => {
            called("🔗", link.title.as_deref().or(link.url.as_deref()), "Link")
        }
        MessageCard::Told(Card::Unsupported { .. }) => "Message that cannot be shown here".to_owned(),
        MessageCard::Sent(SentCard::Template(template)) => called("📄", Some(&template.name), "Template"),
        MessageCard::Told(_) | MessageCard::Sent(_) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use channel_core::{ContactCard, Location};

    use super::*;

    fn file(kind: AttachmentKind) -> Named<'static> {
        Named { kind, name: "a name" }
    }

    #[test]
    fn words_come_before_files_and_files_before_cards() {
        let place = MessageCard::Told(Card::Location(Location::default()));
        let photo = file(AttachmentKind::Image);
        assert_eq!(in_short("Look", Some(&place), &[photo]), "Look");
        assert_eq!(in_short(" ", Some(&place), &[photo]), "📷 Photo");
        assert_eq!(in_short("", Some(&place), &[]), "📍 Location");
        assert_eq!(in_short("", None, &[]), "");
    }

    #[test]
    fn several_files_are_counted_and_documents_go_by_their_name() {
        let (photo, video) = (file(AttachmentKind::Image), file(AttachmentKind::Video));
        assert_eq!(in_short("", None, &[photo, photo]), "📷 2 photos");
        assert_eq!(in_short("", None, &[photo, video]), "📷 2 files");
        assert_eq!(in_short("", None, &[file(AttachmentKind::File)]), "a name");
        assert_eq!(in_short("", None, &[file(AttachmentKind::Voice)]), "🎤 Voice message");
    }

    #[test]
    fn what_has_a_name_of_its_own_is_called_by_it() {
        let named = Location { name: Some("Café Nord".to_owned()), ..Location::default() };
        assert_eq!(in_short("", Some(&MessageCard::Told(Card::Location(named))), &[]), "📍 Café Nord");
        let card = ContactCard { name: "Jana".to_owned(), ..ContactCard::default() };
        assert_eq!(in_short("", Some(&MessageCard::Told(Card::Contacts(vec![card]))), &[]), "👤 Jana");
    }
}
