//! Webhooks of a WhatsApp number, as small as they can be.

use serde_json::{Value, json};

/// The number's id.
pub const NUMBER: &str = "770088990011223";
/// Its business account.
pub const BUSINESS: &str = "330011223344556";
/// Jana's number, and her id for this business.
pub const JANA: &str = "491701234509";
/// What WhatsApp calls her, whatever her number.
pub const JANA_ID: &str = "DE.40718820934471";
/// When the first message of a test was sent, in Unix seconds.
pub const T0: i64 = 1_779_012_345;

/// One change of the number's messages.
pub fn change(value: Value) -> Value {
    field("messages", value)
}

/// One change of any field.
pub fn field(field: &str, value: Value) -> Value {
    let mut value = value;
    value["messaging_product"] = json!("whatsapp");
    value["metadata"] = json!({ "display_phone_number": "4930123450", "phone_number_id": NUMBER });
    json!({ "object": "whatsapp_business_account", "entry": [
        { "id": BUSINESS, "changes": [{ "field": field, "value": value }] }] })
}

/// A change of the business account as a whole.
pub fn of_business(field: &str, value: Value) -> Value {
    json!({ "object": "whatsapp_business_account", "entry": [
        { "id": BUSINESS, "changes": [{ "field": field, "value": value }] }] })
}

/// Who wrote: number, id, or both.
#[derive(Clone, Copy)]
pub struct From<'a> {
    /// The number, if it is seen.
    pub wa_id: Option<&'a str>,
    /// The id at this business, if it is told.
    pub user_id: Option<&'a str>,
}

/// By number and id.
pub fn jana() -> From<'static> {
    From { wa_id: Some(JANA), user_id: Some(JANA_ID) }
}

/// Known by a number only.
pub fn by_number(wa_id: &str) -> From<'_> {
    From { wa_id: Some(wa_id), user_id: None }
}

/// Known by an id only.
pub fn by_id(user_id: &str) -> From<'_> {
    From { wa_id: None, user_id: Some(user_id) }
}

/// Messages of one person, with her name.
pub fn messages(from: From<'_>, messages: Vec<Value>) -> Value {
    let mut contact = json!({ "profile": { "name": "Jana Brandt" } });
    put(&mut contact, "wa_id", from.wa_id);
    put(&mut contact, "user_id", from.user_id);
    let messages: Vec<Value> = messages
        .into_iter()
        .map(|mut message| {
            put(&mut message, "from", from.wa_id);
            put(&mut message, "from_user_id", from.user_id);
            message
        })
        .collect();
    change(json!({ "contacts": [contact], "messages": messages }))
}

/// One text.
pub fn text(from: From<'_>, id: &str, text: &str) -> Value {
    messages(from, vec![item(id, "text", json!({ "body": text }))])
}

/// A message of a type, with what it is.
pub fn item(id: &str, kind: &str, content: Value) -> Value {
    let mut item = json!({ "id": format!("wamid.{id}"), "timestamp": T0.to_string(), "type": kind });
    item[kind] = content;
    item
}

/// A system message: `from` goes by something else.
pub fn system(from: From<'_>, id: &str, system: Value) -> Value {
    let mut item = item(id, "system", system);
    put(&mut item, "from", from.wa_id);
    put(&mut item, "from_user_id", from.user_id);
    change(json!({ "messages": [item] }))
}

fn put(into: &mut Value, key: &str, value: Option<&str>) {
    if let Some(value) = value {
        into[key] = json!(value);
    }
}
