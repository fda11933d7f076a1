//! From the adapter to the phone.

use bytes::Bytes;
use channel_core::{
    Act, Button, ButtonAction, Buttons, Card, ContactCard, DeliveryStatus, InboundEvent, LabelledValue,
    Location, MediaFile, OutboundMessage, Reaction, RefusalReason, StatusTarget, TypingKind,
};
use serde_json::{Value, json};
use shared::{Allowed, AttachmentId, MediaKind, Reactions, RichText};

use crate::scripts::scripts;
use crate::stage::{Files, Stage, message, text};

/// What the agent wrote, once.
pub async fn texts_in_every_script_reach_the_phone_once(stage: &Stage) {
    let thread = stage.thread().await;
    for script in scripts() {
        stage.say(&thread, &message(&script.text), &Files::default()).await;
    }
    let shown = stage.shown().await;
    let texts: Vec<&str> = shown.iter().filter_map(words).collect();
    let expected: Vec<String> = scripts().into_iter().map(|script| script.text).collect();
    assert_eq!(texts, expected);
}

/// Cut where the platform wants it, never lost.
pub async fn a_long_text_arrives_whole_and_in_order(stage: &Stage) {
    let thread = stage.thread().await;
    let long: Vec<String> = (0..1_500).map(|number| format!("word{number}")).collect();
    let long = long.join(" ");
    if !stage.can().splits_text {
        assert!(stage.adapter.plan(&message(&long)).is_err() || stage.can().text_chars_max >= long.len());
        return;
    }
    let ids = stage.say(&thread, &message(&long), &Files::default()).await;
    assert!(ids.len() > 1);
    let shown = stage.shown().await;
    let texts: Vec<&str> = shown.iter().filter_map(words).collect();
    assert_eq!(texts.join(" "), long);
}

/// A picture is a picture, a voice note a voice note.
pub async fn files_reach_the_phone_as_what_they_are(stage: &Stage) {
    let thread = stage.thread().await;
    for (kind, name, content_type, sample, shown_as) in [
        (MediaKind::Image, "beach.jpg", "image/jpeg", "photo", "photo"),
        (MediaKind::File, "receipt.pdf", "application/pdf", "document", "document"),
        (MediaKind::Sticker, "sticker.webp", "image/webp", "sticker", "sticker"),
        (MediaKind::Voice, "note.ogg", "audio/ogg", "text", "voice"),
        (MediaKind::Audio, "song.mp3", "audio/mpeg", "text", "audio"),
        (MediaKind::Video, "film.mp4", "video/mp4", "text", "video"),
    ] {
        if stage.can().media(kind).is_none() {
            continue;
        }
        let bytes = sample_bytes(stage, sample).await;
        let outbound = OutboundMessage { files: vec![file(kind, name, content_type, &bytes)], ..message("") };
        let ids = stage.say(&thread, &outbound, &Files(bytes.clone())).await;
        assert_eq!(ids.len(), 1, "{name}");
        let shown = stage.shown().await.pop().unwrap_or_default();
        let body = shown.get("body").cloned().unwrap_or_default();
        assert_eq!(body.get("media"), Some(&json!(shown_as)), "{name}: {shown}");
        if kind != MediaKind::Image {
            // Pictures are made anew by some platforms.
            assert_eq!(body.get("size"), Some(&json!(bytes.len())), "{name}: {shown}");
        }
    }
}

/// Several pictures with one caption.
pub async fn an_album_reaches_the_phone_together(stage: &Stage) {
    if stage.can().media(MediaKind::Image).is_none() {
        return;
    }
    let thread = stage.thread().await;
    let bytes = sample_bytes(stage, "photo").await;
    let picture = || file(MediaKind::Image, "beach.jpg", "image/jpeg", &bytes);
    let outbound = OutboundMessage { files: vec![picture(), picture(), picture()], ..message("Three times") };
    let ids = stage.say(&thread, &outbound, &Files(bytes.clone())).await;
    let shown = stage.shown().await;
    let pictures = shown.iter().filter(|shown| shown.pointer("/body/media") == Some(&json!("photo"))).count();
    assert_eq!(pictures, 3, "{shown:#?}");
    assert!(ids.len() >= 3);
    assert_eq!(
        shown.iter().filter(|shown| words(shown) == Some("Three times")).count(),
        1,
        "the words come once"
    );
}

/// Under the person's words.
pub async fn an_answer_quotes(stage: &Stage) {
    if !stage.can().quotes {
        return;
    }
    let thread = stage.thread().await;
    let asked = stage.phone("send", json!({ "text": "How much?" })).await;
    let id = stage
        .event("the question", |event| match event {
            InboundEvent::Message(message) if message.text.plain == "How much?" => {
                Some(message.platform_message_id.clone())
            }
            _ => None,
        })
        .await;
    sent(stage.act_on(&thread, Some(id), text("12 euro"), &Files::default()).await);
    let shown = stage.shown().await.pop().unwrap_or_default();
    assert_eq!(shown.get("reply_to").and_then(Value::as_str), asked.first().map(String::as_str), "{shown}");

    // A message that is gone cannot be quoted; the answer must not be lost with it.
    let gone = id_beside(&thread, stage).await;
    sent(stage.act_on(&thread, Some(gone), text("still there"), &Files::default()).await);
}

