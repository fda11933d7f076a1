use channel_core::{
    Act, AliasKind, Button, ButtonAction, Buttons, ContactCard, LabelledValue, List, ListRow, ListSection,
    Location, MediaFile, MediaPart, MediaRef, Reaction, RefusalReason, SendError, Transmission, TypingKind,
};
use serde_json::{Value, json};
use shared::{MediaKind, RichText, TextSpan, TextStyle};

use super::kit::*;

fn media(file: MediaFile, caption: &str) -> Act {
    Act::Media { part: MediaPart { file, caption: RichText::plain(caption) }, buttons: None }
}

fn reply(id: &str, title: &str) -> Button {
    Button { title: title.to_owned(), action: ButtonAction::Reply(id.to_owned()) }
}

fn one(action: ButtonAction) -> Option<Buttons> {
    Some(Buttons { rows: vec![vec![Button { title: "Go".to_owned(), action }]], ..Buttons::default() })
}

async fn written(act: Act) -> Value {
    let wire = Wire::start().await;
    wire.takes_messages().await;
    wire.on("POST", &format!("{NUMBER}/media"), 200, json!({ "id": "990011223344" })).await;
    wire.send(act).await.unwrap();
    wire.message().await
}

#[tokio::test]
async fn text_goes_with_reference_quote_and_markup_and_teaches_names() {
    let wire = Wire::start().await;
    wire.takes_messages().await;
    let bold = TextSpan { start: 0, end: 2, style: TextStyle::Bold };
    let act = Act::Text { text: RichText { plain: "Ja 😀".to_owned(), spans: vec![bold] }, buttons: None };
    let quote = Some("wamid.INV01".to_owned());
    let receipt = wire.send_as(Transmission { quote, ..transmission(act) }).await.unwrap();
    assert_eq!(receipt.platform_message_ids, ["wamid.OUT01"]);
    assert!(!receipt.held);
    let names: Vec<_> = receipt.aliases.iter().map(|alias| (alias.kind, alias.value.as_str())).collect();
    let phone = format!("+{PERSON}");
    assert_eq!(
        names,
        [
            (AliasKind::Phone, phone.as_str()),
            (AliasKind::PlatformId, PERSON),
            (AliasKind::PlatformId, SCOPED)
        ]
    );
    let expected =
        json!({ "context": { "message_id": "wamid.INV01" }, "type": "text", "text": { "body": "*Ja* 😀" } });
    assert_eq!(wire.message().await, expected);
    let (_, request) = wire.calls().await.remove(0);
    assert_eq!(request.url.path(), format!("/v25.0/{NUMBER}/messages"));
    assert_eq!(request.headers["authorization"], format!("Bearer {TOKEN}"));
    assert_eq!(request.url.query(), None, "without a secret there is no proof");
}

#[tokio::test]
async fn a_known_app_secret_is_proven_with_each_call() {
    let mut wire = Wire::start().await;
    wire.account.secrets.app_secret = Some("app-secret".into());
    wire.takes_messages().await;
    wire.send(text("x")).await.unwrap();
    let (_, request) = wire.calls().await.remove(0);
    let proof = channel_meta::signature::hmac_sha256(b"app-secret", TOKEN.as_bytes());
    assert_eq!(request.url.query(), Some(format!("appsecret_proof={}", hex::encode(proof)).as_str()));
}

#[tokio::test]
async fn a_person_without_a_number_is_written_to_by_id() {
    let wire = Wire::start().await;
    wire.takes_messages().await;
    wire.send_as(Transmission { to: SCOPED.to_owned(), ..transmission(text("x")) }).await.unwrap();
    let [message] = wire.messages().await.try_into().unwrap();
    assert_eq!((message.get("recipient"), message.get("to")), (Some(&json!(SCOPED)), None));

    for nobody in ["", "12", "DE.", "de.123", "../x", "120363041234567890@g.us", "DE.1?x"] {
        let error = wire.send_as(Transmission { to: nobody.to_owned(), ..transmission(text("x")) }).await;
        assert!(
            matches!(&error, Err(SendError::Refused(refusal)) if refusal.reason == RefusalReason::UnknownRecipient),
            "{nobody}: {error:?}"
        );
    }
    assert_eq!(wire.calls().await.len(), 1, "nobody is asked about nobody");
}

#[tokio::test]
async fn a_link_is_previewed() {
    assert_eq!(
        written(text("see https://shop.example")).await["text"],
        json!({ "body": "see https://shop.example", "preview_url": true })
    );
}

#[tokio::test]
async fn a_file_is_uploaded_once_then_sent_by_its_id() {
    let wire = Wire::start().await;
    wire.on("POST", &format!("{NUMBER}/media"), 200, json!({ "id": "990011223344" })).await;
    wire.takes_messages().await;
    let picture = file(MediaKind::Image, "be\"ach/\n.jpg", "image/jpeg");
    let id = picture.attachment_id;
    let receipt = wire.send(media(picture, "Look")).await.unwrap();
    assert_eq!((receipt.media[0].attachment_id, receipt.media[0].reference.0.as_str()), (id, "990011223344"));
    let calls = wire.calls().await;
    let names: Vec<&str> = calls.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["media", "messages"]);
    let form = String::from_utf8(calls[0].1.body.clone()).unwrap();
    for part in [
        "name=\"messaging_product\"",
        "whatsapp",
        "name=\"type\"",
        "image/jpeg",
        "filename=\"beach.jpg\"",
        "bytes of a file",
    ] {
        assert!(form.contains(part), "{part} in {form}");
    }
    assert_eq!(
        wire.message().await,
        json!({ "type": "image", "image": { "id": "990011223344", "caption": "Look" } })
    );
}

