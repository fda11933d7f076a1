//! What the fixtures do not say: promises for every input. The fixtures' own events are compared by the conformance
//! suite.

mod mutated;

use channel_core::{Addressee, AliasKind, AttachmentSource, Card, InboundMessage, ReplyKind};
use proptest::prelude::*;
use serde_json::json;

use super::*;

/// One item of `messages[]` in a delivery of its own.
fn delivery(message: &Value) -> Value {
    let value = json!({
        "metadata": { "phone_number_id": "770088990011223" },
        "contacts": [{ "wa_id": "491701234509", "profile": { "name": "Jana" } }],
        "messages": [message],
    });
    json!({
        "object": "whatsapp_business_account",
        "entry": [{ "id": "330011223344556", "changes": [{ "field": "messages", "value": value }] }],
    })
}

fn read(delivery: &Value) -> Vec<Inbound> {
    normalise(&serde_json::to_vec(delivery).unwrap()).unwrap()
}

fn message(extra: &Value) -> Box<InboundMessage> {
    let mut message = json!({ "id": "wamid.1", "from": "491701234509", "timestamp": "1779012345" });
    message.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
    match read(&delivery(&message)).pop().map(|inbound| inbound.event) {
        Some(InboundEvent::Message(message)) => message,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_nul_and_half_a_character_do_not_stop_a_message() {
    let body =
        br#"{"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"field":"messages","value":{
        "metadata":{"phone_number_id":"2"},"contacts":[{"wa_id":"3","profile":{"name":"A\u0000b"}}],
        "messages":[{"id":"wamid.1","from":"3","type":"text","text":{"body":"a\u0000b \ud83d!"}}]}}]}]}"#;
    let events = normalise(body).unwrap();
    let InboundEvent::Message(message) = &events[0].event else { panic!("a message") };
    assert_eq!(message.text.plain, "ab \u{fffd}!");
    assert_eq!(message.sender.display_name.as_deref(), Some("Ab"));
}

#[test]
fn a_message_that_does_not_say_its_kind_is_what_it_has() {
    assert_eq!(message(&json!({ "text": { "body": "Hi" } })).text.plain, "Hi");
    assert_eq!(
        message(&json!({})).card,
        Some(Card::Unsupported { what: "nothing".to_owned(), reason: None })
    );
}

#[test]
fn an_order_without_words_is_a_card_and_one_without_products_is_said_so() {
    let items =
        json!([{ "product_retailer_id": 12, "quantity": "2", "item_price": "9.50", "currency": "EUR" }, {}]);
    let read = message(
        &json!({ "type": "order", "order": { "catalog_id": 6, "text": "", "product_items": items } }),
    );
    let Some(Card::Order(order)) = &read.card else { panic!("{read:?}") };
    assert_eq!((order.items.len(), order.items[0].quantity, order.items[0].price), (1, 2.0, 9.5));
    let empty = message(&json!({ "type": "order", "order": { "product_items": [] } }));
    assert_eq!(empty.card, Some(Card::Unsupported { what: "order".to_owned(), reason: None }));
}

#[test]
fn a_tap_without_a_title_shows_its_id() {
    let read =
        message(&json!({ "type": "interactive", "interactive": { "button_reply": { "id": "yes-7" } } }));
    let Some(Card::Reply(reply)) = &read.card else { panic!("{read:?}") };
    assert_eq!((reply.kind, read.text.plain.as_str()), (ReplyKind::Button, "yes-7"));
}

#[test]
fn a_place_beyond_the_poles_is_no_place() {
    let read = message(&json!({ "type": "location", "location": { "latitude": 91, "longitude": 0 } }));
    assert!(matches!(read.card, Some(Card::Unsupported { .. })));
}

