//! From the phone to the adapter.

use std::collections::HashSet;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use channel_core::{
    AttachmentSource, Card, EchoSource, InboundEvent, InboundMessage, QuoteTarget, Reaction, RemoteMedia,
};
use futures::StreamExt;
use serde_json::{Value, json};
use shared::MediaKind;

use crate::scripts::scripts;
use crate::stage::{Stage, text};

/// Texts are what the person wrote, to the last joiner.
pub async fn texts_in_every_script_arrive_unchanged(stage: &Stage) {
    stage.phone("start", json!({})).await;
    for script in scripts() {
        stage.phone("send", json!({ "text": script.text })).await;
    }
    for script in scripts() {
        message(stage, script.name, |message| script.is_told_by(&message.text)).await;
    }
}

/// Each kind comes as what it is, with its size, and its bytes can be had.
pub async fn every_kind_of_file_arrives_and_can_be_fetched(stage: &Stage) {
    stage.phone("start", json!({})).await;
    let recorded = STANDARD.encode(b"OggS not really, but nobody listens");
    let brought =
        |mime: &str, name: &str| json!({ "base64": recorded, "type": mime, "name": name, "duration_s": 3 });
    let kinds = [
        (MediaKind::Image, "photo", json!({ "sample": "photo" })),
        (MediaKind::File, "document", json!({ "sample": "document" })),
        (MediaKind::Sticker, "sticker", json!({ "sample": "sticker" })),
        (MediaKind::Animation, "animation", json!({ "sample": "animation" })),
        (MediaKind::Voice, "voice", brought("audio/ogg", "note.ogg")),
        (MediaKind::Audio, "audio", brought("audio/mpeg", "song.mp3")),
        (MediaKind::Video, "video", brought("video/mp4", "film.mp4")),
        (MediaKind::VideoNote, "video_note", brought("video/mp4", "round.mp4")),
    ];
    for (kind, name, file) in kinds {
        if stage.can().media(kind).is_none() {
            continue;
        }
        stage.phone("send", json!({ "kind": name, "file": file })).await;
        let media = media(stage, kind).await;
        let Some(reference) = &media.reference else { panic!("{name} cannot be fetched: {media:?}") };
        let fetched = stage.adapter.fetch_media(&stage.connection.account, reference, 1 << 20).await;
        let mut download = match fetched {
            Ok(download) => download,
            Err(error) => panic!("{name}: {error:?}"),
        };
        let mut size = 0;
        while let Some(piece) = download.pieces.next().await {
            size += piece.map_or_else(|error| panic!("{name}: {error:?}"), |piece| piece.len() as u64);
        }
        assert!(size > 0, "{name} is empty");
        if let Some(announced) = media.size_bytes {
            assert_eq!(size, announced, "{name}");
        }
    }
}

/// A pin and a card.
pub async fn places_and_contact_cards_arrive(stage: &Stage) {
    stage.phone("start", json!({})).await;
    stage.phone("send", json!({ "kind": "location", "latitude": 52.09, "longitude": 5.12 })).await;
    stage.phone("send", json!({ "kind": "contact", "name": "Fietsenmaker", "number": "31201234567" })).await;
    message(stage, "the place", |message| {
        matches!(&message.card, Some(Card::Location(place)) if (place.latitude - 52.09).abs() < 1e-6)
    })
    .await;
    message(stage, "the card", |message| match &message.card {
        Some(Card::Contacts(cards)) => {
            cards.iter().any(|card| card.phones.iter().any(|phone| phone.value.contains("31201234567")))
        }
        _ => false,
    })
    .await;
}

/// Parts come apart and carry one key.
pub async fn parts_of_an_album_know_each_other(stage: &Stage) {
    if stage.can().album_max < 2 {
        return;
    }
    stage.phone("start", json!({})).await;
    let files = json!([{ "sample": "photo" }, { "sample": "photo2" }, { "sample": "photo3" }]);
    stage.phone("send", json!({ "kind": "album", "files": files, "text": "all three" })).await;
    stage.settled().await;
    let parts: Vec<_> =
        messages(stage).into_iter().filter(|message| !message.attachments.is_empty()).collect();
    let files: usize = parts.iter().map(|part| part.attachments.len()).sum();
    let albums: HashSet<_> = parts.iter().map(|part| part.album.clone()).collect();
    assert_eq!((files, albums.len()), (3, 1), "{parts:#?}");
    assert!(parts.len() == 1 || albums.iter().all(Option::is_some), "parts without a key");
}