/// Other words, then none.
pub async fn what_was_sent_can_be_changed_and_taken_back(stage: &Stage) {
    let thread = stage.thread().await;
    let ids = sent(stage.act(&thread, text("Tuesday")).await);
    let Some(id) = ids.first().cloned() else { panic!("the message has no id") };
    if stage.can().edit != Allowed::Never {
        let text = RichText::plain("Wednesday");
        let edit = Act::Edit { platform_message_id: id.clone(), text, caption: false, buttons: None };
        sent(stage.act(&thread, edit.clone()).await);
        assert_eq!(stage.shown().await.last().and_then(words), Some("Wednesday"));
        sent(stage.act(&thread, edit).await); // to what it already is
    }
    if stage.can().delete != Allowed::Never {
        sent(stage.act(&thread, Act::Delete { platform_message_ids: vec![id] }).await);
        let gone = stage.shown().await.iter().all(|shown| shown.get("deleted") == Some(&json!(true)));
        assert!(gone);
    }
}

/// Ours, on the person's message.
pub async fn a_reaction_is_shown_and_removed(stage: &Stage) {
    if stage.can().reactions == Reactions::None {
        return;
    }
    let thread = stage.thread().await;
    let own = stage.phone("send", json!({ "text": "It fits!" })).await;
    let id = stage
        .event("the message", |event| match event {
            InboundEvent::Message(message) if message.text.plain == "It fits!" => {
                Some(message.platform_message_id.clone())
            }
            _ => None,
        })
        .await;
    for reaction in [Some(Reaction::Emoji("❤️".to_owned())), None] {
        sent(
            stage
                .act(&thread, Act::React { platform_message_id: id.clone(), reaction: reaction.clone() })
                .await,
        );
        let chat = stage
            .control
            .get(&format!("phones/{}/chats/{}", crate::phone::PHONE, stage.account_name()))
            .await;
        let messages = chat.get("messages").and_then(Value::as_array).cloned().unwrap_or_default();
        let bubble = messages
            .into_iter()
            .find(|bubble| bubble.get("id").and_then(Value::as_str) == own.first().map(String::as_str));
        let shown = bubble
            .and_then(|bubble| bubble.pointer("/reactions/business").and_then(Value::as_array).map(Vec::len));
        assert_eq!(shown, Some(usize::from(reaction.is_some())));
    }
}

/// A question with two answers.
pub async fn buttons_are_shown_and_come_back(stage: &Stage) {
    if stage.can().buttons.is_none() {
        return;
    }
    let thread = stage.thread().await;
    let button = |id: &str, title: &str| Button {
        title: title.to_owned(),
        action: ButtonAction::Reply(id.to_owned()),
    };
    let rows = vec![vec![button("yes-7", "Ja"), button("no-7", "Nee")]];
    let outbound =
        OutboundMessage { buttons: Some(Buttons { rows, ..Buttons::default() }), ..message("Past dinsdag?") };
    let ids = stage.say(&thread, &outbound, &Files::default()).await;
    let Some(id) = ids.last() else { panic!("the message has no id") };
    stage.phone("tap", json!({ "message": stage.provider.phone_id(id), "button": "yes-7" })).await;
    let press = stage
        .event("the press", |event| match event {
            InboundEvent::Pressed(press) => {
                assert_eq!(
                    (press.payload.as_deref(), press.platform_message_id.as_ref()),
                    (Some("yes-7"), Some(id))
                );
                Some(press.wants_answer.then(|| press.press_id.clone()))
            }
            InboundEvent::Message(message) => match &message.card {
                Some(Card::Reply(reply)) => {
                    assert_eq!((reply.payload.as_deref(), reply.title.as_str()), (Some("yes-7"), "Ja"));
                    Some(None)
                }
                _ => None,
            },
            _ => None,
        })
        .await;
    if let Some(press_id) = press {
        sent(stage.act(&thread, Act::AnswerPress { press_id, text: Some("Noted".to_owned()) }).await);
    }
}

/// A pin and a card.
pub async fn places_and_contact_cards_reach_the_phone(stage: &Stage) {
    let thread = stage.thread().await;
    if stage.can().locations {
        let place = Location { latitude: 52.09, longitude: 5.12, ..Location::default() };
        stage
            .say(&thread, &OutboundMessage { location: Some(place), ..message("") }, &Files::default())
            .await;
        assert_eq!(stage.shown().await.last().and_then(kind), Some("location"));
    }
    if stage.can().contact_cards {
        let phone = LabelledValue { value: "+31201234567".to_owned(), label: None, platform_id: None };
        let card = ContactCard {
            name: "Shop".to_owned(),
            first_name: Some("Shop".to_owned()),
            phones: vec![phone],
            ..ContactCard::default()
        };
        stage.say(&thread, &OutboundMessage { contacts: vec![card], ..message("") }, &Files::default()).await;
        assert_eq!(stage.shown().await.last().and_then(kind), Some("contact"));
    }
}

