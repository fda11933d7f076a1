//! The recorded deliveries, damaged: whatever happens to one item, its neighbours are read as before.

use std::fs;
use std::sync::LazyLock;

use super::*;

/// Every recorded delivery.
static FIXTURES: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| !path.to_string_lossy().ends_with(".events.json"));
    files.sort();
    assert!(!files.is_empty());
    files.iter().map(|path| fs::read(path).unwrap()).collect()
});

/// The values at every place inside of a value, the value itself first.
fn places(value: &Value, at: String, all: &mut Vec<String>) {
    all.push(at.clone());
    match value {
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, item)| places(item, format!("{at}/{index}"), all));
        }
        Value::Object(fields) => {
            for (key, value) in fields {
                places(value, format!("{at}/{}", key.replace('~', "~0").replace('/', "~1")), all);
            }
        }
        _ => {}
    }
}

/// A good message of somebody else, before or after whatever else is in the list.
fn neighbour(id: &str) -> Value {
    json!({ "id": id, "from": "31612345670", "timestamp": "1779012345", "type": "text", "text": { "body": "Hi" } })
}

fn texts(events: &[Inbound]) -> Vec<&str> {
    let ids = events.iter().filter_map(|inbound| match &inbound.event {
        InboundEvent::Message(message) => Some(message.platform_message_id.as_str()),
        _ => None,
    });
    ids.filter(|id| id.starts_with("wamid.neighbour")).collect()
}

proptest! {
    #[test]
    fn a_damaged_item_costs_no_neighbour(
        which in any::<prop::sample::Index>(),
        place in any::<prop::sample::Index>(),
        damage in any_json(),
    ) {
        let recorded: Value = serde_json::from_slice(&FIXTURES[which.index(FIXTURES.len())]).unwrap();
        let Some(messages) = recorded.pointer("/entry/0/changes/0/value/messages").and_then(Value::as_array) else {
            return Ok(());
        };
        let mut item = messages[0].clone();
        let mut all = Vec::new();
        places(&item, String::new(), &mut all);
        *item.pointer_mut(&all[place.index(all.len())]).unwrap() = damage;

        let mut delivery = recorded.clone();
        let list = json!([neighbour("wamid.neighbour-1"), item, neighbour("wamid.neighbour-2")]);
        let value = delivery.pointer_mut("/entry/0/changes/0/value").unwrap();
        value["messages"] = list;
        value["metadata"] = json!({ "phone_number_id": "770088990011223" });
        delivery["entry"][0]["id"] = json!("330011223344556");
        let events = holds_together(&serde_json::to_vec(&delivery).unwrap())?;
        prop_assert_eq!(texts(&events), ["wamid.neighbour-1", "wamid.neighbour-2"]);
    }

    #[test]
    fn a_damaged_entry_costs_no_neighbour(
        which in any::<prop::sample::Index>(),
        place in any::<prop::sample::Index>(),
        damage in any_json(),
    ) {
        let recorded: Value = serde_json::from_slice(&FIXTURES[which.index(FIXTURES.len())]).unwrap();
        let Some(entries) = recorded["entry"].as_array() else { return Ok(()) };
        let mut entry = entries[0].clone();
        let mut all = Vec::new();
        places(&entry, String::new(), &mut all);
        *entry.pointer_mut(&all[place.index(all.len())]).unwrap() = damage;
        let value = json!({ "metadata": { "phone_number_id": "880" }, "messages": [neighbour("wamid.neighbour-1")] });
        let good = json!({ "id": "330011223344556", "changes": [{ "field": "messages", "value": value }] });
        let delivery = json!({ "object": "whatsapp_business_account", "entry": [entry, good] });
        let events = holds_together(&serde_json::to_vec(&delivery).unwrap())?;
        prop_assert_eq!(texts(&events), ["wamid.neighbour-1"]);
    }

    #[test]
    fn a_delivery_with_other_bytes_in_it_is_read_or_refused(
        which in any::<prop::sample::Index>(),
        place in any::<prop::sample::Index>(),
        bytes in prop::collection::vec(any::<u8>(), 0..4),
    ) {
        let mut body = FIXTURES[which.index(FIXTURES.len())].clone();
        let at = place.index(body.len());
        let end = (at + bytes.len()).min(body.len());
        body.splice(at..end, bytes);
        holds_together(&body)?;
    }
}
