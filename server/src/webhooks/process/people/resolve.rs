//! Whom each event of a batch means, and what it teaches about them: in order, in memory.
//!
//! An event and somebody we know are the same person when the event's own id is any of theirs, or when the id that
//! messages to them go to is any of the event's. Two who share but a further name (a telephone number that has
//! passed from one to the other) are not.

use channel_core::{Alias, AliasKind, IdentityChange, InboundEvent, Sender};
use shared::ChannelId;

use super::People;
use super::contact::{ContactNow, Facts, Trust};
use super::find::{ids, sender};
use super::person::Person;
use crate::webhooks::process::entries::Entries;
use crate::webhooks::process::steps::Step;

impl People {
    /// Goes through the events in order. Those that are here already teach nothing.
    pub(in super::super) fn resolve(&mut self, steps: &[Step], entries: &Entries) {
        for step in steps {
            let meant = if entries.has(step) { None } else { self.meant_by(step) };
            self.meant.push(meant);
        }
    }

    fn meant_by(&mut self, step: &Step) -> Option<usize> {
        let channel_id = step.channel_id;
        match &step.event {
            InboundEvent::Identity(change) => return self.change(channel_id, change),
            InboundEvent::ChatMoved(moved) => {
                let (from, to) = (self.known(channel_id, &moved.from), self.known(channel_id, &moved.to));
                let number = self.one_of(&Vec::from_iter(from.into_iter().chain(to)))?;
                self.go_by(number, &moved.to);
                return Some(number);
            }
            _ => {}
        }
        let sender = sender(&step.event)?;
        let number = match self.same_person(channel_id, sender) {
            Some(number) => number,
            None if makes_people(&step.event) => self.meet(step, sender),
            None => return None,
        };
        self.hear(number, sender, step);
        Some(number)
    }

    /// Somebody we know who is this sender; several who turn out to be are one from now on.
    fn same_person(&mut self, channel_id: ChannelId, sender: &Sender) -> Option<usize> {
        let mut same: Vec<usize> = self.known(channel_id, &sender.platform_id).into_iter().collect();
        for id in ids(&sender.aliases) {
            same.extend(self.by_id.get(&(channel_id, id.to_owned())).map(|number| self.now(*number)));
        }
        self.one_of(&same)
    }

    /// Who goes by this id, in whatever way.
    fn known(&self, channel_id: ChannelId, id: &str) -> Option<usize> {
        let key = (channel_id, id.to_owned());
        self.by_id.get(&key).or_else(|| self.by_alias.get(&key)).map(|number| self.now(*number))
    }

    /// Makes one of several; none of none.
    fn one_of(&mut self, same: &[usize]) -> Option<usize> {
        let (first, others) = same.split_first()?;
        let mut one = *first;
        for other in others {
            one = self.merge(one, *other);
        }
        Some(one)
    }

    /// Somebody new.
    fn meet(&mut self, step: &Step, sender: &Sender) -> usize {
        let channel_id = step.channel_id;
        let person = Person { connection: step.connection.clone(), ..Person::new(channel_id, sender) };
        let profile = &sender.profile;
        let number = profile.phone.as_ref().filter(|_| !step.is_ours());
        let now = Facts {
            name: sender.display_name.clone().or_else(|| number.cloned()).unwrap_or_default(),
            email: profile.email.clone(),
            phone: profile.phone.clone(),
            locale: profile.locale.clone(),
            attributes: serde_json::json!(profile.attributes),
        };
        self.contacts.insert(person.contact_id, ContactNow { before: None, now });
        let number = self.all.len();
        self.by_id.insert((channel_id, person.platform_id.clone()), number);
        self.all.push(person);
        number
    }