/// The provider delivers at least once.
pub async fn a_repeat_is_known_for_one(stage: &Stage) {
    stage.phone("start", json!({})).await;
    stage.settled().await;
    stage.fault(1, json!({ "type": "repeat", "times": 2 })).await;
    stage.phone("send", json!({ "text": "once" })).await;
    stage.settled().await;
    let bodies: Vec<_> = stage.deliveries();
    let copies: Vec<_> =
        bodies.iter().filter(|body| body.windows(6).any(|part| part == b"\"once\"")).collect();
    assert!(copies.len() >= 3, "the simulator repeats");
    let ids: HashSet<_> = messages(stage)
        .into_iter()
        .filter(|message| message.text.plain == "once")
        .map(|message| message.platform_message_id)
        .collect();
    assert_eq!(ids.len(), 1, "one message has several ids");
    let keys: HashSet<_> =
        copies.iter().flat_map(|body| stage.adapter.route(body)).map(|route| route.repeat_key).collect();
    assert_eq!(keys.len(), 1, "a repeat has another key: {keys:?}");
}

/// Later events may overtake earlier ones.
pub async fn deliveries_out_of_order_all_arrive(stage: &Stage) {
    stage.phone("start", json!({})).await;
    stage.fault(2, json!({ "type": "reorder", "hold_ms": 400 })).await;
    for text in ["one", "two", "three", "four"] {
        stage.phone("send", json!({ "text": text })).await;
    }
    stage.settled().await;
    let mut found: Vec<_> = messages(stage)
        .into_iter()
        .filter(|message| ["one", "two", "three", "four"].contains(&message.text.plain.as_str()))
        .collect();
    assert_eq!(found.len(), 4, "{found:#?}");
    assert!(
        found.iter().all(|message| message.sent_at.is_some()),
        "without times nothing can be put in order"
    );
    found.dedup_by_key(|message| message.platform_message_id.clone());
    assert_eq!(found.len(), 4);
}

/// Nobody can write in the provider's name.
pub async fn a_delivery_with_a_wrong_proof_is_turned_away(stage: &Stage) {
    stage.phone("start", json!({})).await;
    stage.settled().await;
    stage.fault(1, json!({ "type": "bad_signature" })).await;
    stage.phone("send", json!({ "text": "proven at last" })).await;
    stage.settled().await;
    assert_eq!(stage.unproven(), 1);
    let times = messages(stage).iter().filter(|message| message.text.plain == "proven at last").count();
    assert_eq!(times, 1);
}

/// The same message with other words.
pub async fn an_edit_arrives_under_the_same_id(stage: &Stage) {
    if !stage.can().inbound.edit {
        return;
    }
    stage.phone("start", json!({})).await;
    let own = stage.phone("send", json!({ "text": "Tuesday" })).await;
    let before = message(stage, "the message", |message| message.text.plain == "Tuesday").await;
    stage.phone("edit", json!({ "message": own.first(), "text": "Wednesday" })).await;
    let after = stage
        .event("the edit", |event| match event {
            InboundEvent::Edited(edit) => Some(edit.clone()),
            _ => None,
        })
        .await;
    assert_eq!(after.message.platform_message_id, before.platform_message_id);
    assert_eq!(after.message.text.plain, "Wednesday");
}

/// A message that is no more.
pub async fn a_message_taken_back_is_named(stage: &Stage) {
    if !stage.can().inbound.unsend {
        return;
    }
    let account = native_app(stage).await;
    let own = stage.control.act(&account, "send", json!({ "text": "Forget it" })).await;
    let before = message(stage, "the message", |message| message.text.plain == "Forget it").await;
    stage.control.act(&account, "delete", json!({ "messages": own })).await;
    let ids = stage
        .event("the unsend", |event| match event {
            InboundEvent::Unsent(unsend) => Some(unsend.platform_message_ids.clone()),
            _ => None,
        })
        .await;
    assert_eq!(ids, [before.platform_message_id]);
}

/// The whole set each time.
pub async fn reactions_are_added_replaced_and_removed(stage: &Stage) {
    if !stage.can().inbound.reactions {
        return;
    }
    let thread = stage.thread().await;
    let sent = match stage.act(&thread, text("Like it?")).await {
        Ok(receipt) => receipt.platform_message_ids,
        Err(error) => panic!("{error:?}"),
    };
    let Some(id) = sent.first() else { panic!("the message has no id") };
    for emoji in [&["👍"][..], &["🔥"], &[]] {
        stage.phone("react", json!({ "message": stage.provider.phone_id(id), "emoji": emoji })).await;
        let wanted: Vec<_> = emoji.iter().map(|emoji| Reaction::Emoji((*emoji).to_owned())).collect();
        stage
            .event("the reaction", |event| match event {
                InboundEvent::Reacted(change) if change.now == wanted => {
                    assert_eq!(change.platform_message_id, *id);
                    Some(())
                }
                _ => None,
            })
            .await;
    }
}

