use channel_core::{
    Button, ButtonAction, Buttons, ContactCard, LabelledValue, Location, MediaPart, MediaRef, Reaction,
    TypingKind,
};
use shared::{RichText, TextSpan, TextStyle};

use super::kit::*;
use channel_core::{Act, Transmission};
use serde_json::json;
use shared::MediaKind;

fn part(file: channel_core::MediaFile, caption: &str) -> MediaPart {
    MediaPart { file, caption: RichText::plain(caption) }
}

fn id(number: i64) -> String {
    format!("{CHAT}:{number}")
}

#[tokio::test]
async fn text_goes_with_entities_quote_and_buttons() {
    let wire = Wire::start().await;
    wire.result("sendMessage", sent(901, json!({ "text": "😀 bold" }))).await;
    let bold = TextSpan { start: 5, end: 9, style: TextStyle::Bold };
    let buttons = Buttons {
        rows: vec![vec![
            Button { title: "Ja".to_owned(), action: ButtonAction::Reply("yes-7".to_owned()) },
            Button {
                title: "Site".to_owned(),
                action: ButtonAction::Open("https://shop.example/".to_owned()),
            },
        ]],
        ..Buttons::default()
    };
    let act = Act::Text {
        text: RichText { plain: "😀 bold".to_owned(), spans: vec![bold] },
        buttons: Some(buttons),
    };
    let receipt = wire.send_as(Transmission { quote: Some(id(418)), ..transmission(act) }).await.unwrap();
    assert_eq!(receipt.platform_message_ids, [id(901)]);
    assert_eq!(
        wire.only().await,
        (
            "sendMessage".to_owned(),
            json!({
                "chat_id": 6_812_345_678_i64,
                "text": "😀 bold",
                "entities": [{ "type": "bold", "offset": 3, "length": 4 }],
                "reply_parameters": { "message_id": 418, "allow_sending_without_reply": true },
                "reply_markup": { "inline_keyboard": [[
                    { "text": "Ja", "callback_data": "yes-7" }, { "text": "Site", "url": "https://shop.example/" },
                ]] },
            })
        )
    );
}

#[tokio::test]
async fn a_business_chat_is_answered_in_its_owners_name() {
    let wire = Wire::start().await;
    wire.result("sendMessage", sent(12, json!({ "business_connection_id": "Biz", "text": "x" }))).await;
    let to = format!("{CHAT}@Biz");
    let receipt =
        wire.send_as(Transmission { to, quote: Some(id(418)), ..transmission(text("x")) }).await.unwrap();
    assert_eq!(receipt.platform_message_ids, [format!("{CHAT}:12@Biz")]);
    let (_, body) = wire.only().await;
    assert_eq!(body["business_connection_id"], "Biz");
    assert!(body.get("reply_parameters").is_none(), "a message of another thread is no quote");
}

#[tokio::test]
async fn formatting_that_telegram_cannot_read_does_not_lose_the_text() {
    let wire = Wire::start().await;
    wire.refuse_times(1, "sendMessage", 400, "Bad Request: can't parse entities: unsupported").await;
    wire.result("sendMessage", sent(902, json!({}))).await;
    let bold = TextSpan { start: 0, end: 1, style: TextStyle::Bold };
    let act = Act::Text { text: RichText { plain: "x".to_owned(), spans: vec![bold] }, buttons: None };
    let receipt = wire.send(act).await.unwrap();
    assert_eq!((receipt.platform_message_ids, receipt.notes.len()), (vec![id(902)], 1));
    let bodies = wire.bodies().await;
    assert!(bodies[0].1.get("entities").is_some() && bodies[1].1.get("entities").is_none());
}

#[tokio::test]
async fn a_text_that_is_plain_already_is_not_sent_again() {
    let wire = Wire::start().await;
    wire.refuse_times(9, "sendMessage", 400, "Bad Request: can't parse entities: unsupported").await;
    assert!(wire.send(text("x")).await.is_err());
    assert_eq!(wire.calls().await.len(), 1);
}

