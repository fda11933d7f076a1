//! What the fixtures do not say: promises for every input. The fixtures' own events are compared by the
//! conformance suite.

use channel_core::{Card, InboundEvent, InboundMessage};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

fn read(update: &Value) -> Vec<InboundEvent> {
    let events = normalise(&serde_json::to_vec(update).unwrap()).unwrap();
    events.into_iter().map(|inbound| inbound.event).collect()
}

fn message(extra: Value) -> Box<InboundMessage> {
    let mut message = json!({
        "message_id": 418, "date": 1_779_012_345,
        "from": { "id": 6_812_345_678_i64, "first_name": "Noor" },
        "chat": { "id": 6_812_345_678_i64, "type": "private", "first_name": "Noor" },
    });
    message.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
    match read(&json!({ "update_id": 1, "message": message })).pop() {
        Some(InboundEvent::Message(message)) => message,
        other => panic!("{other:?}"),
    }
}

#[test]
fn ids_of_52_bits_are_kept_whole() {
    let id = 4_503_599_627_370_495_i64;
    let read = message(json!({
        "message_id": i64::MAX, "from": { "id": id }, "chat": { "id": id, "type": "private" }, "text": "x",
    }));
    assert_eq!(read.platform_message_id, format!("{id}:{}", i64::MAX));
    assert_eq!(read.sender.platform_id, id.to_string());
}

#[test]
fn a_nul_and_half_a_character_do_not_stop_a_message() {
    let body = br#"{"update_id":1,"message":{"message_id":1,"date":1,"chat":{"id":5,"type":"private"},
        "from":{"id":5,"first_name":"A\u0000b"},"text":"a\u0000b \ud83d!"}}"#;
    let events = normalise(body).unwrap();
    let InboundEvent::Message(message) = &events[0].event else { panic!("a message") };
    assert_eq!(message.text.plain, "ab \u{fffd}!");
    assert_eq!(message.sender.display_name.as_deref(), Some("Ab"));
}

#[test]
fn an_unknown_kind_of_content_is_shown_by_its_name() {
    let read = message(json!({ "hologram": {} }));
    assert_eq!(read.card, Some(Card::Unsupported { what: "hologram".to_owned(), reason: None }));
}

#[test]
fn a_person_without_any_name_is_still_a_person() {
    let read = message(json!({ "from": { "id": 5 }, "chat": { "id": 5, "type": "private" }, "text": "x" }));
    assert_eq!((read.sender.platform_id.as_str(), read.sender.display_name), ("5", None));
}

#[test]
fn the_same_person_writing_to_the_bot_and_to_a_business_is_two_threads() {
    let to_bot = message(json!({ "text": "x" }));
    let to_business = message(json!({ "text": "x", "business_connection_id": "Biz" }));
    assert_ne!(to_bot.sender.platform_id, to_business.sender.platform_id);
    assert_ne!(to_bot.platform_message_id, to_business.platform_message_id);
}

#[test]
fn what_is_no_update_is_unreadable() {
    for body in [&b""[..], b"x", b"[]", b"null", b"{}", b"{\"message\":{}}", b"{\"update_id\":1"] {
        assert!(normalise(body).is_err(), "{body:?}");
    }
}

/// Any JSON whose keys are likely ones.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
        Just(Value::from("private")),
    ];
    let keys = prop::sample::select(vec![
        "message",
        "edited_message",
        "business_message",
        "callback_query",
        "message_reaction",
        "my_chat_member",
        "business_connection",
        "deleted_business_messages",
        "chat",
        "from",
        "user",
        "id",
        "type",
        "message_id",
        "date",
        "text",
        "caption",
        "entities",
        "offset",
        "length",
        "photo",
        "voice",
        "document",
        "sticker",
        "live_photo",
        "location",
        "venue",
        "contact",
        "poll",
        "options",
        "rich_message",
        "blocks",
        "items",
        "reply_to_message",
        "quote",
        "file_id",
        "file_size",
        "width",
        "reply_markup",
        "inline_keyboard",
        "data",
        "new_chat_member",
        "status",
        "new_reaction",
        "message_ids",
        "business_connection_id",
        "forward_origin",
    ]);
    leaf.prop_recursive(5, 60, 8, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((keys.clone(), inner), 0..8).prop_map(|entries| Value::Object(
                entries.into_iter().map(|(k, v)| (k.to_owned(), v)).collect()
            )),
        ]
    })
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(body in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = normalise(&body);
        let _ = crate::route::route(&body);
    }

    #[test]
    fn any_update_says_something(
        kind in "message|edited_message|business_message|callback_query|message_reaction|my_chat_member|business_connection|deleted_business_messages|poll",
        content in any_json(),
    ) {
        let update = json!({ "update_id": 1, kind: content });
        let body = serde_json::to_vec(&update).unwrap();
        prop_assert!(!normalise(&body).unwrap().is_empty());
        prop_assert_eq!(crate::route::route(&body).len(), 1);
    }

    #[test]
    fn any_message_of_a_person_is_a_message(content in any_json()) {
        let mut update = json!({
            "message_id": 418, "date": 1_779_012_345,
            "from": { "id": 5, "first_name": "Noor" }, "chat": { "id": 5, "type": "private" },
        });
        let fields = update.as_object_mut().unwrap();
        for (key, value) in content.as_object().into_iter().flatten() {
            fields.entry(key.clone()).or_insert_with(|| value.clone());
        }
        let events = read(&json!({ "update_id": 1, "message": update }));
        let [InboundEvent::Message(message)] = events.as_slice() else { panic!("{events:?}") };
        let shows = !message.text.is_empty() || !message.attachments.is_empty() || message.card.is_some();
        prop_assert!(shows, "a message that shows nothing");
    }
}
