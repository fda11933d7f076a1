//! What a batch learns about contacts.

use channel_core::Sender;
use serde_json::Value;

/// A contact before and after a batch.
#[derive(Debug, Clone)]
pub(in super::super) struct ContactNow {
    /// As stored; none for a new one.
    pub before: Option<Facts>,
    pub now: Facts,
}

/// What is known of a contact.
#[derive(Debug, Clone, Default, PartialEq)]
pub(in super::super) struct Facts {
    pub name: String,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub locale: Option<String>,
    pub attributes: Value,
}

/// How far a claim about a contact counts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Trust {
    /// The identity is vouched for.
    pub identity_is_verified: bool,
    /// The contact still has the name that the platform showed before: nobody chose another one.
    pub name_is_platforms: bool,
}

impl ContactNow {
    /// Takes in what `sender` claims. A verified claim counts; an unverified one only fills a gap, and never one of
    /// a verified contact. A name follows the platform's until somebody gives another one.
    pub(super) fn hear(&mut self, sender: &Sender, trust: Trust) {
        if trust.identity_is_verified && !sender.verified {
            return;
        }
        let now = &mut self.now;
        let profile = &sender.profile;
        let may = |gap: bool| sender.verified || gap;
        // A number stands in until there is a name.
        let is_number = now.phone.as_ref().is_some_and(|phone| *phone == now.name);
        let name_is_open = now.name.is_empty() || is_number || trust.name_is_platforms;
        if let Some(name) = sender.display_name.as_ref().filter(|_| may(name_is_open)) {
            now.name.clone_from(name);
        }
        for (known, claimed) in [
            (&mut now.email, &profile.email),
            (&mut now.phone, &profile.phone),
            (&mut now.locale, &profile.locale),
        ] {
            if claimed.is_some() && may(known.is_none()) {
                known.clone_from(claimed);
            }
        }
        if let Some(attributes) = now.attributes.as_object_mut() {
            for (key, value) in &profile.attributes {
                if may(!attributes.contains_key(key)) {
                    attributes.insert(key.clone(), Value::String(value.clone()));
                }
            }
        }
    }

    /// Takes over what another contact, who is the same person, has and this one lacks.
    pub(super) fn fill_from(&mut self, other: &Facts) {
        let now = &mut self.now;
        if now.name.is_empty() {
            now.name.clone_from(&other.name);
        }
        for (known, theirs) in
            [(&mut now.email, &other.email), (&mut now.phone, &other.phone), (&mut now.locale, &other.locale)]
        {
            if known.is_none() {
                known.clone_from(theirs);
            }
        }
        if let (Some(known), Some(theirs)) = (now.attributes.as_object_mut(), other.attributes.as_object()) {
            for (key, value) in theirs {
                known.entry(key).or_insert_with(|| value.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn named(name: &str) -> ContactNow {
        let facts = Facts { name: name.to_owned(), attributes: json!({}), ..Facts::default() };
        ContactNow { before: Some(facts.clone()), now: facts }
    }

    fn calls_itself(name: &str) -> Sender {
        Sender { display_name: Some(name.to_owned()), ..Sender::default() }
    }

    #[test]
    fn a_name_follows_the_platform_until_somebody_gives_another_one() {
        let (free, given) = (
            Trust { identity_is_verified: false, name_is_platforms: true },
            Trust { identity_is_verified: false, name_is_platforms: false },
        );
        let mut contact = named("Jana");
        contact.hear(&calls_itself("Jana Brandt"), free);
        assert_eq!(contact.now.name, "Jana Brandt");
        contact.hear(&calls_itself("Someone"), given);
        assert_eq!(contact.now.name, "Jana Brandt");
        let vouched = Sender { verified: true, ..calls_itself("J. Brandt") };
        contact.hear(&vouched, given);
        assert_eq!(contact.now.name, "J. Brandt");
    }

    #[test]
    fn who_turns_out_to_be_the_same_fills_gaps_only() {
        let mut contact = named("Jana");
        let other = Facts {
            name: "J".to_owned(),
            phone: Some("+491".to_owned()),
            attributes: json!({ "plan": "pro" }),
            ..Facts::default()
        };
        contact.fill_from(&other);
        assert_eq!((contact.now.name.as_str(), contact.now.phone.as_deref()), ("Jana", Some("+491")));
        assert_eq!(contact.now.attributes, json!({ "plan": "pro" }));
    }
}