#[test]
fn a_file_that_whatsapp_cannot_name_says_why() {
    let read = message(&json!({ "type": "image", "image": { "mime_type": "image/jpeg" } }));
    let [AttachmentSource::Remote(file)] = read.attachments.as_slice() else { panic!("{read:?}") };
    assert!(file.reference.is_none() && file.unavailable.is_some());
}

#[test]
fn a_contact_of_another_person_with_the_same_number_is_not_taken() {
    let value = json!({
        "metadata": { "phone_number_id": "2" },
        "contacts": [{ "wa_id": "491701234509", "user_id": "DE.2", "profile": { "name": "New owner" } }],
        "messages": [{ "id": "1", "from": "491701234509", "from_user_id": "DE.1", "text": { "body": "x" } }],
    });
    let delivery = json!({ "object": "whatsapp_business_account", "entry": [
        { "id": "3", "changes": [{ "field": "messages", "value": value }] }
    ]});
    let events = read(&delivery);
    let InboundEvent::Message(message) = &events[0].event else { panic!("{events:?}") };
    assert_eq!((message.sender.platform_id.as_str(), &message.sender.display_name), ("DE.1", &None));
}

#[test]
fn a_moment_may_be_text_or_number_and_0_is_none() {
    for (timestamp, seconds) in [
        (json!("1779012345"), Some(1_779_012_345)),
        (json!(1_779_012_345), Some(1_779_012_345)),
        (json!(1_779_012_345_678_i64), Some(1_779_012_345)),
        (json!("0"), None),
        (json!(-5), None),
        (json!("soon"), None),
        (json!(i64::MAX), None),
    ] {
        let read = message(&json!({ "text": { "body": "x" }, "timestamp": timestamp }));
        assert_eq!(read.sent_at.map(|at| at.timestamp()), seconds, "{timestamp}");
    }
}

#[test]
fn what_is_no_delivery_is_unreadable() {
    for body in
        [&b""[..], b"x", b"[]", b"null", b"{}", b"{\"entry\":[]}", b"{\"object\":1}", b"{\"object\":\"x\""]
    {
        assert!(normalise(body).is_err(), "{body:?}");
    }
}

#[test]
fn a_number_that_is_asked_for_becomes_a_name_of_the_person() {
    let card = json!({ "origin": "contact_request", "phones": [{ "phone": "+31 6 12345670", "wa_id": "31612345670" }] });
    let read =
        message(&json!({ "from": null, "from_user_id": "NL.7", "type": "contacts", "contacts": [card] }));
    let phone = read.sender.aliases.iter().find(|alias| alias.kind == AliasKind::Phone);
    assert_eq!(phone.map(|alias| alias.value.as_str()), Some("+31612345670"));
    assert_eq!(read.sender.platform_id, "NL.7");
}

/// Any JSON whose keys are likely ones.
pub fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
        prop::sample::select(KINDS).prop_map(Value::from),
    ];
    let keys = prop::sample::select(KEYS);
    leaf.prop_recursive(5, 60, 8, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((keys.clone(), inner), 0..8).prop_map(|entries| Value::Object(
                entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
            )),
        ]
    })
}

const KINDS: &[&str] = &[
    "text",
    "image",
    "audio",
    "document",
    "sticker",
    "location",
    "contacts",
    "reaction",
    "interactive",
    "button",
    "order",
    "system",
    "edit",
    "revoke",
    "request_welcome",
    "unsupported",
    "failed",
    "read",
    "stop",
    "group",
    "user_changed_number",
    "user_changed_user_id",
    "customer_identity_changed",
    "messages",
    "DISABLED_UPDATE",
    "0",
];

