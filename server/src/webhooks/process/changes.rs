//! Changes of messages: other words, a new position, taken back.

use std::cmp::Ordering;

use channel_core::{AttachmentSource, Card, Edit, InboundEvent, Unsend};
use chrono::{DateTime, Utc};

use super::body::{Body, File, Replaced};
use super::incoming::moment;
use super::steps::Step;
use super::waiting::Kept;
use super::work::Work;
use crate::messages::MessageCard;

/// What an edit came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Edited {
    Changed,
    /// It says what is there already.
    Same,
    /// A later one is here.
    Older,
    /// The message was taken back.
    Gone,
}

impl Work {
    /// A message got other words, files or a new position.
    pub(super) fn edited(&mut self, step: &Step, edit: &Edit) {
        let id = &edit.message.platform_message_id;
        let Some(place) = self.entries.find(step.channel_id, id) else {
            self.keep(step, id, step.event.clone());
            return;
        };
        let Some(entry) = self.entries.get_mut(place) else { return };
        let edited = apply(&mut entry.body, edit, moment(edit.edited_at, step));
        let message_id = entry.id;
        match edited {
            Edited::Changed => {
                entry.is_changed = true;
                let (conversation_id, is_last) =
                    (entry.conversation_id, entry.is_last || entry.new.is_some());
                self.verdicts.message(step.delivery, message_id);
                self.show(conversation_id, place, is_last);
            }
            Edited::Same => self.verdicts.repeated(step.delivery, Some(message_id)),
            Edited::Older => self.verdicts.ignored(step.delivery, "a later edit is here already"),
            Edited::Gone => self.verdicts.ignored(step.delivery, "the message was taken back"),
        }
    }

    /// Messages were taken back: their content goes, everywhere.
    pub(super) fn unsent(&mut self, step: &Step, unsend: &Unsend) {
        let at = moment(unsend.at, step);
        for id in &unsend.platform_message_ids {
            let Some(place) = self.entries.find(step.channel_id, id) else {
                let one = Unsend { platform_message_ids: vec![id.clone()], ..unsend.clone() };
                self.keep(step, id, InboundEvent::Unsent(one));
                continue;
            };
            let Some(entry) = self.entries.get_mut(place) else { continue };
            let (message_id, conversation_id) = (entry.id, entry.conversation_id);
            if entry.body.deleted_at.is_some() {
                self.verdicts.repeated(step.delivery, Some(message_id));
                continue;
            }
            let is_part = entry.body.parts.iter().any(|part| part.platform_id == *id);
            if !is_part || !entry.body.remove_part(id) {
                entry.body.take_back(at);
            }
            entry.is_changed = true;
            let is_last = entry.is_last || entry.new.is_some();
            self.verdicts.message(step.delivery, message_id);
            self.show(conversation_id, place, is_last);
        }
        if unsend.platform_message_ids.is_empty() {
            self.verdicts.ignored(step.delivery, "it names no message");
        }
    }

    /// Keeps a change until its message is here.
    pub(super) fn keep(&mut self, step: &Step, platform_message_id: &str, event: InboundEvent) {
        self.kept.push(Kept {
            channel_id: step.channel_id,
            platform_message_id: platform_message_id.to_owned(),
            event,
            delivery_id: step.delivery_id,
        });
        self.verdicts.done(step.delivery);
    }

    /// Lists show a changed message, if it is the newest one.
    fn show(&mut self, conversation_id: shared::ConversationId, place: usize, is_last: bool) {
        if let Some(thread) = self.threads.by_id(conversation_id).filter(|_| is_last) {
            thread.change.shown.get_or_insert(place);
        }
    }
}

/// Gives a message its new content. The text before stays as a revision; a place that moves has none.
fn apply(body: &mut Body, edit: &Edit, at: DateTime<Utc>) -> Edited {
    if body.deleted_at.is_some() {
        return Edited::Gone;
    }
    let number = edit.number.and_then(|number| i32::try_from(number).ok());
    let is_live = |card: Option<&MessageCard>| card.and_then(MessageCard::location).is_some();
    let card = edit.message.card.clone().map(MessageCard::Told);
    let moves = !edit.text_only && is_live(body.card.as_ref()) && is_live(card.as_ref());
    let last = if moves { body.context.moved_at } else { body.edited_at };
    let order = match (number, body.edit_number) {
        (Some(number), Some(known)) => number.cmp(&known),
        _ => last.map_or(Ordering::Greater, |last| at.cmp(&last)),
    };
    if order == Ordering::Less {
        return Edited::Older;
    }
    if moves {
        return move_place(body, card, at);
    }
    let part = edit.message.platform_message_id.as_str();
    let is_part = body.parts.iter().any(|one| one.platform_id == part);
    let text_before = match body.parts.iter().find(|one| one.platform_id == part) {
        Some(one) => &one.text,
        None => &body.text,
    };
    let same_files = edit.text_only || has_files(body, is_part.then_some(part), &edit.message.attachments);
    let same_card = edit.text_only || is_part || body.card == card;
    if *text_before == edit.message.text && same_card && same_files {
        return Edited::Same;
    }
    body.revisions.push(Replaced { text: body.text.clone(), card: body.card.clone(), at });
    if is_part {
        body.set_part_text(part, edit.message.text.clone());
    } else {
        body.text = edit.message.text.clone();
        if !edit.text_only {
            body.card = card;
        }
    }
    if !same_files {
        replace_files(body, is_part.then_some(part), &edit.message.attachments);
    }
    body.edited_at = Some(at);
    body.edit_number = number.or(body.edit_number);
    Edited::Changed
}

