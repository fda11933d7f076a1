//! Two who turn out to be one person: their edges move, and the audit log knows how to move them back.

use channel_core::{Alias, AliasKind};
use shared::{ContactId, IdentityId};

use super::People;
use super::contact::Facts;

/// Two stored identities of one channel that are one person's.
#[derive(Debug, Clone)]
pub(in super::super) struct Merge {
    /// The one that stays, by number.
    pub into: usize,
    /// The one that goes.
    pub from_identity: IdentityId,
    pub from_contact: ContactId,
    /// The id by which the one that goes was known.
    pub from_platform_id: String,
}

impl People {
    /// Makes one of two: the one who has been here longer stays. Its number.
    pub(super) fn merge(&mut self, one: usize, other: usize) -> usize {
        let (one, other) = (self.now(one), self.now(other));
        if one == other {
            return one;
        }
        let key =
            |number: usize| self.all.get(number).map(|person| (person.stored.is_none(), person.identity_id));
        let (into, from) = if key(one) <= key(other) { (one, other) } else { (other, one) };
        let Some(gone) = self.all.get_mut(from) else { return into };
        gone.merged_into = Some(into);
        let gone = gone.clone();
        let Some(person) = self.all.get_mut(into) else { return into };
        let channel_id = person.channel_id;
        if gone.stored.is_some() {
            self.merges.push(Merge {
                into,
                from_identity: gone.identity_id,
                from_contact: gone.contact_id,
                from_platform_id: gone.platform_id.clone(),
            });
        }
        person.learn(&Vec::from_iter(gone.aliases));
        person.learn(&[Alias { kind: AliasKind::PlatformId, value: gone.platform_id.clone() }]);
        person.opted_out.extend(gone.opted_out);
        for (category, at) in gone.preferences_at {
            let known = person.preferences_at.entry(category).or_insert(at);
            *known = at.max(*known);
        }
        if person.display_name.is_none() {
            person.display_name = gone.display_name;
        }
        let into_contact = person.contact_id;
        if gone.contact_id != into_contact {
            let theirs: Option<Facts> = match gone.stored {
                Some(_) => self.contacts.get(&gone.contact_id).map(|contact| contact.now.clone()),
                None => self.contacts.remove(&gone.contact_id).map(|contact| contact.now),
            };
            if let (Some(theirs), Some(contact)) = (theirs, self.contacts.get_mut(&into_contact)) {
                contact.fill_from(&theirs);
            }
        }
        for person in self.all.iter_mut().filter(|person| person.contact_id == gone.contact_id) {
            person.contact_id = into_contact;
        }
        self.by_id.remove(&(channel_id, gone.platform_id.clone()));
        self.by_alias.insert((channel_id, gone.platform_id), into);
        into
    }
}