/// Shown, and nothing more.
pub async fn typing_is_no_message(stage: &Stage) {
    if !stage.can().typing {
        return;
    }
    let thread = stage.thread().await;
    let after = stage
        .event("the message", |event| match event {
            InboundEvent::Message(message) => Some(message.platform_message_id.clone()),
            _ => None,
        })
        .await;
    let receipt = stage.act(&thread, Act::Typing { kind: TypingKind::Text, after: Some(after) }).await;
    assert!(sent(receipt).is_empty());
    assert!(stage.shown().await.is_empty());
}

/// Delivered, then read, each with the id that the send returned.
pub async fn receipts_come_back(stage: &Stage) {
    if !stage.can().delivery_receipts {
        return;
    }
    let thread = stage.thread().await;
    let ids = sent(stage.act(&thread, text("Ready")).await);
    let Some(id) = ids.first() else { panic!("the message has no id") };
    status(stage, id, &DeliveryStatus::Delivered).await;
    if stage.can().read_receipts {
        stage.phone("read", json!({})).await;
        status(stage, id, &DeliveryStatus::Read).await;
    }
}

/// The provider may report on a message before it has said what the message's id is.
pub async fn a_receipt_may_overtake_the_answer_to_its_send(stage: &Stage) {
    if !stage.can().delivery_receipts {
        return;
    }
    let thread = stage.thread().await;
    stage.fault(1, json!({ "type": "early_status" })).await;
    let ids = sent(stage.act(&thread, text("Ready")).await);
    let Some(id) = ids.first() else { panic!("the message has no id") };
    status(stage, id, &DeliveryStatus::Delivered).await;
}

/// Waits for a status of one message.
async fn status(stage: &Stage, id: &str, wanted: &DeliveryStatus) {
    stage
        .event(&format!("{wanted:?}"), |event| match event {
            InboundEvent::Status(report) => {
                let of_it = report.target == StatusTarget::Message(id.to_owned());
                (of_it && report.status == *wanted).then_some(())
            }
            _ => None,
        })
        .await;
}

/// Said to the agent, not to the platform.
pub async fn what_is_too_large_is_refused_before_it_is_sent(stage: &Stage) {
    let huge = MediaFile {
        size_bytes: stage.can().file_bytes_max + 1,
        ..file(MediaKind::File, "all.zip", "application/zip", &Bytes::from_static(b"x"))
    };
    let planned = stage.adapter.plan(&OutboundMessage { files: vec![huge], ..message("") });
    let reason = planned.err().map(|refusal| (refusal.reason, refusal.words.is_empty()));
    assert_eq!(reason, Some((RefusalReason::TooLarge, false)));
    assert_eq!(
        stage.adapter.plan(&message("")).err().map(|refusal| refusal.reason),
        Some(RefusalReason::Empty)
    );
}

fn sent(result: Result<channel_core::SendReceipt, channel_core::SendError>) -> Vec<String> {
    match result {
        Ok(receipt) => receipt.platform_message_ids,
        Err(error) => panic!("not sent: {error:?}"),
    }
}

/// The id of a message of this thread that is not there any more.
async fn id_beside(thread: &str, stage: &Stage) -> String {
    let ids = sent(stage.act(thread, text("soon gone")).await);
    let Some(id) = ids.into_iter().next() else { panic!("the message has no id") };
    if stage.can().delete != Allowed::Never {
        sent(stage.act(thread, Act::Delete { platform_message_ids: vec![id.clone()] }).await);
    }
    id
}

async fn sample_bytes(stage: &Stage, sample: &str) -> Bytes {
    let made = stage.control.post(&format!("files/sample/{sample}"), json!({})).await;
    stage.control.bytes(made.get("url").and_then(Value::as_str).unwrap_or_default()).await
}

fn file(kind: MediaKind, name: &str, content_type: &str, bytes: &Bytes) -> MediaFile {
    MediaFile {
        attachment_id: AttachmentId::new(),
        kind,
        name: name.to_owned(),
        content_type: content_type.to_owned(),
        size_bytes: bytes.len() as u64,
        width: None,
        height: None,
        duration_ms: None,
        known_as: None,
    }
}

fn words(shown: &Value) -> Option<&str> {
    let body = shown.get("body")?;
    body.get("text").or_else(|| body.get("caption"))?.as_str().filter(|text| !text.is_empty())
}

fn kind(shown: &Value) -> Option<&str> {
    shown.pointer("/body/kind")?.as_str()
}