const KEYS: &[&str] = &[
    "id",
    "from",
    "from_user_id",
    "to",
    "wa_id",
    "user_id",
    "parent_user_id",
    "recipient_id",
    "recipient_type",
    "timestamp",
    "type",
    "status",
    "text",
    "body",
    "image",
    "audio",
    "document",
    "sticker",
    "location",
    "latitude",
    "longitude",
    "contacts",
    "phones",
    "phone",
    "name",
    "vcard",
    "reaction",
    "message_id",
    "emoji",
    "interactive",
    "button_reply",
    "nfm_reply",
    "response_json",
    "title",
    "button",
    "payload",
    "order",
    "product_items",
    "system",
    "edit",
    "original_message_id",
    "message",
    "revoke",
    "unsupported",
    "errors",
    "code",
    "error_data",
    "context",
    "referred_product",
    "referral",
    "group_id",
    "profile",
    "pricing",
    "conversation",
    "event",
    "ban_info",
    "message_template_id",
    "metadata",
    "phone_number_id",
    "value",
    "field",
    "category",
    "origin",
    "sha256",
    "filename",
    "caption",
    "restriction_info",
    "waba_info",
    "identity",
    "customer",
];

const FIELDS: &[&str] = &[
    "messages",
    "smb_message_echoes",
    "user_preferences",
    "account_update",
    "message_template_status_update",
    "message_template_quality_update",
    "template_category_update",
    "message_template_components_update",
    "phone_number_quality_update",
    "phone_number_name_update",
    "business_username_update",
    "history",
    "calls",
];

const LISTS: &[&str] = &["messages", "statuses", "errors", "contacts", "message_echoes", "user_preferences"];

/// What holds for whatever was read: every event has a route, and a message shows something.
pub fn holds_together(body: &[u8]) -> Result<Vec<Inbound>, TestCaseError> {
    let routes = crate::route::route(body);
    prop_assert!(!routes.is_empty());
    let Ok(events) = normalise(body) else { return Ok(Vec::new()) };
    prop_assert!(!events.is_empty());
    for inbound in &events {
        prop_assert!(routes.iter().any(|route| route.to == inbound.to), "no route to {:?}", inbound.to);
        if let InboundEvent::Message(message) = &inbound.event {
            let shows = !message.text.is_empty() || !message.attachments.is_empty() || message.card.is_some();
            prop_assert!(shows, "a message that shows nothing");
            prop_assert!(!message.platform_message_id.is_empty() && !message.sender.platform_id.is_empty());
        }
        let written = serde_json::to_string(inbound).unwrap();
        prop_assert!(serde_json::from_str::<Inbound>(&written).is_ok(), "what is stored can be read again");
        prop_assert!(!written.contains("\\u0000"), "a NUL, which cannot be stored");
    }
    Ok(events)
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(body in prop::collection::vec(any::<u8>(), 0..400)) {
        holds_together(&body)?;
    }

    #[test]
    fn any_value_of_any_field_says_something(
        field in prop::sample::select(FIELDS),
        list in prop::sample::select(LISTS),
        items in any_json(),
        value in any_json(),
    ) {
        let mut value = value.as_object().cloned().unwrap_or_default();
        value.insert("metadata".to_owned(), json!({ "phone_number_id": "770088990011223" }));
        value.insert(list.to_owned(), items);
        let delivery = json!({
            "object": "whatsapp_business_account",
            "entry": [{ "id": "330011223344556", "changes": [{ "field": field, "value": value }] }],
        });
        let events = holds_together(&serde_json::to_vec(&delivery).unwrap())?;
        prop_assert!(events.iter().all(|inbound| inbound.to == Addressee::Account("770088990011223".to_owned())));
    }

    #[test]
    fn any_message_of_a_person_says_something(content in any_json(), kind in prop::sample::select(KINDS)) {
        let mut item = json!({ "id": "wamid.1", "from": "491701234509", "timestamp": "1779012345", "type": kind });
        let fields = item.as_object_mut().unwrap();
        for (key, value) in content.as_object().into_iter().flatten() {
            fields.entry(key.clone()).or_insert_with(|| value.clone());
        }
        let events = holds_together(&serde_json::to_vec(&delivery(&item)).unwrap())?;
        prop_assert_eq!(events.len(), 1);
    }
}
