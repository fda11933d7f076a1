//! The conversations of a batch: found and locked, opened again or made, and brought up to date.

mod store;
mod thread;

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde_json::json;
use shared::{AuditAction, ChannelKind, ConversationId, ConversationKind, ConversationStatus, TargetKind};

use super::entries::Entries;
use super::people::{People, Person};
use crate::audit;
use crate::conversations::Counter;
use crate::db::WorkspaceTx;
use crate::realtime::Event;
use crate::viewer::Actor;

pub(super) use thread::Thread;

/// The conversations of a batch, by person and by id.
#[derive(Default)]
pub(super) struct Threads {
    of_person: HashMap<usize, usize>,
    by_id: HashMap<ConversationId, usize>,
    all: Vec<Thread>,
}

impl Threads {
    /// Says whose is whose. Of people with several the one that is not closed counts, else the latest.
    fn assign(&mut self, people: &People) {
        let mut numbers = HashMap::new();
        for (number, person) in people.all() {
            numbers.insert(person.identity_id, number);
        }
        for merge in people.merges() {
            if let Some(number) = people.get(merge.into).and_then(|person| numbers.get(&person.identity_id)) {
                numbers.insert(merge.from_identity, *number);
            }
        }
        for (at, thread) in self.all.iter().enumerate() {
            self.by_id.insert(thread.id, at);
            let Some(number) = numbers.get(&thread.identity_id) else { continue };
            let better = self.of_person.get(number).and_then(|other| self.all.get(*other));
            if better.is_none_or(|other| thread.counts_before(other)) {
                self.of_person.insert(*number, at);
            }
        }
    }

    /// Where two people turned out to be one, only one of their threads stays open, and the others say so.
    pub(super) fn unite(&mut self, people: &People, entries: &mut Entries) {
        for merge in people.merges() {
            let Some(person) = people.get(merge.into) else { continue };
            for thread in &mut self.all {
                let is_theirs =
                    thread.identity_id == merge.from_identity || thread.contact_id == merge.from_contact;
                if is_theirs {
                    thread.change.touched = true;
                    thread.contact_id = person.contact_id;
                }
                if thread.identity_id == merge.from_identity {
                    thread.identity_id = person.identity_id;
                }
            }
        }
        let stay: HashMap<_, _> = self
            .of_person
            .iter()
            .filter_map(|(number, at)| Some((people.get(*number)?.identity_id, *at)))
            .collect();
        for (at, thread) in self.all.iter_mut().enumerate() {
            let stays = stay.get(&thread.identity_id).is_none_or(|other| *other == at);
            if !stays && thread.kind != ConversationKind::Comment {
                thread.close(entries, Utc::now());
            }
        }
    }

    /// The conversation of a person, if there is one.
    pub(super) fn of_person(&mut self, number: usize) -> Option<&mut Thread> {
        self.of_person.get(&number).and_then(|at| self.all.get_mut(*at))
    }

    /// The conversation with this id, if it is one of the batch.
    pub(super) fn by_id(&mut self, id: ConversationId) -> Option<&mut Thread> {
        self.by_id.get(&id).and_then(|at| self.all.get_mut(*at))
    }

    /// The conversation of a person, made if there is none.
    pub(super) fn of_person_or_new(
        &mut self,
        number: usize,
        person: &Person,
        kind: ChannelKind,
        at: DateTime<Utc>,
    ) -> &mut Thread {
        let place = *self.of_person.entry(number).or_insert_with(|| {
            let thread = Thread::new(person, kind, at);
            self.by_id.insert(thread.id, self.all.len());
            self.all.push(thread);
            self.all.len() - 1
        });
        // `place` is in `all`: it came from there, and nothing is ever taken out.
        #[expect(clippy::indexing_slicing, reason = "see the line above")]
        &mut self.all[place]
    }

    /// What lists show of conversations whose newest message is new or changed.
    pub(super) fn preview(&mut self, entries: &Entries) {
        for thread in &mut self.all {
            if let Some(entry) = thread.change.shown.and_then(|at| entries.get(at)) {
                thread.show(entry);
            }
        }
    }

    /// Net changes of the counters, and the visible changes that are no message.
    pub(super) fn count_and_publish(&self, tx: &mut WorkspaceTx) {
        for thread in &self.all {
            let change = &thread.change;
            thread.count_move(tx);
            if let Some(left) = change.released_from {
                tx.audit(
                    audit::Entry::new(Actor::system(), AuditAction::ConversationUnassigned)
                        .on(TargetKind::Conversation, thread.id.0)
                        .with(json!({ "from": left, "to": null })),
                );
            }
            let is_moved = change.was.is_some_and(|was| was.status != thread.status);
            if is_moved || change.read_from.is_some() || change.touched {
                tx.publish(Event::conversation(thread.id));
            }
        }
    }

    /// Who read further: conversation, read up to where before, and up to where now.
    pub(super) fn read_further(&self) -> impl Iterator<Item = (ConversationId, i64, i64)> {
        self.all.iter().filter_map(|t| Some((t.id, t.change.read_from?, t.contact_read_seq)))
    }
}

/// The counters that a conversation is in.
fn counters(thread: &Thread, status: ConversationStatus) -> Vec<Counter> {
    match status {
        ConversationStatus::Open => vec![
            Counter::Open,
            Counter::Channel(thread.channel_id),
            thread.assignee_id.map_or(Counter::Unassigned, Counter::Assigned),
        ],
        ConversationStatus::Snoozed => vec![Counter::Snoozed],
        ConversationStatus::Closed => vec![Counter::Closed],
    }
}
