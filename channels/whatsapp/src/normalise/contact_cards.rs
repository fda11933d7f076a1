//! Contact cards: somebody else's, or the sender's own in answer to our asking.

use channel_core::{ContactCard, LabelledValue};
use channel_meta::Object;

use super::people::international;

/// What a card says that was sent because we asked for the person's number.
const OWN: &str = "contact_request";

/// A card; `None` if it says nothing at all.
pub fn read(card: Object<'_>) -> Option<ContactCard> {
    let name = card.object("name");
    let phones: Vec<LabelledValue> = card.list("phones").filter_map(phone).collect();
    let emails = values(card, "emails", "email");
    let vcard = card.text("vcard");
    let full = name.and_then(|name| name.owned("formatted_name")).or_else(|| joined(name));
    let of_vcard = || vcard.and_then(|vcard| line(vcard, "FN"));
    let of_value = || phones.iter().chain(&emails).next().map(|value| value.value.clone());
    let read = ContactCard {
        name: full.or_else(of_vcard).or_else(of_value).unwrap_or_default(),
        first_name: name.and_then(|name| name.owned("first_name")),
        last_name: name.and_then(|name| name.owned("last_name")),
        organisation: card.object("org").and_then(organisation),
        platform_id: phones.iter().find_map(|phone| phone.platform_id.clone()),
        phones: if phones.is_empty() { of_card(vcard) } else { phones },
        emails,
        addresses: card.list("addresses").filter_map(address).collect(),
        urls: values(card, "urls", "url"),
        birthday: card.owned("birthday"),
        own: card.text("origin") == Some(OWN),
    };
    let says_something = !read.name.is_empty() || !read.phones.is_empty() || !read.urls.is_empty();
    says_something.then_some(read)
}

fn phone(phone: Object<'_>) -> Option<LabelledValue> {
    let platform_id = phone.id("wa_id");
    let of_id = || platform_id.as_deref().and_then(international);
    Some(LabelledValue { value: phone.id("phone").or_else(of_id)?, label: phone.owned("type"), platform_id })
}

fn values(card: Object<'_>, list: &str, key: &str) -> Vec<LabelledValue> {
    let one = |item: Object<'_>| Some(labelled(item.owned(key)?, item));
    card.list(list).filter_map(one).collect()
}

fn labelled(value: String, item: Object<'_>) -> LabelledValue {
    LabelledValue { value, label: item.owned("type"), platform_id: None }
}

fn address(address: Object<'_>) -> Option<LabelledValue> {
    let parts = ["street", "zip", "city", "state", "country"];
    let line = parts.iter().filter_map(|key| address.id(key)).collect::<Vec<_>>().join(", ");
    (!line.is_empty()).then(|| labelled(line, address))
}

fn organisation(org: Object<'_>) -> Option<String> {
    let parts = ["company", "department", "title"];
    let line = parts.iter().filter_map(|key| org.text(key)).collect::<Vec<_>>().join(", ");
    (!line.is_empty()).then_some(line)
}

fn joined(name: Option<Object<'_>>) -> Option<String> {
    let name = name?;
    let parts = ["prefix", "first_name", "middle_name", "last_name", "suffix"];
    let line = parts.iter().filter_map(|key| name.text(key)).collect::<Vec<_>>().join(" ");
    (!line.is_empty()).then_some(line)
}

/// Numbers of a card in the text form that address books exchange.
fn of_card(vcard: Option<&str>) -> Vec<LabelledValue> {
    let number = vcard.and_then(|vcard| line(vcard, "TEL"));
    number.map(|value| LabelledValue { value, label: None, platform_id: None }).into_iter().collect()
}

/// The first line with this name: `TEL;TYPE=CELL:+49 …`.
fn line(vcard: &str, name: &str) -> Option<String> {
    vcard.lines().find_map(|line| {
        let (property, value) = line.split_once(':')?;
        let is_it = property.split(';').next().is_some_and(|first| first.eq_ignore_ascii_case(name));
        let value = value.trim();
        (is_it && !value.is_empty()).then(|| value.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_card_without_a_name_is_called_by_what_it_has() {
        for (card, name) in [
            (json!({ "name": { "first_name": "Mia", "last_name": "Sand" } }), "Mia Sand"),
            (json!({ "vcard": "BEGIN:VCARD\nFN;CHARSET=UTF-8:Mia S.\nEND:VCARD" }), "Mia S."),
            (json!({ "phones": [{ "phone": "+49 30 1" }] }), "+49 30 1"),
            (json!({ "phones": [{ "wa_id": "491701234509" }] }), "+491701234509"),
            (json!({ "emails": [{ "email": "mia@shop.example" }] }), "mia@shop.example"),
        ] {
            assert_eq!(read(Object::of(&card).unwrap()).unwrap().name, name);
        }
        assert_eq!(read(Object::of(&json!({ "name": 4, "phones": [{}, 1] })).unwrap()), None);
    }

    #[test]
    fn a_card_in_text_form_has_its_number_there() {
        let card = json!({ "vcard": "BEGIN:VCARD\r\nFN:Mia\r\nTEL;TYPE=CELL:+49 170 1\r\nEND:VCARD" });
        assert_eq!(read(Object::of(&card).unwrap()).unwrap().phones[0].value, "+49 170 1");
    }
}
