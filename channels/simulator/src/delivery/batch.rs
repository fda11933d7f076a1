//! Meta's envelope: several events in one delivery, neighbours of one number in one `value`.

use std::sync::Arc;

use serde_json::{Value, json};

use super::lanes::Parcel;
use crate::sim::Sim;

/// One POST body for these events of one account.
pub fn envelope(sim: &Arc<Sim>, parcels: &[Parcel]) -> Value {
    let mut changes: Vec<Value> = Vec::new();
    for parcel in parcels {
        match changes.last_mut() {
            Some(last) if mergeable(last, &parcel.payload) => merge(last, &parcel.payload),
            _ => changes.push(parcel.payload.clone()),
        }
    }
    let world = sim.world();
    let account = parcels.first().map(|parcel| parcel.account.as_str()).unwrap_or_default();
    let mut entry = json!({ "id": world.whatsapp.entry_id(account), "changes": changes });
    if parcels.iter().any(|parcel| parcel.kind != "messages")
        && let Some(entry) = entry.as_object_mut()
    {
        // Account events carry the time of sending; message webhooks carry none.
        entry.insert("time".into(), sim.clock.now_s().into());
    }
    json!({ "object": "whatsapp_business_account", "entry": [entry] })
}

fn mergeable(one: &Value, other: &Value) -> bool {
    one.get("field") == other.get("field")
        && one.get("field").and_then(Value::as_str) == Some("messages")
        && one.pointer("/value/metadata") == other.pointer("/value/metadata")
        && one.pointer("/value/errors").is_none()
        && other.pointer("/value/errors").is_none()
}

fn merge(into: &mut Value, other: &Value) {
    let Some(value) = into.get_mut("value").and_then(Value::as_object_mut) else { return };
    for part in ["contacts", "messages", "statuses"] {
        let Some(new) = other.pointer(&format!("/value/{part}")).and_then(Value::as_array) else { continue };
        let list = value.entry(part).or_insert_with(|| Value::Array(Vec::new()));
        let Some(list) = list.as_array_mut() else { continue };
        for item in new {
            // A person is named once, however many of their messages are in the batch.
            if part != "contacts" || !list.contains(item) {
                list.push(item.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_share_a_value_and_name_a_person_once() {
        let change = |id: &str| {
            json!({ "field": "messages", "value": {
                "metadata": { "phone_number_id": "1" },
                "contacts": [{ "wa_id": "49" }], "messages": [{ "id": id }] } })
        };
        let mut one = change("a");
        assert!(mergeable(&one, &change("b")));
        merge(&mut one, &change("b"));
        assert_eq!(one.pointer("/value/messages/1/id"), Some(&json!("b")));
        assert_eq!(one.pointer("/value/contacts").and_then(Value::as_array).map(Vec::len), Some(1));
    }
}
