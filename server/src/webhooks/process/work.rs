//! What a batch does, in memory: its events in order, each on what the ones before it left.

use std::collections::{HashMap, HashSet};

use channel_core::InboundEvent;
use shared::{ChannelId, ConversationId, IdentityId};

use super::account::{AccountNews, ChannelFacts};
use super::conversations::Threads;
use super::entries::Entries;
use super::files::Uploads;
use super::outcome::Verdicts;
use super::people::People;
use super::reactions::Reactions;
use super::receipts::{Owed, Receipt, Returned};
use super::steps::Step;
use super::waiting::Kept;

/// Everything that the events of a batch read and change.
pub(super) struct Work {
    pub channels: HashMap<ChannelId, ChannelFacts>,
    pub verdicts: Verdicts,
    pub entries: Entries,
    pub people: People,
    pub threads: Threads,
    pub uploads: Uploads,
    pub reactions: Reactions,
    /// Changes of messages that are not here yet.
    pub kept: Vec<Kept>,
    /// How far messages of ours have come.
    pub receipts: Vec<Receipt>,
    /// Messages of our own that came back.
    pub returned: Vec<Returned>,
    /// What platforms are owed for what came in.
    pub owed: Vec<Owed>,
    /// What happened to channels as a whole.
    pub news: Vec<AccountNews>,
    /// Who types.
    pub typing: Vec<Typing>,
    /// Whose threads say already that they have other names.
    pub renamed: HashSet<IdentityId>,
}

/// A contact types, or stopped.
#[derive(Debug)]
pub(super) struct Typing {
    pub conversation_id: ConversationId,
    pub name: String,
    pub on: bool,
}

impl Work {
    /// Goes through the events in order.
    pub(super) fn go_through(&mut self, steps: &[Step]) {
        for (number, step) in steps.iter().enumerate() {
            self.take(number, step);
        }
    }

    fn take(&mut self, number: usize, step: &Step) {
        match &step.event {
            InboundEvent::Message(message) => self.message(number, step, message),
            InboundEvent::Echo(echo) => self.echo(number, step, echo),
            InboundEvent::Pressed(press) => self.pressed(number, step, press),
            InboundEvent::Opened(opened) => self.opened(number, step, opened),
            InboundEvent::Edited(edit) => self.edited(step, edit),
            InboundEvent::Unsent(unsend) => self.unsent(step, unsend),
            InboundEvent::Reacted(change) => self.reacted(number, step, change),
            InboundEvent::Status(report) => self.receipts.push(Receipt::of(step, report)),
            InboundEvent::Seen { up_to_seq, .. } => self.seen(number, step, *up_to_seq),
            InboundEvent::Typing { on, .. } => self.typing(number, step, *on),
            InboundEvent::Reachability(reach) => self.reach(number, step, reach),
            InboundEvent::Preference(preference) => self.prefers(number, step, preference),
            InboundEvent::Identity(change) => self.identity(number, step, &change.what, change.at),
            InboundEvent::ChatMoved(_) => self.identity(number, step, "chat_moved", None),
            InboundEvent::Account(event) => self.account(step, event),
            InboundEvent::Refused(refused) => self.refused(step, refused),
            InboundEvent::ThreadControl(control) => {
                self.verdicts.ignored(step.delivery, format!("not supported: {}", control.what));
            }
            InboundEvent::Unsupported { what } => {
                self.verdicts.ignored(step.delivery, format!("not supported: {what}"));
            }
            InboundEvent::Broken { at, reason } => self.verdicts.broken(step.delivery, at, reason),
            _ => self.verdicts.ignored(step.delivery, "not known to this version"),
        }
    }

    /// The contact types, or stopped: told to whoever looks, and not kept.
    fn typing(&mut self, number: usize, step: &Step, on: bool) {
        let person = self.people.of_step(number);
        let name = person.and_then(|person| self.people.get(person)).map(|person| person.contact_id);
        let name = name.map(|contact| self.people.name_of(contact).to_owned());
        let Some(thread) = person.and_then(|person| self.threads.of_person(person)) else {
            self.verdicts.ignored(step.delivery, "there is no conversation to type in");
            return;
        };
        self.typing.push(Typing { conversation_id: thread.id, name: name.unwrap_or_default(), on });
        self.verdicts.done(step.delivery);
    }

    /// The contact has seen our own thread up to a number. A look that moves nothing is no failure.
    fn seen(&mut self, number: usize, step: &Step, up_to_seq: i64) {
        let person = self.people.of_step(number);
        let thread = person.and_then(|person| self.threads.of_person(person));
        match thread.map(|thread| thread.read_up_to(up_to_seq)) {
            Some(true) => self.verdicts.done(step.delivery),
            Some(false) => self.verdicts.ignored(step.delivery, "nothing new was seen"),
            None => self.verdicts.ignored(step.delivery, "there is no conversation to see"),
        }
    }
}
