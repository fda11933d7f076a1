//! Webhook events: what is in `changes[]`.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::delivery::Parcel;
use crate::phones::ChatKey;
use crate::sim::Sim;
use crate::world::World;

/// A new message id. It hides the phone, so that a call that names only the message finds its chat.
pub fn wamid(sim: &Sim, phone: &str) -> String {
    format!("wamid.{}", STANDARD.encode(format!("\u{1d}\u{12}{phone}\u{15}\u{2}{}", sim.chance.letters(14))))
}

/// The phone in a message id.
#[must_use]
pub fn phone_in(wamid: &str) -> Option<String> {
    let text = String::from_utf8(STANDARD.decode(wamid.strip_prefix("wamid.")?).ok()?).ok()?;
    let (phone, _) = text.strip_prefix("\u{1d}\u{12}")?.split_once('\u{15}')?;
    Some(phone.to_owned())
}

/// A person as `contacts[]` names them.
pub fn contact(world: &mut World, account: &str, phone: &str) -> Option<Value> {
    let portfolio = world.whatsapp.business_account_of(account)?.portfolio.clone();
    let user_id = world.business_scoped_id(phone, &portfolio)?;
    let person = world.phone(phone)?;
    let user = person.whatsapp.as_ref()?;
    let mut contact = json!({ "profile": { "name": person.full_name() }, "user_id": user_id });
    if let (Some(username), Some(profile)) = (&user.username, contact.pointer_mut("/profile")) {
        profile.as_object_mut().map(|profile| profile.insert("username".into(), username.clone().into()));
    }
    if let (false, Some(map)) = (user.hides_number, contact.as_object_mut()) {
        map.insert("wa_id".into(), user.wa_id.clone().into());
    }
    Some(contact)
}

/// Sends one item of `messages[]`, `statuses[]` or another list of the field `messages` (or of a coexistence
/// field), with the people it names. The event's name ends in `about`.
pub fn item(
    sim: &Arc<Sim>,
    world: &mut World,
    key: &ChatKey,
    (field, list): (&str, &str),
    contacts: Vec<Value>,
    item: Value,
    about: &str,
) -> String {
    let Some(number) = world.whatsapp.number(&key.account) else { return String::new() };
    let mut value = json!({
        "messaging_product": "whatsapp",
        "metadata": { "display_phone_number": number.digits, "phone_number_id": number.id },
    });
    if let Some(value) = value.as_object_mut() {
        if !contacts.is_empty() {
            value.insert("contacts".into(), contacts.into());
        }
        value.insert(list.to_owned(), json!([item]));
    }
    let lane = if key.phone.is_empty() { "nobody".to_owned() } else { key.phone.clone() };
    let parcel = Parcel {
        account: key.account.clone(),
        lane,
        phone: (!key.phone.is_empty()).then(|| key.phone.clone()),
        event: about.to_owned(),
        kind: "messages",
        payload: json!({ "field": field, "value": value }),
        made_ms: sim.clock.now_ms(),
    };
    sim.dispatch(world, parcel);
    about.to_owned()
}

/// Sends an event of a business account: templates, quality, account updates …
pub fn account_event(sim: &Arc<Sim>, world: &mut World, business_account: &str, field: &str, value: Value) {
    let event = format!("{field}-{}", sim.chance.letters(8));
    let parcel = Parcel {
        account: format!("wa:{business_account}"),
        lane: field.to_owned(),
        phone: None,
        event,
        kind: "account",
        payload: json!({ "field": field, "value": value }),
        made_ms: sim.clock.now_ms(),
    };
    sim.dispatch(world, parcel);
}
