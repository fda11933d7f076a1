use channel_core::{Button, ContactCard, LabelledValue, Location};
use proptest::prelude::*;
use shared::{AttachmentId, TextUnit};

use super::*;

fn file(kind: MediaKind, content_type: &str) -> MediaFile {
    MediaFile {
        attachment_id: AttachmentId::new(),
        kind,
        name: "file".to_owned(),
        content_type: content_type.to_owned(),
        size_bytes: 1000,
        width: None,
        height: None,
        duration_ms: None,
        known_as: None,
    }
}

fn picture() -> MediaFile {
    file(MediaKind::Image, "image/jpeg")
}

fn document() -> MediaFile {
    file(MediaKind::File, "application/pdf")
}

fn with(text: &str, files: Vec<MediaFile>) -> OutboundMessage {
    OutboundMessage { text: RichText::plain(text), files, ..OutboundMessage::default() }
}

/// What is sent, in a word each.
fn outline(acts: &[Act]) -> Vec<String> {
    let word = |act: &Act| match act {
        Act::Text { text, buttons } => {
            format!("text {}{}", text.plain.len(), if buttons.is_some() { " buttons" } else { "" })
        }
        Act::Media { part, buttons } => {
            let buttons = if buttons.is_some() { " buttons" } else { "" };
            format!("{} {}{buttons}", part.file.kind, part.caption.plain.len())
        }
        Act::Album { parts } => format!("album of {} {}", parts.len(), parts[0].caption.plain.len()),
        Act::Location(_) => "location".to_owned(),
        Act::Contacts(_) => "contact".to_owned(),
        other => format!("{other:?}"),
    };
    acts.iter().map(word).collect()
}

fn planned(message: &OutboundMessage) -> Vec<String> {
    outline(&plan(message).unwrap())
}

fn refused(message: &OutboundMessage) -> RefusalReason {
    plan(message).unwrap_err().reason
}

fn buttons() -> Buttons {
    let action = ButtonAction::Reply("yes-7".to_owned());
    Buttons { rows: vec![vec![Button { title: "Yes".to_owned(), action }]], ..Buttons::default() }
}

#[test]
fn a_short_text_is_the_caption_of_the_first_file() {
    assert_eq!(planned(&with("Hello", vec![picture()])), ["image 5"]);
    assert_eq!(planned(&with("Hello", vec![picture(), picture()])), ["album of 2 5"]);
}

#[test]
fn a_text_too_long_for_a_caption_goes_by_itself() {
    assert_eq!(planned(&with(&"a".repeat(1001), vec![picture()])), ["image 0", "text 1001"]);
}

#[test]
fn a_long_text_goes_in_pieces() {
    assert_eq!(planned(&with(&"a".repeat(9000), vec![])), ["text 4000", "text 4000", "text 1000"]);
}

#[test]
fn files_that_cannot_stand_together_do_not() {
    let video = file(MediaKind::Video, "video/mp4");
    let voice = file(MediaKind::Voice, "audio/ogg");
    let files = vec![picture(), video, document(), document(), voice.clone(), voice];
    assert_eq!(planned(&with("", files)), ["album of 2 0", "album of 2 0", "voice 0", "voice 0"]);
    assert_eq!(planned(&with("", vec![picture(); 11])), ["album of 10 0", "image 0"]);
}

#[test]
fn what_telegram_does_not_take_as_such_goes_as_a_document() {
    let recorded = file(MediaKind::Voice, "audio/webm; codecs=opus");
    let big = MediaFile { size_bytes: 11 * 1024 * 1024, ..picture() };
    let wide = MediaFile { width: Some(2100), height: Some(100), ..picture() };
    let tall = MediaFile { width: Some(2000), height: Some(8001), ..picture() };
    for odd in [recorded, big, wide, tall] {
        assert_eq!(planned(&with("", vec![odd])), ["file 0"]);
    }
    let fine = MediaFile { width: Some(2000), height: Some(8000), ..picture() };
    assert_eq!(planned(&with("", vec![fine])), ["image 0"]);
}

