//! Lanes and keys.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

fn route_of(delivery: &Value) -> Vec<Route> {
    route(&serde_json::to_vec(delivery).unwrap())
}

fn delivery(changes: Value) -> Value {
    json!({ "object": "whatsapp_business_account", "entry": [{ "id": "330011", "changes": changes }] })
}

fn change(value: Value) -> Value {
    let mut change = json!({ "metadata": { "phone_number_id": "7700" } });
    change.as_object_mut().unwrap().extend(value.as_object().unwrap().clone());
    json!({ "field": "messages", "value": change })
}

fn number(lane: &str, key: Option<&str>) -> Vec<Route> {
    vec![Route {
        to: Addressee::Account("7700".to_owned()),
        lane: lane.to_owned(),
        repeat_key: key.map(str::to_owned),
    }]
}

#[test]
fn one_message_has_its_senders_lane_and_its_own_key() {
    let message = json!({ "id": "wamid.A", "from": "4917", "from_user_id": "DE.1", "type": "text" });
    let routes = route_of(&delivery(json!([change(json!({ "messages": [message] }))])));
    assert_eq!(routes, number("DE.1", Some("wamid.A#text")));
}

#[test]
fn the_contacts_tell_the_lane_of_who_is_named_by_number_only() {
    let value = json!({
        "contacts": [{ "wa_id": "4917", "user_id": "DE.1" }],
        "messages": [{ "id": "wamid.A", "from": "4917", "type": "text" }],
    });
    assert_eq!(route_of(&delivery(json!([change(value)]))), number("DE.1", Some("wamid.A#text")));
}

#[test]
fn each_status_of_a_message_has_a_key_and_so_has_each_participant() {
    for (status, key) in [
        (json!({ "id": "wamid.B", "status": "sent", "recipient_id": "4917" }), "wamid.B#sent"),
        (json!({ "id": "wamid.B", "status": "read", "recipient_id": "4917" }), "wamid.B#read"),
        (
            json!({ "id": "wamid.B", "status": "read", "recipient_id": "4917", "recipient_participant_id": "31" }),
            "wamid.B#read#31",
        ),
    ] {
        let routes = route_of(&delivery(json!([change(json!({ "statuses": [status] }))])));
        assert_eq!(routes, number("4917", Some(key)));
    }
}

#[test]
fn several_events_of_one_person_share_the_lane_and_have_no_key() {
    let messages = json!([{ "id": "1", "from": "4917" }, { "id": "2", "from": "4917" }]);
    assert_eq!(route_of(&delivery(json!([change(json!({ "messages": messages }))]))), number("4917", None));
}

#[test]
fn several_people_have_no_lane() {
    let one = change(json!({ "messages": [{ "id": "1", "from": "4917" }] }));
    let other = change(json!({ "messages": [{ "id": "2", "from": "4918" }] }));
    assert_eq!(route_of(&delivery(json!([one, other, one]))), number("", None));
}

#[test]
fn a_fault_beside_a_message_is_a_second_event() {
    let value = json!({ "messages": [{ "id": "1", "from": "4917" }], "errors": [{ "code": 131000 }] });
    assert_eq!(route_of(&delivery(json!([change(value)]))), number("", None));
}

#[test]
fn the_owners_own_messages_are_in_the_lane_of_who_got_them() {
    let value = json!({
        "metadata": { "phone_number_id": "7700" },
        "message_echoes": [{ "id": "wamid.E", "from": "4930", "to": "4917", "to_user_id": "DE.1", "type": "text" }],
    });
    let routes = route_of(&delivery(json!([{ "field": "smb_message_echoes", "value": value }])));
    assert_eq!(routes, number("DE.1", Some("wamid.E#text")));
}

#[test]
fn each_number_and_each_business_account_has_a_route() {
    let delivery = json!({ "object": "whatsapp_business_account", "entry": [
        { "id": "330011", "changes": [
            change(json!({ "messages": [{ "id": "1", "from": "4917" }] })),
            { "field": "account_update", "value": { "event": "ACCOUNT_VIOLATION" } },
        ]},
        { "id": "9900", "changes": [
            { "field": "account_update", "value": { "event": "PARTNER_REMOVED", "waba_info": { "waba_id": "440022" } } },
        ]},
    ]});
    let to: Vec<Addressee> = route_of(&delivery).into_iter().map(|route| route.to).collect();
    assert_eq!(
        to,
        [
            Addressee::Account("7700".to_owned()),
            Addressee::Parent("330011".to_owned()),
            Addressee::Parent("440022".to_owned()),
        ]
    );
}

#[test]
fn what_cannot_be_read_and_what_is_a_test_belongs_to_its_endpoint() {
    let test = br#"{"object":"whatsapp_business_account","entry":[{"id":"0","changes":[{"field":"messages","value":{}}]}]}"#;
    for body in [&b""[..], b"x", b"[]", b"{}", br#"{"object":"whatsapp_business_account","entry":4}"#, test] {
        assert_eq!(route(body), [Route::to_endpoint()]);
    }
}

proptest! {
    #[test]
    fn any_bytes_have_a_route(body in prop::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(!route(&body).is_empty());
    }
}