#[tokio::test]
async fn each_kind_of_file_has_its_form() {
    for (kind, name, content_type, expected) in [
        (
            MediaKind::Video,
            "f.mp4",
            "video/mp4",
            json!({ "type": "video", "video": { "id": "990011223344" } }),
        ),
        (
            MediaKind::Audio,
            "s.mp3",
            "audio/mpeg",
            json!({ "type": "audio", "audio": { "id": "990011223344" } }),
        ),
        (
            MediaKind::Voice,
            "n.ogg",
            "audio/ogg; codecs=opus",
            json!({ "type": "audio", "audio": { "id": "990011223344", "voice": true } }),
        ),
        (
            MediaKind::File,
            "b.pdf",
            "application/pdf",
            json!({ "type": "document", "document": { "id": "990011223344", "filename": "b.pdf" } }),
        ),
        (
            MediaKind::Sticker,
            "s.webp",
            "image/webp",
            json!({ "type": "sticker", "sticker": { "id": "990011223344" } }),
        ),
    ] {
        assert_eq!(written(media(file(kind, name, content_type), "")).await, expected);
    }
}

#[tokio::test]
async fn a_file_that_whatsapp_has_is_not_uploaded_again_unless_it_died() {
    let wire = Wire::start().await;
    let words = "(#100) Invalid parameter: 1 is not a valid whatsapp business account media attachment ID";
    wire.on("POST", &format!("{NUMBER}/media"), 200, json!({ "id": "2" })).await;
    let known = MediaFile {
        known_as: Some(MediaRef("1".to_owned())),
        ..file(MediaKind::Image, "a.jpg", "image/jpeg")
    };
    wire.on_times(1, "POST", &format!("{NUMBER}/messages"), 200, accepted()).await;
    let receipt = wire.send(media(known.clone(), "")).await.unwrap();
    assert!(receipt.media.is_empty());

    wire.on_times(1, "POST", &format!("{NUMBER}/messages"), 400, error(100, words)).await;
    wire.takes_messages().await;
    let receipt = wire.send(media(known, "")).await.unwrap();
    assert_eq!(receipt.media[0].reference.0, "2");
    let names: Vec<String> = wire.calls().await.into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["messages", "messages", "media", "messages"]);
    let ids: Vec<Value> =
        wire.messages().await.iter().map(|message| message["image"]["id"].clone()).collect();
    assert_eq!(ids, ["1", "1", "2"]);
}

#[tokio::test]
async fn buttons_have_four_forms() {
    let buttons = Some(Buttons {
        header: Some("Termin".to_owned()),
        footer: Some("Antwort genügt".to_owned()),
        rows: vec![vec![reply("yes-7", "Ja")], vec![reply("no-7", "Nein")]],
    });
    let act = Act::Text { text: RichText::plain("Passt Dienstag?"), buttons };
    assert_eq!(
        written(act).await,
        json!({ "type": "interactive", "interactive": {
            "type": "button",
            "header": { "type": "text", "text": "Termin" },
            "body": { "text": "Passt Dienstag?" }, "footer": { "text": "Antwort genügt" },
            "action": { "buttons": [{ "type": "reply", "reply": { "id": "yes-7", "title": "Ja" } },
                                    { "type": "reply", "reply": { "id": "no-7", "title": "Nein" } }] } } })
    );
    for (action, kind, expected) in [
        (
            ButtonAction::Open("https://shop.example/".to_owned()),
            "cta_url",
            json!({ "name": "cta_url", "parameters": { "display_text": "Go", "url": "https://shop.example/" } }),
        ),
        (ButtonAction::AskLocation, "location_request_message", json!({ "name": "send_location" })),
        (ButtonAction::AskPhone, "contact_request", json!({ "name": "request_contact_info" })),
    ] {
        let sent = written(Act::Text { text: RichText::plain("Please"), buttons: one(action) }).await;
        let expected = json!({ "type": kind, "body": { "text": "Please" }, "action": expected });
        assert_eq!(sent["interactive"], expected);
    }
}

#[tokio::test]
async fn buttons_can_stand_under_a_picture() {
    let part =
        MediaPart { file: file(MediaKind::Image, "a.jpg", "image/jpeg"), caption: RichText::plain("This?") };
    let sent = written(Act::Media { part, buttons: one(ButtonAction::Reply("y".to_owned())) }).await;
    assert_eq!(sent["interactive"]["header"], json!({ "type": "image", "image": { "id": "990011223344" } }));
    assert_eq!(sent["interactive"]["body"]["text"], "This?");
}