    /// Takes in what an event says of its sender.
    fn hear(&mut self, number: usize, sender: &Sender, step: &Step) {
        let Some(person) = self.all.get(number) else { return };
        let is_new = person.stored.is_none();
        // Both ids are theirs, and the event's own is the one to use from now on.
        if person.platform_id != sender.platform_id && ids(&sender.aliases).any(|id| id == person.platform_id)
        {
            self.go_by(number, &sender.platform_id);
        }
        // Names of visitors are kept as they were told first: our own page tells them again and again.
        if !step.is_ours() || is_new {
            self.learn(number, &sender.aliases);
        }
        let Some(person) = self.all.get_mut(number) else { return };
        let stored = person.stored.as_ref();
        if let Some(contact) = self.contacts.get_mut(&person.contact_id)
            && stored.is_some()
        {
            let trust = Trust {
                identity_is_verified: stored.is_some_and(|stored| stored.verified),
                name_is_platforms: !step.is_ours()
                    && person.display_name.as_deref() == Some(contact.now.name.as_str()),
            };
            contact.hear(sender, trust);
        }
        if sender.display_name.is_some() && !step.is_ours() {
            person.display_name.clone_from(&sender.display_name);
        }
        if let InboundEvent::Message(message) = &step.event
            && let Some(page) = &message.page
            && stored.is_none_or(|stored| stored.page_url.as_deref() != Some(page.url.as_str()))
        {
            let at = message.sent_at.unwrap_or(step.received_at);
            person.page = Some(serde_json::json!({ "url": page.url, "title": page.title, "at": at }));
        }
    }

    /// Other names of a person: an id that somebody else had as a name has passed on.
    fn learn(&mut self, number: usize, aliases: &[Alias]) {
        let Some(person) = self.all.get_mut(number) else { return };
        person.learn(aliases);
        let channel_id = person.channel_id;
        for alias in aliases.iter().filter(|alias| alias.kind == AliasKind::PlatformId) {
            let key = (channel_id, alias.value.clone());
            if self.by_id.contains_key(&key) {
                continue;
            }
            let before = self.by_alias.insert(key, number).map(|before| self.now(before));
            if let Some(before) = before.filter(|before| *before != number)
                && let Some(other) = self.all.get_mut(before)
            {
                other.aliases.retain(|theirs| theirs.value != alias.value);
            }
        }
    }

    fn go_by(&mut self, number: usize, platform_id: &str) {
        let Some(person) = self.all.get_mut(number) else { return };
        let channel_id = person.channel_id;
        let before = person.platform_id.clone();
        person.go_by(platform_id);
        if before != platform_id {
            self.by_id.remove(&(channel_id, before.clone()));
            self.by_alias.remove(&(channel_id, platform_id.to_owned()));
            self.by_alias.insert((channel_id, before), number);
            self.by_id.insert((channel_id, platform_id.to_owned()), number);
        }
    }

    /// The platform says that a person goes by other names.
    fn change(&mut self, channel_id: ChannelId, change: &IdentityChange) -> Option<usize> {
        let mut same: Vec<usize> = self.same_person(channel_id, &change.sender).into_iter().collect();
        let new = change.new_platform_id.as_deref();
        same.extend(new.and_then(|id| self.known(channel_id, id)));
        let added = ids(&change.add).filter_map(|id| self.by_id.get(&(channel_id, id.to_owned())));
        let added: Vec<usize> = added.map(|number| self.now(*number)).collect();
        same.extend(added);
        let number = self.one_of(&same)?;
        if let Some(new) = new {
            self.go_by(number, new);
        }
        self.learn(number, &change.add);
        let person = self.all.get_mut(number)?;
        person.aliases.retain(|alias| !change.remove.contains(alias));
        for gone in ids(&change.remove) {
            self.by_alias.remove(&(channel_id, gone.to_owned()));
        }
        Some(number)
    }
}

/// Whether an event of somebody nobody has met makes them known.
fn makes_people(event: &InboundEvent) -> bool {
    matches!(
        event,
        InboundEvent::Message(_) | InboundEvent::Echo(_) | InboundEvent::Pressed(_) | InboundEvent::Opened(_)
    )
}