#[test]
fn what_cannot_go_at_all_is_refused_in_words() {
    assert_eq!(refused(&with(" \n", vec![])), RefusalReason::Empty);
    let huge = MediaFile { size_bytes: 51 * 1024 * 1024, ..document() };
    assert_eq!(refused(&with("", vec![huge])), RefusalReason::TooLarge);
    let nothing = MediaFile { size_bytes: 0, ..document() };
    assert_eq!(refused(&with("", vec![nothing])), RefusalReason::Empty);
}

#[test]
fn buttons_hang_under_the_last_text_or_file() {
    let with_buttons = |text: &str, files| OutboundMessage { buttons: Some(buttons()), ..with(text, files) };
    assert_eq!(planned(&with_buttons("Hello", vec![])), ["text 5 buttons"]);
    assert_eq!(planned(&with_buttons("Hello", vec![picture()])), ["image 5 buttons"]);
    assert_eq!(
        planned(&with_buttons("Hello", vec![picture(), picture()])),
        ["album of 2 0", "text 5 buttons"]
    );
    assert_eq!(refused(&with_buttons("", vec![picture(), picture()])), RefusalReason::Empty);
}

#[test]
fn buttons_that_telegram_would_refuse_are_refused_first() {
    let one = |action| {
        let rows = vec![vec![Button { title: "Go".to_owned(), action }]];
        OutboundMessage { buttons: Some(Buttons { rows, ..Buttons::default() }), ..with("x", vec![]) }
    };
    assert_eq!(refused(&one(ButtonAction::Reply("x".repeat(65)))), RefusalReason::Malformed);
    assert_eq!(refused(&one(ButtonAction::Open("javascript:1".to_owned()))), RefusalReason::Malformed);
    assert!(plan(&one(ButtonAction::Open("https://shop.example".to_owned()))).is_ok());
    assert!(plan(&one(ButtonAction::AskPhone)).is_ok());
}

#[test]
fn places_and_cards_follow_the_text() {
    let phone = LabelledValue { value: "+31201234567".to_owned(), label: None, platform_id: None };
    let card = ContactCard { name: "Shop".to_owned(), phones: vec![phone], ..ContactCard::default() };
    let message = OutboundMessage {
        location: Some(Location::default()),
        contacts: vec![card.clone(), card],
        ..with("Here", vec![])
    };
    assert_eq!(planned(&message), ["text 4", "location", "contact", "contact"]);
    let without = OutboundMessage { contacts: vec![ContactCard::default()], ..OutboundMessage::default() };
    assert_eq!(refused(&without), RefusalReason::KindNotTaken);
}

proptest! {
    #[test]
    fn every_transmission_is_within_the_limits(
        text in "[a-z😀\n ]{0,6000}",
        kinds in prop::collection::vec(prop::sample::select(MediaKind::ALL.to_vec()), 0..14),
    ) {
        let files: Vec<MediaFile> = kinds.iter().map(|kind| file(*kind, "video/mp4")).collect();
        let Ok(acts) = plan(&with(&text, files)) else { return Ok(()) };
        let mut sent = 0;
        for act in &acts {
            let parts: &[MediaPart] = match act {
                Act::Text { text, .. } => {
                    prop_assert!((1..=4000).contains(&TextUnit::Utf16.length(&text.plain)));
                    &[]
                }
                Act::Media { part, .. } => std::slice::from_ref(part),
                Act::Album { parts } => {
                    prop_assert!((2..=10).contains(&parts.len()));
                    parts
                }
                other => panic!("{other:?}"),
            };
            sent += parts.len();
            prop_assert!(parts.iter().all(|part| TextUnit::Utf16.length(&part.caption.plain) <= 1000));
        }
        prop_assert_eq!(sent, kinds.len());
    }
}