#[tokio::test]
async fn a_voice_note_is_uploaded_piece_by_piece_and_remembered() {
    let wire = Wire::start().await;
    wire.result(
        "sendVoice",
        sent(903, json!({ "voice": { "file_id": "AwACnew", "file_unique_id": "u", "duration": 3 } })),
    )
    .await;
    let mut voice = file(MediaKind::Voice, "note.ogg", "audio/ogg");
    voice.duration_ms = Some(2_600);
    let receipt =
        wire.send(Act::Media { part: part(voice.clone(), "Luister"), buttons: None }).await.unwrap();
    assert_eq!(receipt.media[0].attachment_id, voice.attachment_id);
    assert_eq!(receipt.media[0].reference, MediaRef("AwACnew".to_owned()));

    let (_, request) = wire.calls().await.pop().unwrap();
    let body = String::from_utf8(request.body.clone()).unwrap();
    for piece in [
        "name=\"voice\"; filename=\"note.ogg\"",
        "audio/ogg",
        "bytes of a file",
        "name=\"caption\"\r\n\r\nLuister",
        "name=\"duration\"\r\n\r\n3",
        "name=\"chat_id\"\r\n\r\n6812345678",
    ] {
        assert!(body.contains(piece), "{piece} in {body}");
    }
    assert!(request.headers.contains_key("content-length"), "the length is known before the last byte");
}

#[tokio::test]
async fn a_file_that_telegram_has_is_not_uploaded_unless_it_forgot_it() {
    let wire = Wire::start().await;
    wire.refuse_times(1, "sendPhoto", 400, "Bad Request: wrong file identifier/HTTP URL specified").await;
    wire.result("sendPhoto", sent(904, json!({ "photo": [{ "file_id": "new", "width": 1, "height": 1 }] })))
        .await;
    let mut photo = file(MediaKind::Image, "a.jpg", "image/jpeg");
    photo.known_as = Some(MediaRef("old".to_owned()));
    let receipt = wire.send(Act::Media { part: part(photo, ""), buttons: None }).await.unwrap();
    assert_eq!(receipt.media[0].reference, MediaRef("new".to_owned()));
    let calls = wire.calls().await;
    assert_eq!(calls[0].1.body_json::<serde_json::Value>().unwrap()["photo"], "old");
    assert!(String::from_utf8_lossy(&calls[1].1.body).contains("bytes of a file"));
}

#[tokio::test]
async fn a_file_that_was_uploaded_just_now_is_not_uploaded_again() {
    let wire = Wire::start().await;
    wire.refuse_times(9, "sendPhoto", 400, "Bad Request: wrong file identifier").await;
    let photo = file(MediaKind::Image, "a.jpg", "image/jpeg");
    assert!(wire.send(Act::Media { part: part(photo, ""), buttons: None }).await.is_err());
    assert_eq!(wire.calls().await.len(), 1);
}

