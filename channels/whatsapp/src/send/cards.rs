//! Places and contact cards.

use channel_core::{ContactCard, LabelledValue, Location};
use serde_json::{Map, Value, json};

/// A place.
pub fn location(place: &Location) -> Value {
    let mut value = Map::new();
    value.insert("latitude".to_owned(), place.latitude.into());
    value.insert("longitude".to_owned(), place.longitude.into());
    put(&mut value, "name", place.name.as_deref());
    put(&mut value, "address", place.address.as_deref());
    Value::Object(value)
}

/// A contact card. Besides the name as shown, WhatsApp wants at least one of its parts.
pub fn contact(card: &ContactCard) -> Value {
    let mut name = Map::new();
    name.insert("formatted_name".to_owned(), card.name.as_str().into());
    let first = card.first_name.as_deref().or_else(|| card.last_name.is_none().then_some(card.name.as_str()));
    put(&mut name, "first_name", first);
    put(&mut name, "last_name", card.last_name.as_deref());
    let mut value = Map::new();
    value.insert("name".to_owned(), Value::Object(name));
    put_all(&mut value, "phones", "phone", &card.phones);
    put_all(&mut value, "emails", "email", &card.emails);
    put_all(&mut value, "addresses", "street", &card.addresses);
    put_all(&mut value, "urls", "url", &card.urls);
    if let Some(company) = &card.organisation {
        value.insert("org".to_owned(), json!({ "company": company }));
    }
    put(&mut value, "birthday", card.birthday.as_deref().filter(|day| is_date(day)));
    Value::Object(value)
}

fn put(value: &mut Map<String, Value>, key: &str, text: Option<&str>) {
    if let Some(text) = text.filter(|text| !text.is_empty()) {
        value.insert(key.to_owned(), text.into());
    }
}

fn put_all(value: &mut Map<String, Value>, key: &str, name: &str, all: &[LabelledValue]) {
    let one = |one: &LabelledValue| {
        let mut entry = Map::new();
        put(&mut entry, name, Some(&one.value));
        put(&mut entry, "type", one.label.as_deref());
        if name == "phone" {
            put(&mut entry, "wa_id", one.platform_id.as_deref());
        }
        Value::Object(entry)
    };
    if !all.is_empty() {
        value.insert(key.to_owned(), all.iter().map(one).collect());
    }
}

/// `2001-12-31`, the only form that WhatsApp takes.
fn is_date(text: &str) -> bool {
    chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d").is_ok() && text.len() == 10
}