#[tokio::test]
async fn a_list_has_sections_and_rows() {
    let row = |id: &str, description: Option<&str>| ListRow {
        id: id.to_owned(),
        title: format!("Row {id}"),
        description: description.map(str::to_owned),
    };
    let list = List {
        button: "Choose".to_owned(),
        sections: vec![ListSection {
            title: "Sizes".to_owned(),
            rows: vec![row("s", None), row("m", Some("the usual"))],
        }],
        ..List::default()
    };
    let sent = written(Act::List { text: RichText::plain("Which?"), list }).await;
    assert_eq!(
        sent["interactive"],
        json!({ "type": "list", "body": { "text": "Which?" }, "action": { "button": "Choose", "sections": [
            { "title": "Sizes", "rows": [{ "id": "s", "title": "Row s" },
                                         { "id": "m", "title": "Row m", "description": "the usual" }] }] } })
    );
}

#[tokio::test]
async fn places_and_people_are_sent_whole() {
    let place = Location {
        latitude: 52.09,
        longitude: 5.12,
        name: Some("Shop".to_owned()),
        address: Some("Oudegracht 1".to_owned()),
        ..Location::default()
    };
    let sent = written(Act::Location(place)).await;
    let expected = json!({ "latitude": 52.09, "longitude": 5.12, "name": "Shop", "address": "Oudegracht 1" });
    assert_eq!(sent["location"], expected);

    let value = |value: &str, label: Option<&str>| LabelledValue {
        value: value.to_owned(),
        label: label.map(str::to_owned),
        platform_id: label.map(|_| "31201234567".to_owned()),
    };
    let card = ContactCard {
        name: "Fietsenmaker".to_owned(),
        organisation: Some("Fiets BV".to_owned()),
        phones: vec![value("+31201234567", Some("WORK"))],
        emails: vec![value("a@fiets.example", None)],
        birthday: Some("yesterday".to_owned()),
        ..ContactCard::default()
    };
    let sent = written(Act::Contacts(vec![card])).await;
    assert_eq!(
        sent["contacts"],
        json!([{ "name": { "formatted_name": "Fietsenmaker", "first_name": "Fietsenmaker" },
                 "phones": [{ "phone": "+31201234567", "type": "WORK", "wa_id": "31201234567" }],
                 "emails": [{ "email": "a@fiets.example" }], "org": { "company": "Fiets BV" } }])
    );
}

#[tokio::test]
async fn a_reaction_is_set_and_removed_and_makes_no_message() {
    for (reaction, emoji) in [(Some(Reaction::Emoji("👍".to_owned())), "👍"), (None, "")] {
        let wire = Wire::start().await;
        wire.takes_messages().await;
        let act = Act::React { platform_message_id: "wamid.INV01".to_owned(), reaction };
        let quote = Some("wamid.INV00".to_owned());
        let receipt = wire.send_as(Transmission { quote, ..transmission(act) }).await.unwrap();
        assert!(receipt.platform_message_ids.is_empty());
        let expected =
            json!({ "type": "reaction", "reaction": { "message_id": "wamid.INV01", "emoji": emoji } });
        assert_eq!(wire.message().await, expected, "and it is no answer");
    }
}

#[tokio::test]
async fn reading_and_typing_are_told_under_the_persons_message() {
    let wire = Wire::start().await;
    wire.on("POST", &format!("{NUMBER}/messages"), 200, json!({ "success": true })).await;
    let id = "wamid.INV01".to_owned();
    wire.send(Act::MarkRead { platform_message_id: id.clone() }).await.unwrap();
    wire.send(Act::Typing { kind: TypingKind::Voice, after: Some(id) }).await.unwrap();
    let read = json!({ "messaging_product": "whatsapp", "status": "read", "message_id": "wamid.INV01" });
    let mut typing = read.clone();
    typing["typing_indicator"] = json!({ "type": "text" });
    assert_eq!(wire.messages().await, [read, typing]);

    let error = wire.send(Act::Typing { kind: TypingKind::Text, after: None }).await;
    assert!(
        matches!(&error, Err(SendError::Refused(refusal)) if refusal.reason == RefusalReason::NothingToDo),
        "{error:?}"
    );
}

#[tokio::test]
async fn what_a_business_cannot_do_is_refused_before_anybody_is_asked() {
    let wire = Wire::start().await;
    for act in [
        Act::Delete { platform_message_ids: vec!["wamid.OUT01".to_owned()] },
        Act::Edit {
            platform_message_id: "wamid.OUT01".to_owned(),
            text: RichText::plain("x"),
            caption: false,
            buttons: None,
        },
        Act::AnswerPress { press_id: "1".to_owned(), text: None },
        Act::Album { parts: Vec::new() },
        Act::Leave,
        Act::React {
            platform_message_id: "w".to_owned(),
            reaction: Some(Reaction::Named("love".to_owned())),
        },
    ] {
        let error = wire.send(act.clone()).await;
        assert!(
            matches!(&error, Err(SendError::Refused(refusal)) if refusal.reason == RefusalReason::KindNotTaken),
            "{act:?}: {error:?}"
        );
    }
    assert!(wire.calls().await.is_empty());
}