#[tokio::test]
async fn an_album_is_one_call_with_all_its_files() {
    let wire = Wire::start().await;
    let photo = |number: i64| {
        sent(number, json!({ "photo": [{ "file_id": format!("p{number}"), "width": 1, "height": 1 }] }))
    };
    wire.result("sendMediaGroup", json!([photo(905), photo(906)])).await;
    let first = file(MediaKind::Image, "één.jpg", "image/jpeg");
    let second = file(MediaKind::Image, "b.jpg", "image/jpeg");
    let parts = vec![part(first.clone(), "Voor en na"), part(second.clone(), "")];
    let receipt = wire.send(Act::Album { parts }).await.unwrap();
    assert_eq!(receipt.platform_message_ids, [id(905), id(906)]);
    assert_eq!(
        receipt.media.iter().map(|sent| sent.attachment_id).collect::<Vec<_>>(),
        [first.attachment_id, second.attachment_id]
    );
    let body = String::from_utf8_lossy(&wire.calls().await[0].1.body).into_owned();
    assert!(body.contains(r#""media":"attach://file0""#) && body.contains("name=\"file1\""), "{body}");
    assert!(body.contains(r#""caption":"Voor en na""#), "{body}");
}

#[tokio::test]
async fn places_cards_and_gestures_have_their_own_methods() {
    let wire = Wire::start().await;
    for method in ["sendLocation", "sendVenue", "sendContact"] {
        wire.result(method, sent(907, json!({}))).await;
    }
    for method in [
        "setMessageReaction",
        "editMessageText",
        "editMessageCaption",
        "deleteMessage",
        "deleteMessages",
        "answerCallbackQuery",
        "sendChatAction",
        "leaveChat",
    ] {
        wire.result(method, json!(true)).await;
    }
    let place = Location { latitude: 52.1, longitude: 5.1, ..Location::default() };
    let venue =
        Location { name: Some("Shop".to_owned()), address: Some("Kade 4".to_owned()), ..place.clone() };
    let phone = LabelledValue { value: "+31201234567".to_owned(), label: None, platform_id: None };
    let card = ContactCard { name: "Shop".to_owned(), phones: vec![phone], ..ContactCard::default() };
    let edit = |caption| Act::Edit {
        platform_message_id: id(5),
        text: RichText::plain("y"),
        caption,
        buttons: None,
    };
    let acts = [
        Act::Location(place),
        Act::Location(venue),
        Act::Contacts(vec![card]),
        Act::React { platform_message_id: id(5), reaction: Some(Reaction::Emoji("❤️".to_owned())) },
        Act::React { platform_message_id: id(5), reaction: None },
        edit(false),
        edit(true),
        Act::Delete { platform_message_ids: vec![id(5)] },
        Act::Delete { platform_message_ids: vec![id(5), id(6)] },
        Act::AnswerPress { press_id: "77".to_owned(), text: Some("Ok".to_owned()) },
        Act::Typing { kind: TypingKind::Voice, after: None },
        Act::Leave,
    ];
    for act in acts {
        let receipt = wire.send(act.clone()).await.unwrap();
        assert_eq!(receipt.platform_message_ids.is_empty(), !act.makes_message(), "{act:?}");
    }
    let mut bodies = wire.bodies().await;
    for (_, body) in &mut bodies {
        body.as_object_mut().unwrap().remove("chat_id");
    }
    let expected = [
        ("sendLocation", json!({ "latitude": 52.1, "longitude": 5.1 })),
        ("sendVenue", json!({ "latitude": 52.1, "longitude": 5.1, "title": "Shop", "address": "Kade 4" })),
        ("sendContact", json!({ "phone_number": "+31201234567", "first_name": "Shop" })),
        ("setMessageReaction", json!({ "message_id": 5, "reaction": [{ "type": "emoji", "emoji": "❤" }] })),
        ("setMessageReaction", json!({ "message_id": 5, "reaction": [] })),
        ("editMessageText", json!({ "message_id": 5, "text": "y" })),
        ("editMessageCaption", json!({ "message_id": 5, "caption": "y" })),
        ("deleteMessage", json!({ "message_id": 5 })),
        ("deleteMessages", json!({ "message_ids": [5, 6] })),
        ("answerCallbackQuery", json!({ "callback_query_id": "77", "text": "Ok" })),
        ("sendChatAction", json!({ "action": "record_voice" })),
        ("leaveChat", json!({})),
    ];
    assert_eq!(bodies, expected.map(|(method, body)| (method.to_owned(), body)));
}

#[tokio::test]
async fn what_a_bot_cannot_do_is_refused_before_any_call() {
    let wire = Wire::start().await;
    let refused = [
        Act::MarkRead { platform_message_id: id(5) },
        Act::React { platform_message_id: id(5), reaction: Some(Reaction::Emoji("🧀".to_owned())) },
        Act::Delete { platform_message_ids: vec!["99:1".to_owned()] },
        Act::Delete { platform_message_ids: vec![] },
        Act::Template(channel_core::TemplateMessage::default()),
    ];
    for act in refused {
        assert!(matches!(wire.send(act).await, Err(channel_core::SendError::Refused(_))));
    }
    let nowhere = Transmission { to: "noor".to_owned(), ..transmission(text("x")) };
    assert!(matches!(wire.send_as(nowhere).await, Err(channel_core::SendError::Refused(_))));
    assert!(wire.calls().await.is_empty());
}

#[tokio::test]
async fn an_edit_to_what_it_already_is_is_done() {
    let wire = Wire::start().await;
    wire.refuse_times(9, "editMessageText", 400, "Bad Request: message is not modified: same").await;
    let act =
        Act::Edit { platform_message_id: id(5), text: RichText::plain("y"), caption: false, buttons: None };
    assert!(wire.send(act).await.is_ok());
}

#[tokio::test]
async fn in_a_business_chat_reading_is_shown_and_deleting_has_its_own_method() {
    let wire = Wire::start().await;
    wire.result("readBusinessMessage", json!(true)).await;
    wire.result("deleteBusinessMessages", json!(true)).await;
    let of_business = |act| Transmission { to: format!("{CHAT}@Biz"), ..transmission(act) };
    let message = format!("{CHAT}:77@Biz");
    wire.send_as(of_business(Act::MarkRead { platform_message_id: message.clone() })).await.unwrap();
    wire.send_as(of_business(Act::Delete { platform_message_ids: vec![message] })).await.unwrap();
    let bodies: Vec<_> = wire.bodies().await.into_iter().map(|(_, body)| body).collect();
    assert_eq!(
        bodies,
        [
            json!({ "chat_id": 6_812_345_678_i64, "business_connection_id": "Biz", "message_id": 77 }),
            json!({ "business_connection_id": "Biz", "message_ids": [77] }),
        ]
    );
}
