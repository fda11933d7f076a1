//! Who it is: the names that an event gives, and what the delivery's contacts add to them.

use std::collections::HashMap;

use channel_core::{Alias, AliasKind, Profile, Sender};
use channel_meta::Object;

use crate::numbers;

/// The names by which an event knows a person. All may be missing: a person with a username hides the number, and
/// older deliveries know no ids.
#[derive(Debug, Default)]
pub struct Names {
    /// WhatsApp's form of the telephone number.
    pub wa_id: Option<String>,
    /// The person's id as this business portfolio sees it.
    pub user_id: Option<String>,
    /// The same across linked portfolios.
    pub parent_user_id: Option<String>,
}

impl Names {
    /// Of who wrote a message.
    pub fn of_sender(message: Object<'_>) -> Self {
        Self::by_keys(message, ["from", "from_user_id", "from_parent_user_id"])
    }

    /// Of whom a message of ours went to, as its status says.
    pub fn of_recipient(status: Object<'_>) -> Self {
        Self::by_keys(status, ["recipient_id", "recipient_user_id", "recipient_parent_user_id"])
    }

    /// Of whom a message from the owner's phone went to.
    pub fn of_addressee(echo: Object<'_>) -> Self {
        Self::by_keys(echo, ["to", "to_user_id", "to_parent_user_id"])
    }

    /// Of whoever an object is about.
    pub fn of_holder(object: Object<'_>) -> Self {
        Self::by_keys(object, ["wa_id", "user_id", "parent_user_id"])
    }

    fn by_keys(object: Object<'_>, [wa_id, user_id, parent]: [&str; 3]) -> Self {
        Self { wa_id: object.id(wa_id), user_id: object.id(user_id), parent_user_id: object.id(parent) }
    }
}

/// The contacts of a change, by every name. They belong to messages and statuses by name, never by position.
pub struct People<'a> {
    by_wa_id: HashMap<String, Object<'a>>,
    by_user_id: HashMap<String, Object<'a>>,
}

impl<'a> People<'a> {
    /// The contacts of a change.
    pub fn of(value: Object<'a>) -> Self {
        let mut people = Self { by_wa_id: HashMap::new(), by_user_id: HashMap::new() };
        for contact in value.list("contacts") {
            if let Some(wa_id) = contact.id("wa_id") {
                people.by_wa_id.insert(wa_id, contact);
            }
            if let Some(user_id) = contact.id("user_id") {
                people.by_user_id.insert(user_id, contact);
            }
        }
        people
    }

    fn contact(&self, names: &Names) -> Option<Object<'a>> {
        let by_user_id = names.user_id.as_ref().and_then(|user_id| self.by_user_id.get(user_id));
        by_user_id.or_else(|| self.by_number(names)).copied()
    }

    /// By the number in either form, unless the contact there is somebody else.
    fn by_number(&self, names: &Names) -> Option<&Object<'a>> {
        let wa_id = names.wa_id.as_ref()?;
        let other_form = || numbers::alternatives(wa_id).iter().find_map(|other| self.by_wa_id.get(other));
        let contact = self.by_wa_id.get(wa_id).or_else(other_form)?;
        match (&names.user_id, contact.id("user_id")) {
            (Some(asked), Some(found)) if *asked != found => None,
            _ => Some(contact),
        }
    }

    /// What the person is known by: the id at this business if there is one, else the number. A number can be
    /// hidden, and can pass to another person.
    pub fn key(&self, names: &Names) -> Option<String> {
        let known = || self.contact(names)?.id("user_id");
        names.user_id.clone().or_else(known).or_else(|| names.wa_id.clone())
    }

    /// The person with these names; `None` if there is not one name.
    pub fn person(&self, names: &Names) -> Option<Sender> {
        let contact = self.contact(names);
        let platform_id = self.key(names)?;
        let wa_id = names.wa_id.clone().or_else(|| contact?.id("wa_id"));
        let parent = names.parent_user_id.clone().or_else(|| contact?.id("parent_user_id"));
        let profile = contact.and_then(|contact| contact.object("profile"));
        let username = profile.and_then(|profile| profile.owned("username"));
        let name = profile.and_then(|profile| profile.text("name")).map(str::trim);
        let mut aliases = of_number(wa_id.as_deref(), &platform_id);
        aliases.extend(parent.filter(|parent| *parent != platform_id).map(platform_id_alias));
        aliases.extend(username.clone().map(|value| Alias { kind: AliasKind::Username, value }));
        Some(Sender {
            display_name: name.filter(|name| !name.is_empty()).map(str::to_owned).or(username),
            // WhatsApp vouches for the number, not for the name that its owner chose.
            verified: false,
            profile: Profile { phone: wa_id.as_deref().and_then(international), ..Profile::default() },
            aliases,
            platform_id,
        })
    }
}

/// Other names that come with a number: itself and its other form, by which the person may come again, and as people
/// write it.
pub fn of_number(wa_id: Option<&str>, platform_id: &str) -> Vec<Alias> {
    let Some(wa_id) = wa_id else { return Vec::new() };
    let itself = (wa_id != platform_id).then(|| platform_id_alias(wa_id.to_owned()));
    let other_forms = numbers::alternatives(wa_id).into_iter().map(platform_id_alias);
    let phone = international(wa_id).map(|value| Alias { kind: AliasKind::Phone, value });
    itself.into_iter().chain(other_forms).chain(phone).collect()
}

/// A name by which the person may come again.
pub fn platform_id_alias(value: String) -> Alias {
    Alias { kind: AliasKind::PlatformId, value }
}

/// A number as people write it; ids of other things are none.
pub fn international(wa_id: &str) -> Option<String> {
    let is_number = (7..=15).contains(&wa_id.len()) && wa_id.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| format!("+{wa_id}"))
}
