//! What outsiders name things is cut to what can be kept; an event whose ids are out of all measure cannot be read.

use channel_core::{Alias, AttachmentSource, InboundEvent, InboundMessage, Reaction, Sender};

/// Longest id of a platform that is kept, in bytes: an index must hold it.
const ID_BYTES_MAX: usize = 512;
/// Longest name of a person, in characters.
const NAME_CHARS_MAX: usize = 200;
/// Longest reaction, in characters.
const REACTION_CHARS_MAX: usize = 64;
/// Most names of one person in one event.
const ALIASES_MAX: usize = 20;
/// Most files of one message.
const FILES_MAX: usize = 50;
/// Most messages that one event takes back.
const UNSENDS_MAX: usize = 1_000;

/// The event as it can be kept.
pub(super) fn fit(mut event: InboundEvent) -> InboundEvent {
    let fits = match &mut event {
        InboundEvent::Message(message) => message_fits(message),
        InboundEvent::Echo(echo) => message_fits(&mut echo.message),
        InboundEvent::Edited(edit) => message_fits(&mut edit.message),
        InboundEvent::Unsent(unsend) => {
            unsend.platform_message_ids.truncate(UNSENDS_MAX);
            unsend.platform_message_ids.retain(|id| id_fits(id));
            sender_fits(&mut unsend.sender)
        }
        InboundEvent::Reacted(change) => {
            change.now.truncate(ALIASES_MAX);
            change.now.retain(|reaction| !matches!(reaction, Reaction::Emoji(word) if word.is_empty()));
            for reaction in &mut change.now {
                let (Reaction::Emoji(word) | Reaction::Custom(word) | Reaction::Named(word)) = reaction;
                // Room for what it is stored with.
                cut(word, REACTION_CHARS_MAX - "custom:".len());
            }
            id_fits(&change.platform_message_id) && sender_fits(&mut change.sender)
        }
        InboundEvent::Pressed(press) => id_fits(&press.press_id) && sender_fits(&mut press.sender),
        InboundEvent::Opened(opened) => {
            opened.event_id.as_deref().is_none_or(id_fits) && sender_fits(&mut opened.sender)
        }
        InboundEvent::Status(report) => match &mut report.recipient {
            Some(recipient) => sender_fits(recipient),
            None => true,
        },
        InboundEvent::Seen { sender, .. } | InboundEvent::Typing { sender, .. } => sender_fits(sender),
        InboundEvent::Reachability(reach) => sender_fits(&mut reach.sender),
        InboundEvent::Preference(preference) => sender_fits(&mut preference.sender),
        InboundEvent::Identity(change) => {
            aliases_fit(&mut change.add);
            aliases_fit(&mut change.remove);
            change.new_platform_id.as_deref().is_none_or(id_fits) && sender_fits(&mut change.sender)
        }
        InboundEvent::ChatMoved(moved) => id_fits(&moved.from) && id_fits(&moved.to),
        InboundEvent::ThreadControl(control) => sender_fits(&mut control.sender),
        _ => true,
    };
    if fits {
        return event;
    }
    InboundEvent::Broken { at: "/".to_owned(), reason: "an id is missing or too long".to_owned() }
}

fn id_fits(id: &str) -> bool {
    (1..=ID_BYTES_MAX).contains(&id.len())
}

fn message_fits(message: &mut InboundMessage) -> bool {
    message.attachments.truncate(FILES_MAX);
    for source in &mut message.attachments {
        if let AttachmentSource::Remote(file) = source
            && file.unique_id.as_ref().is_some_and(|id| !id_fits(id))
        {
            file.unique_id = None;
        }
    }
    if message.album.as_deref().is_some_and(|album| !id_fits(album)) {
        message.album = None;
    }
    if message.quoted_id().is_some_and(|id| !id_fits(id)) {
        message.quote = None;
    }
    id_fits(&message.platform_message_id) && sender_fits(&mut message.sender)
}

fn sender_fits(sender: &mut Sender) -> bool {
    if let Some(name) = &mut sender.display_name {
        cut(name, NAME_CHARS_MAX);
    }
    aliases_fit(&mut sender.aliases);
    id_fits(&sender.platform_id)
}

fn aliases_fit(aliases: &mut Vec<Alias>) {
    aliases.truncate(ALIASES_MAX);
    aliases.retain(|alias| id_fits(&alias.value));
}

fn cut(text: &mut String, chars_max: usize) {
    if let Some((end, _)) = text.char_indices().nth(chars_max) {
        text.truncate(end);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(id: &str) -> InboundEvent {
        let sender =
            Sender { platform_id: "7".to_owned(), display_name: Some("ñ".repeat(999)), ..Sender::default() };
        InboundEvent::Message(Box::new(InboundMessage {
            platform_message_id: id.to_owned(),
            sender,
            ..InboundMessage::default()
        }))
    }

    #[test]
    fn names_are_cut_and_ids_are_not() {
        let InboundEvent::Message(kept) = fit(message("1")) else { panic!("it is a message") };
        assert_eq!(kept.sender.display_name.unwrap().chars().count(), 200);
        for id in [String::new(), "x".repeat(513)] {
            assert!(matches!(fit(message(&id)), InboundEvent::Broken { .. }));
        }
    }
}
