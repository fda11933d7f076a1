//! Taking a delivery apart: one may hold what concerns several businesses.

use channel_core::Addressee;
use serde_json::Value;

use crate::normalise;
use crate::normalise::envelope::of_entry;

/// What concerns `keep`, in the envelope it came in. Changes are cut apart; a change concerns one number or account.
pub fn cut(body: &[u8], keep: &[Addressee]) -> Option<Vec<u8>> {
    let mut delivery = normalise::parse(body).ok()?;
    let entries = delivery.get_mut("entry")?.as_array_mut()?;
    entries.retain_mut(|entry| keep_of(entry, keep));
    if entries.is_empty() {
        return None;
    }
    serde_json::to_vec(&delivery).ok()
}

/// Leaves only what is kept; false when nothing is.
fn keep_of(entry: &mut Value, keep: &[Addressee]) -> bool {
    let mut kept =
        of_entry(entry, "").iter().map(|part| keep.contains(part.to())).collect::<Vec<_>>().into_iter();
    match entry.get_mut("changes").and_then(Value::as_array_mut) {
        Some(changes) if !changes.is_empty() => {
            changes.retain(|_| kept.next() == Some(true));
            !changes.is_empty()
        }
        _ => kept.next() == Some(true),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use channel_core::Inbound;
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::normalise::normalise;
    use crate::route::route;

    fn change(number: &str, id: u32) -> Value {
        let message = json!({ "from": "491701234509", "id": format!("wamid.{id}"), "timestamp": "1779012345",
            "type": "text", "text": { "body": format!("text {id} 😀") } });
        let value = json!({ "messaging_product": "whatsapp", "metadata": { "phone_number_id": number },
            "messages": [message] });
        json!({ "field": "messages", "value": value })
    }

    fn account_change(id: u32) -> Value {
        json!({ "field": "account_update", "value": { "event": format!("EVENT_{id}") } })
    }

    /// Entries of three business accounts with two numbers each; number 2 stands for the account as a whole.
    fn delivery(changes: &[(u32, u32, u32)]) -> Vec<u8> {
        let entries: Vec<Value> = changes
            .chunks(2)
            .map(|chunk| {
                let account = chunk[0].0;
                let changes: Vec<Value> = chunk
                    .iter()
                    .map(|(_, number, id)| match number {
                        2 => account_change(*id),
                        number => change(&format!("{account}{number}"), *id),
                    })
                    .collect();
                json!({ "id": format!("9{account}"), "changes": changes })
            })
            .collect();
        json!({ "object": "whatsapp_business_account", "entry": entries }).to_string().into_bytes()
    }

    fn sorted(events: Vec<Inbound>) -> Vec<String> {
        let mut events: Vec<String> =
            events.iter().map(|event| serde_json::to_string(event).unwrap()).collect();
        events.sort();
        events
    }

    #[test]
    fn an_entry_without_changes_stays_with_its_account() {
        let body = json!({ "object": "whatsapp_business_account", "entry": [
            { "id": "91", "changed_fields": ["messages"] }, { "id": "92", "changes": [change("1", 1)] }] });
        let body = body.to_string().into_bytes();
        let own = cut(&body, &[Addressee::Parent("91".to_owned())]).unwrap();
        assert_eq!(route(&own).len(), 1);
        assert!(!String::from_utf8(own).unwrap().contains("wamid"));
        assert_eq!(cut(&body, &[Addressee::Parent("93".to_owned())]), None);
        assert_eq!(cut(b"not JSON", &[Addressee::Endpoint]), None);
    }

    proptest! {
        #[test]
        fn the_parts_say_together_what_the_whole_said_and_nobody_gets_anothers(
            changes in proptest::collection::vec((0_u32..3, 0_u32..3, any::<u32>()), 1..12),
        ) {
            let body = delivery(&changes);
            let mut together = Vec::new();
            for route in route(&body) {
                let part = cut(&body, std::slice::from_ref(&route.to)).unwrap();
                let events = normalise(&part).unwrap();
                prop_assert!(events.iter().all(|event| event.to == route.to));
                let routes: BTreeSet<_> = crate::route::route(&part).iter().map(|own| format!("{:?}", own.to)).collect();
                prop_assert_eq!(routes.len(), 1);
                together.extend(events);
            }
            prop_assert_eq!(sorted(together), sorted(normalise(&body).unwrap()));
        }
    }
}
