//! Who is meant: identities and their contacts, found, made, or found to be one.
//!
//! A person goes by several ids on one channel, and they change. [`People::find`] reads what is known of every id
//! that a batch names; [`People::resolve`] goes through its events in order and says whom each one means, in memory;
//! [`People::store`] writes what was learnt.

mod contact;
mod find;
mod merge;
mod person;
mod resolve;
mod store;

use std::collections::{BTreeMap, HashMap};

use shared::{ChannelId, ContactId, IdentityId};

use contact::ContactNow;
pub(super) use find::sender;
pub(super) use merge::Merge;
pub(super) use person::{Person, Reach};

/// Everybody whom a batch is about.
#[derive(Default)]
pub(super) struct People {
    all: Vec<Person>,
    /// By the id that messages to them go to.
    by_id: HashMap<(ChannelId, String), usize>,
    /// By other ids of the platform.
    by_alias: HashMap<(ChannelId, String), usize>,
    contacts: BTreeMap<ContactId, ContactNow>,
    merges: Vec<Merge>,
    /// Whom each event of the batch means, in order.
    meant: Vec<Option<usize>>,
}

impl People {
    /// Whom an event means, with a number that is theirs in this batch.
    pub(super) fn of_step(&self, step: usize) -> Option<usize> {
        let number = self.meant.get(step).copied().flatten()?;
        Some(self.now(number))
    }

    /// The person with this number.
    pub(super) fn get(&self, number: usize) -> Option<&Person> {
        self.all.get(self.now(number))
    }

    /// The person with this number, to change.
    pub(super) fn get_mut(&mut self, number: usize) -> Option<&mut Person> {
        let number = self.now(number);
        self.all.get_mut(number)
    }

    /// Everybody who is still themselves.
    pub(super) fn all(&self) -> impl Iterator<Item = (usize, &Person)> {
        self.all.iter().enumerate().filter(|(_, person)| person.merged_into.is_none())
    }

    /// Pairs that turned out to be one person.
    pub(super) fn merges(&self) -> &[Merge] {
        &self.merges
    }

    /// What a contact is called now.
    pub(super) fn name_of(&self, contact_id: ContactId) -> &str {
        self.contacts.get(&contact_id).map_or("", |contact| contact.now.name.as_str())
    }

    /// The one that somebody has turned out to be.
    fn now(&self, mut number: usize) -> usize {
        while let Some(into) = self.all.get(number).and_then(|person| person.merged_into) {
            number = into; // always a lower or a stored one: merges never point back
        }
        number
    }

    /// Ids of identities, for whoever locks their conversations.
    pub(super) fn identities(&self) -> impl Iterator<Item = IdentityId> {
        self.all().map(|(_, person)| person.identity_id)
    }
}