/// A message answers another one.
pub async fn a_quote_names_its_message(stage: &Stage) {
    if !stage.can().quotes {
        return;
    }
    let thread = stage.thread().await;
    let sent = match stage.act(&thread, text("Which size?")).await {
        Ok(receipt) => receipt.platform_message_ids,
        Err(error) => panic!("{error:?}"),
    };
    let Some(id) = sent.first() else { panic!("the message has no id") };
    stage.phone("send", json!({ "text": "Medium", "reply_to": stage.provider.phone_id(id) })).await;
    let answer = message(stage, "the answer", |message| message.text.plain == "Medium").await;
    assert_eq!(answer.quote.map(|quote| quote.target), Some(QuoteTarget::Message(id.clone())));
}

/// Whom messages do not reach.
pub async fn blocking_and_unblocking_are_told(stage: &Stage) {
    if !stage.can().blocks_reported {
        return;
    }
    stage.thread().await;
    for (act, reachable) in [("block", false), ("unblock", true)] {
        stage.phone(act, json!({})).await;
        stage
            .event(act, |event| match event {
                InboundEvent::Reachability(change) if change.reachable == reachable => Some(()),
                _ => None,
            })
            .await;
    }
}

/// Sent outside.
pub async fn what_the_business_writes_by_hand_is_an_echo(stage: &Stage) {
    if !stage.can().echoes {
        return;
    }
    let account = native_app(stage).await;
    stage.control.act(&account, "send", json!({ "text": "Open?" })).await;
    stage.control.act(&account, "send", json!({ "text": "Until six", "by_business": true })).await;
    let asked = message(stage, "the question", |message| message.text.plain == "Open?").await;
    let echo = stage
        .event("the echo", |event| match event {
            InboundEvent::Echo(echo) => Some(echo.clone()),
            _ => None,
        })
        .await;
    assert_eq!(echo.message.text.plain, "Until six");
    assert_eq!(echo.source, EchoSource::NativeApp);
    assert_eq!(echo.message.sender.platform_id, asked.sender.platform_id, "both are of one thread");
}

/// Never an error, never silence.
pub async fn a_kind_that_nobody_knows_is_shown_by_name(stage: &Stage) {
    stage.phone("start", json!({})).await;
    let raw = json!({ "type": "hologram", "hologram": { "depth": 3 } });
    stage.phone("send", json!({ "kind": "raw", "raw": raw })).await;
    let shown =
        message(stage, "the placeholder", |message| matches!(message.card, Some(Card::Unsupported { .. })))
            .await;
    assert!(
        matches!(&shown.card, Some(Card::Unsupported { what, .. }) if what == "hologram" || what == "type"),
        "{:?}",
        shown.card
    );
}

/// An account in which the owner also writes by hand, by the simulator's name.
async fn native_app(stage: &Stage) -> String {
    let Some((path, body)) = stage.provider.native_app(&stage.connection) else {
        return stage.account_name().to_owned();
    };
    let made = stage.control.post(path, body).await;
    match made.get("account").and_then(Value::as_str) {
        Some(account) => account.to_owned(),
        None => panic!("the simulator made no account: {made}"),
    }
}

fn messages(stage: &Stage) -> Vec<InboundMessage> {
    let message = |inbound: channel_core::Inbound| match inbound.event {
        InboundEvent::Message(message) => Some(*message),
        _ => None,
    };
    stage.inbound().into_iter().filter_map(message).collect()
}

async fn message(stage: &Stage, what: &str, is: impl Fn(&InboundMessage) -> bool) -> InboundMessage {
    stage
        .event(what, |event| match event {
            InboundEvent::Message(message) if is(message) => Some((**message).clone()),
            _ => None,
        })
        .await
}

async fn media(stage: &Stage, kind: MediaKind) -> RemoteMedia {
    stage
        .event(kind.as_str(), |event| {
            let InboundEvent::Message(message) = event else { return None };
            message.attachments.iter().find_map(|source| match source {
                AttachmentSource::Remote(media) if media.kind == kind => Some((**media).clone()),
                _ => None,
            })
        })
        .await
}
