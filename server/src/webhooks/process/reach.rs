//! Whether messages reach a person, and which ones they want. The later word counts, whenever it comes.

use channel_core::{Preference, Reachability};
use chrono::{DateTime, Utc};
use shared::{ContactId, IdentityId};

use super::connections;
use super::incoming::moment;
use super::people::Reach;
use super::steps::Step;
use super::work::Work;
use crate::messages::{Activity, ActivityKind};

impl Work {
    /// A person can be written to no more, or again.
    pub(super) fn reach(&mut self, number: usize, step: &Step, told: &Reachability) {
        let at = moment(told.at, step);
        let Some(person_number) = self.people.of_step(number) else {
            self.verdicts.ignored(step.delivery, "nobody is known by this name");
            return;
        };
        let Some(person) = self.people.get_mut(person_number) else { return };
        if person.reach.changed_at.is_some_and(|last| at < last) {
            self.verdicts.ignored(step.delivery, "something later is known");
            return;
        }
        let changed = person.reach.reachable != told.reachable;
        let reason = (!told.reachable).then(|| told.what.clone());
        person.reach = Reach { reachable: told.reachable, reason, changed_at: Some(at) };
        let contact_id = person.contact_id;
        if changed {
            let kind = if told.reachable { ActivityKind::Reachable } else { ActivityKind::Unreachable };
            self.note(person_number, Activity::of(kind).called(told.what.as_str()), contact_id, at);
        }
        self.verdicts.done(step.delivery);
    }

    /// A person allows or forbids a kind of message.
    pub(super) fn prefers(&mut self, number: usize, step: &Step, told: &Preference) {
        let at = moment(told.at, step);
        let Some(person_number) = self.people.of_step(number) else {
            self.verdicts.ignored(step.delivery, "nobody is known by this name");
            return;
        };
        let Some(person) = self.people.get_mut(person_number) else { return };
        if person.preferences_at.get(&told.category).is_some_and(|last| at < *last) {
            self.verdicts.ignored(step.delivery, "something later is known");
            return;
        }
        person.preferences_at.insert(told.category.clone(), at);
        let changed = match told.allowed {
            true => person.opted_out.remove(&told.category),
            false => person.opted_out.insert(told.category.clone()),
        };
        let contact_id = person.contact_id;
        if !changed {
            self.verdicts.repeated(step.delivery, None);
            return;
        }
        let kind = if told.allowed { ActivityKind::OptedIn } else { ActivityKind::OptedOut };
        self.note(person_number, Activity::of(kind).called(told.category.as_str()), contact_id, at);
        self.verdicts.done(step.delivery);
    }

    /// The platform says that somebody goes by other names. People took that in already.
    pub(super) fn identity(&mut self, number: usize, step: &Step, what: &str, at: Option<DateTime<Utc>>) {
        let Some(person_number) = self.people.of_step(number) else {
            self.verdicts.ignored(step.delivery, "nobody is known by this name");
            return;
        };
        let Some(person) = self.people.get(person_number) else { return };
        let (contact_id, moved) = (person.contact_id, person.is_renamed());
        if moved {
            let activity = Activity::of(ActivityKind::IdentityChanged).called(what);
            if self.told_of(person.identity_id) {
                self.note(person_number, activity, contact_id, moment(at, step));
            }
            self.verdicts.done(step.delivery);
        } else {
            self.verdicts.ignored(step.delivery, "the names were known");
        }
    }

    /// Whoever writes can be written to.
    pub(super) fn is_heard_of(&mut self, person_number: usize, at: DateTime<Utc>) {
        let Some(person) = self.people.get_mut(person_number) else { return };
        // Whoever lets a bot only read is heard, and cannot be answered all the same.
        let by_connection =
            person.reach.reason.as_deref().is_some_and(|reason| reason.starts_with(connections::OBSTACLE));
        // Platforms count in seconds: of two things in one, whoever blocked us has done so last.
        let is_news = !person.reach.reachable && person.reach.changed_at.is_none_or(|last| at > last);
        if is_news && !by_connection {
            person.reach = Reach { reachable: true, reason: None, changed_at: Some(at) };
        }
    }

    /// Says it once per person and batch.
    fn told_of(&mut self, identity_id: IdentityId) -> bool {
        self.renamed.insert(identity_id)
    }

    /// An activity in the person's thread, if they have one.
    fn note(&mut self, person_number: usize, activity: Activity, contact_id: ContactId, at: DateTime<Utc>) {
        if let Some(thread) = self.threads.of_person(person_number) {
            thread.happened(activity, Some(contact_id), at, &mut self.entries);
            thread.change.touched = true;
        }
    }
}
