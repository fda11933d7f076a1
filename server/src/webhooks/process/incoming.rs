//! Messages on their way in: what contacts write, and what the business wrote in the platform's own app.

use channel_core::{
    Act, ButtonPress, ButtonReply, Card, Echo, EchoSource, InboundMessage, Opened, Quote, QuoteTarget,
    ReplyKind,
};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use shared::{AuthorKind, Direction, MessageId, MessageStatus, RichText, TransmissionId};

use super::body::{Body, File};
use super::entries::{Entry, New};
use super::receipts::{Owed, Returned};
use super::steps::Step;
use super::work::Work;
use crate::messages::{Activity, ActivityKind, Context, MessageCard};

/// Which way a message goes, as far as it matters here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    In,
    /// By hand or by a machine of the business.
    Out {
        automatic: bool,
    },
}

impl Work {
    /// A person wrote.
    pub(super) fn message(&mut self, number: usize, step: &Step, message: &InboundMessage) {
        self.store(number, step, message, Way::In);
    }

    /// The business wrote, not through us; or our own message came back.
    pub(super) fn echo(&mut self, number: usize, step: &Step, echo: &Echo) {
        let known = self.entries.find(step.channel_id, &echo.message.platform_message_id);
        let is_ours = echo.reference.as_deref().is_some_and(|text| text.parse::<TransmissionId>().is_ok())
            || self.is_sent_by_us(step, &echo.source)
            || known.and_then(|at| self.entries.get(at)).is_some_and(|entry| entry.is_transmitted);
        if is_ours {
            self.returned.push(Returned::of(step, echo));
            return;
        }
        self.store(number, step, &echo.message, Way::Out { automatic: echo.automatic });
    }

    fn is_sent_by_us(&self, step: &Step, source: &EchoSource) -> bool {
        let EchoSource::Application(id) = source else { return false };
        self.channels.get(&step.channel_id).is_some_and(|channel| channel.is_ours(id))
    }

    /// A button under a message of ours was pressed: an answer like any other, though nothing was typed.
    pub(super) fn pressed(&mut self, number: usize, step: &Step, press: &ButtonPress) {
        let title = press.title.clone().or_else(|| press.payload.clone()).unwrap_or_default();
        let target = press.platform_message_id.clone().map(QuoteTarget::Message);
        let message = InboundMessage {
            platform_message_id: press_id(press),
            sender: press.sender.clone(),
            text: RichText::plain(title.clone()),
            card: Some(Card::Reply(ButtonReply {
                kind: ReplyKind::Button,
                payload: press.payload.clone(),
                title,
                description: None,
                form: None,
            })),
            quote: target.map(|target| Quote { target, excerpt: None, snapshot: None }),
            referral: press.referral.clone(),
            sent_at: press.at,
            ..InboundMessage::default()
        };
        // A repeat was answered when it came first.
        let is_new = self.entries.find(step.channel_id, &message.platform_message_id).is_none();
        self.store(number, step, &message, Way::In);
        if press.wants_answer && is_new {
            self.owed.push(Owed {
                channel_id: step.channel_id,
                to: press.sender.platform_id.clone(),
                act: Act::AnswerPress { press_id: press.press_id.clone(), text: None },
            });
        }
    }

    /// A person came to the thread and wrote nothing.
    pub(super) fn opened(&mut self, number: usize, step: &Step, opened: &Opened) {
        let Some(own_id) = step.own_id() else { return };
        if let Some(known) = self.entries.find(step.channel_id, &own_id) {
            let id = self.entries.get(known).map(|entry| entry.id);
            self.verdicts.repeated(step.delivery, id);
            return;
        }
        let Some((person_number, person)) =
            self.people.of_step(number).and_then(|n| Some((n, self.people.get(n)?)))
        else {
            self.verdicts.ignored(step.delivery, "nobody is known by this name");
            return;
        };
        let at = opened.at.unwrap_or(step.received_at);
        let contact_id = person.contact_id;
        let thread = self.threads.of_person_or_new(person_number, person, step.kind, at);
        thread.last_activity_at = thread.last_activity_at.max(at);
        let place =
            thread.happened(Activity::of(ActivityKind::Opened), Some(contact_id), at, &mut self.entries);
        self.entries.name(step.channel_id, &own_id, place);
        if let Some(entry) = self.entries.get_mut(place) {
            entry.body.context.referral.clone_from(&opened.referral);
            if let Some(new) = &mut entry.new {
                new.delivery = step.delivery;
                new.platform_message_id = Some(own_id);
                new.provenance = Some(json!({ "delivery": step.delivery_id }));
            }
            self.verdicts.message(step.delivery, entry.id);
        }
    }