/// A place that moves: only where it is now counts.
fn move_place(body: &mut Body, card: Option<MessageCard>, at: DateTime<Utc>) -> Edited {
    let mut card = card;
    // An update need not say for how long it moves, or what it is called.
    if let (Some(MessageCard::Told(Card::Location(now))), Some(before)) =
        (&mut card, body.card.as_ref().and_then(MessageCard::location))
    {
        now.live_seconds = now.live_seconds.or(before.live_seconds);
        now.name = now.name.take().or_else(|| before.name.clone());
    }
    if body.card == card {
        return Edited::Same;
    }
    body.card = card;
    body.context.moved_at = Some(at);
    Edited::Changed
}

/// The files of a message, or of one part of an album.
fn of_part<'a>(body: &'a Body, part: Option<&'a str>) -> impl Iterator<Item = &'a File> {
    body.files.iter().filter(move |file| part.is_none() || file.part.as_deref() == part)
}

/// Whether a message has these files already: by what the platform calls their bytes; where it does not say, by
/// their number and kinds.
fn has_files(body: &Body, part: Option<&str>, sources: &[AttachmentSource]) -> bool {
    let files: Vec<&File> = of_part(body, part).collect();
    let same = |(file, source): (&&File, &AttachmentSource)| match source {
        AttachmentSource::Remote(media) => match (&file.unique_id, &media.unique_id) {
            (Some(known), Some(now)) => known == now,
            _ => file.kind == media.kind.into(),
        },
        _ => true,
    };
    files.len() == sources.len() && files.iter().zip(sources).all(same)
}

fn replace_files(body: &mut Body, part: Option<&str>, sources: &[AttachmentSource]) {
    let (gone, mut kept): (Vec<File>, Vec<File>) =
        body.files.drain(..).partition(|file| part.is_none() || file.part.as_deref() == part);
    kept.extend(sources.iter().filter_map(|source| File::remote(source, part)));
    body.files = kept;
    body.erase(gone);
    body.put_together();
}

#[cfg(test)]
mod tests {
    use channel_core::{By, InboundMessage, Location};
    use chrono::TimeDelta;
    use shared::RichText;

    use super::*;

    fn edit(text: &str, number: Option<u32>) -> Edit {
        let message = InboundMessage {
            platform_message_id: "1".to_owned(),
            text: RichText::plain(text),
            ..InboundMessage::default()
        };
        Edit { message, text_only: true, by: By::Contact, edited_at: None, number }
    }

    #[test]
    fn edits_leave_revisions_and_only_later_ones_count() {
        let mut body = Body { text: RichText::plain("one"), ..Body::default() };
        let at = Utc::now();
        assert_eq!(apply(&mut body, &edit("two", None), at), Edited::Changed);
        assert_eq!(apply(&mut body, &edit("two", None), at), Edited::Same);
        assert_eq!(apply(&mut body, &edit("older", None), at - TimeDelta::seconds(1)), Edited::Older);
        assert_eq!(apply(&mut body, &edit("three", None), at), Edited::Changed);
        let texts: Vec<&str> = body.revisions.iter().map(|one| one.text.plain.as_str()).collect();
        assert_eq!((texts, body.text.plain.as_str()), (vec!["one", "two"], "three"));
        body.take_back(at);
        assert_eq!(apply(&mut body, &edit("four", None), at), Edited::Gone);
        assert!(body.revisions.is_empty());
    }

    #[test]
    fn where_the_platform_counts_edits_its_number_decides() {
        let mut body = Body { text: RichText::plain("one"), ..Body::default() };
        let at = Utc::now();
        assert_eq!(apply(&mut body, &edit("three", Some(2)), at), Edited::Changed);
        assert_eq!(apply(&mut body, &edit("two", Some(1)), at + TimeDelta::seconds(1)), Edited::Older);
        assert_eq!(body.text.plain, "three");
    }

    #[test]
    fn a_place_that_moves_is_no_edit() {
        let place = |latitude: f64, live_seconds| {
            Some(MessageCard::Told(Card::Location(Location {
                latitude,
                live_seconds,
                ..Location::default()
            })))
        };
        let mut body = Body { card: place(1.0, Some(600)), ..Body::default() };
        let moved = |latitude| {
            let MessageCard::Told(card) = place(latitude, None).unwrap() else { unreachable!() };
            let mut edit = edit("", None);
            edit.text_only = false;
            edit.message.card = Some(card);
            edit
        };
        let at = Utc::now();
        assert_eq!(apply(&mut body, &moved(2.0), at), Edited::Changed);
        assert_eq!(body.card, place(2.0, Some(600)));
        assert_eq!(apply(&mut body, &moved(3.0), at - TimeDelta::seconds(9)), Edited::Older);
        assert!(body.revisions.is_empty() && body.edited_at.is_none());
    }
}