    fn store(&mut self, number: usize, step: &Step, message: &InboundMessage, way: Way) {
        let channel_id = step.channel_id;
        if let Some(known) = self.entries.find(channel_id, &message.platform_message_id) {
            let id = self.entries.get(known).map(|entry| entry.id);
            self.verdicts.repeated(step.delivery, id);
            return;
        }
        if let Some(album) = &message.album
            && self.join_album(step, message, album)
        {
            return;
        }
        let Some((person_number, person)) =
            self.people.of_step(number).and_then(|n| Some((n, self.people.get(n)?)))
        else {
            self.verdicts.ignored(step.delivery, "nobody is known by this name");
            return;
        };
        let at = message.sent_at.unwrap_or(step.received_at);
        let contact_id = person.contact_id;
        let (quoted_message_id, quote) = self.quote(step, message);
        let thread = self.threads.of_person_or_new(person_number, person, step.kind, at);
        let (seq, late) = match way {
            Way::In => {
                thread.open_again(at, &mut self.entries);
                thread.take_inbound(at)
            }
            Way::Out { automatic } => thread.take_outside(at, automatic),
        };
        let mut body = Body {
            text: message.text.clone(),
            card: message.card.clone().map(MessageCard::Told),
            context: Context {
                forwarded: message.forwarded.clone(),
                referral: message.referral.clone(),
                quote,
                standby: message.standby,
                automatic: matches!(way, Way::Out { automatic: true }),
                moved_at: None,
            },
            ..Body::default()
        };
        match &message.album {
            Some(_) => {
                let part = message.platform_message_id.as_str();
                let files = message.attachments.iter().filter_map(|file| File::remote(file, Some(part)));
                body.add_part(part, message.text.clone(), files.collect());
            }
            None => {
                let files = message.attachments.iter();
                body.files.extend(
                    files.filter_map(|file| self.uploads.take(step, file).or(File::remote(file, None))),
                );
            }
        }
        let entry = Entry {
            id: MessageId::new(),
            conversation_id: thread.id,
            channel_id,
            seq,
            direction: if way == Way::In { Direction::Inbound } else { Direction::Outbound },
            body,
            new: Some(New {
                delivery: step.delivery,
                author_kind: if way == Way::In { AuthorKind::Contact } else { AuthorKind::Outside },
                author_contact_id: (way == Way::In).then_some(contact_id.0),
                platform_message_id: Some(message.platform_message_id.clone()),
                client_id: message.client_id,
                quoted_platform_id: message.quoted_id().map(str::to_owned),
                quoted_message_id,
                sent_at: at,
                late,
                status: (way != Way::In).then_some(MessageStatus::Sent),
                activity: None,
                provenance: Some(provenance(step, message)),
                album: message.album.clone(),
                may_be_quoted: !step.is_ours(),
            }),
            is_last: false,
            is_changed: false,
            is_transmitted: false,
        };
        self.verdicts.message(step.delivery, entry.id);
        let conversation_id = entry.conversation_id;
        let place = self.entries.push(entry);
        if let Some(thread) = self.threads.by_id(conversation_id) {
            thread.change.shown = Some(place);
        }
        if way == Way::In {
            self.is_heard_of(person_number, at);
        }
    }

    /// What a message answers: the message, if it is here, and else what the platform says it was.
    fn quote(&self, step: &Step, message: &InboundMessage) -> (Option<MessageId>, Option<Quote>) {
        let quoted = message.quoted_id().and_then(|id| self.entries.find(step.channel_id, id));
        let quoted = quoted.and_then(|at| self.entries.get(at)).map(|entry| entry.id);
        let mut quote = message.quote.clone();
        if quoted.is_some()
            && let Some(quote) = &mut quote
        {
            quote.snapshot = None; // the message itself is better
        }
        (quoted, quote.filter(|quote| !says_nothing(quote)))
    }

    /// A part of an album whose message is here: it joins, however late. Whether it did.
    fn join_album(&mut self, step: &Step, message: &InboundMessage, album: &str) -> bool {
        let Some(place) = self.entries.find_album(step.channel_id, album) else { return false };
        let Some(entry) = self.entries.get_mut(place).filter(|entry| entry.body.deleted_at.is_none()) else {
            return false;
        };
        let part = message.platform_message_id.as_str();
        let files = message.attachments.iter().filter_map(|file| File::remote(file, Some(part)));
        entry.body.add_part(part, message.text.clone(), files.collect());
        entry.is_changed = true;
        let context = &mut entry.body.context;
        context.forwarded = context.forwarded.take().or_else(|| message.forwarded.clone());
        let (id, conversation_id) = (entry.id, entry.conversation_id);
        let is_shown = entry.new.is_some() || entry.is_last;
        self.entries.name(step.channel_id, part, place);
        self.verdicts.message(step.delivery, id);
        if let Some(thread) = self.threads.by_id(conversation_id).filter(|_| is_shown) {
            thread.change.shown.get_or_insert(place);
        }
        true
    }
}

/// What a press is known by among the messages of its channel.
fn press_id(press: &ButtonPress) -> String {
    format!("press:{}", press.press_id)
}

/// It names a message of the thread, and nothing more.
fn says_nothing(quote: &Quote) -> bool {
    matches!(quote.target, QuoteTarget::Message(_)) && quote.excerpt.is_none() && quote.snapshot.is_none()
}

/// Where a message comes from.
fn provenance(step: &Step, message: &InboundMessage) -> Value {
    match &message.page {
        Some(page) => {
            json!({ "delivery": step.delivery_id, "page": { "url": page.url, "title": page.title } })
        }
        None => json!({ "delivery": step.delivery_id }),
    }
}

/// When something happened, by the platform's clock or by ours.
pub(super) fn moment(at: Option<DateTime<Utc>>, step: &Step) -> DateTime<Utc> {
    at.unwrap_or(step.received_at)
}
