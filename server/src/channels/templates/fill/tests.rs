use channel_core::{TemplateCarouselCard, TemplateStatus};
use proptest::prelude::*;
use shared::AttachmentId;

use super::*;

fn template() -> Template {
    Template {
        id: "551122334455".to_owned(),
        name: "pickup".to_owned(),
        language: "en_US".to_owned(),
        status: TemplateStatus::Approved,
        category: "UTILITY".to_owned(),
        quality: None,
        rejected_reason: None,
        named_parameters: false,
        header: Some(TemplateHeader::Text("Order {{1}}".to_owned())),
        body: "Hello {{1}}, {{ 2 }} is ready. Bye {{1}}".to_owned(),
        body_parameters: vec!["1".to_owned(), "2".to_owned()],
        body_examples: Vec::new(),
        footer: Some("Bike shop".to_owned()),
        buttons: vec![
            TemplateButton { title: "Thanks".to_owned(), kind: TemplateButtonKind::QuickReply },
            TemplateButton {
                title: "Map".to_owned(),
                kind: TemplateButtonKind::Url("https://bike.example/{{1}}".to_owned()),
            },
        ],
        cards: Vec::new(),
        unknown_parts: Vec::new(),
    }
}

fn filling() -> Filling {
    Filling {
        template_id: TemplateId::new(),
        part: FilledPart {
            header: Some(FilledHeader::Text("A-7".to_owned())),
            body: vec!["Mia".to_owned(), "your bike".to_owned()],
            buttons: vec![(1, "shop".to_owned())],
        },
        cards: Vec::new(),
    }
}

fn file(kind: MediaKind) -> FilledHeader {
    FilledHeader::File(Box::new(MediaFile {
        attachment_id: AttachmentId::new(),
        kind,
        name: "a.png".to_owned(),
        content_type: "image/png".to_owned(),
        size_bytes: 1,
        width: None,
        height: None,
        duration_ms: None,
        known_as: None,
    }))
}

fn refused(template: &Template, filling: &Filling) -> (String, String) {
    let problem = fill_in(template, filling).unwrap_err();
    (problem.code, problem.message)
}

#[test]
fn a_filled_template_reads_as_the_person_reads_it() {
    let filled = fill_in(&template(), &filling()).unwrap();
    assert_eq!(filled.body, "Hello Mia, your bike is ready. Bye Mia");
    assert_eq!(filled.header.as_deref(), Some("Order A-7"));
    assert_eq!(filled.message.rendered, "Order A-7\n\nHello Mia, your bike is ready. Bye Mia\n\nBike shop");
    assert_eq!(filled.message.body.len(), 2);
    assert!(filled.message.body.iter().all(|blank| blank.name.is_none()));
    assert_eq!((filled.message.buttons[0].index, filled.message.buttons[0].value.as_str()), (1, "shop"));
}

#[test]
fn named_blanks_keep_their_names_and_what_is_filled_in_is_no_blank() {
    let template = Template {
        named_parameters: true,
        body: "{{a}} and {{b}}".to_owned(),
        body_parameters: vec!["a".to_owned(), "b".to_owned()],
        header: None,
        buttons: Vec::new(),
        ..template()
    };
    let part = FilledPart { body: vec!["{{b}}".to_owned(), "x".to_owned()], ..FilledPart::default() };
    let filled = fill_in(&template, &Filling { part, ..filling() }).unwrap();
    assert_eq!(filled.body, "{{b}} and x");
    assert_eq!(filled.message.body[0].name.as_deref(), Some("a"));
}

#[test]
fn a_template_that_cannot_be_sent_says_why() {
    for (status, word) in [
        (TemplateStatus::Pending, "not approved"),
        (TemplateStatus::Rejected, "INVALID_FORMAT"),
        (TemplateStatus::Paused, "paused"),
        (TemplateStatus::Disabled, "for good"),
        (TemplateStatus::Other("PENDING_DELETION".to_owned()), "PENDING_DELETION"),
    ] {
        let rejected_reason = Some("INVALID_FORMAT".to_owned());
        let (code, words) = refused(&Template { status, rejected_reason, ..template() }, &filling());
        assert!(code == "TEMPLATE" && words.contains(word), "{words}");
    }
    let odd = Template { unknown_parts: vec!["LIMITED_TIME_OFFER".to_owned()], ..template() };
    assert!(refused(&odd, &filling()).1.contains("LIMITED_TIME_OFFER"));
}

#[test]
fn what_does_not_fit_is_refused_with_words() {
    let with = |change: fn(&mut FilledPart)| {
        let mut filling = filling();
        change(&mut filling.part);
        filling
    };
    for (filling, word) in [
        (with(|part| part.body.truncate(1)), "2 blanks, and 1"),
        (with(|part| part.body.push("more".to_owned())), "2 blanks, and 3"),
        (with(|part| part.body[0] = "  ".to_owned()), "every blank"),
        (with(|part| part.body[0] = "a\nb".to_owned()), "line breaks"),
        (with(|part| part.body[0] = "a\tb".to_owned()), "tabs"),
        (with(|part| part.body[0] = "a     b".to_owned()), "spaces in a row"),
        (with(|part| part.body[0] = "x".repeat(1025)), "1024"),
        (with(|part| part.header = None), "above the text"),
        (with(|part| part.header = Some(file(MediaKind::Image))), "above the text"),
        (with(|part| part.buttons.clear()), "Map"),
        (with(|part| part.buttons.push((1, "again".to_owned()))), "twice"),
        (with(|part| part.buttons.push((2, "none".to_owned()))), "so many buttons"),
    ] {
        let (code, words) = refused(&template(), &filling);
        assert!(code == "TEMPLATE_PARAMETERS" && words.contains(word), "{words}");
    }
    assert!(fill_in(&template(), &with(|part| part.body[0] = "a    b".to_owned())).is_ok());
}

#[test]
fn a_file_or_a_place_stands_above_where_the_template_has_one() {
    let picture = Template { header: Some(TemplateHeader::Image), ..template() };
    let with = |header| {
        let mut filling = filling();
        filling.part.header = header;
        filling
    };
    assert!(fill_in(&picture, &with(Some(file(MediaKind::Image)))).is_ok());
    assert!(refused(&picture, &with(Some(file(MediaKind::Video)))).1.contains("a picture"));
    assert!(refused(&picture, &with(None)).1.contains("attach one"));
    let document = Template { header: Some(TemplateHeader::Document), ..template() };
    let filled = fill_in(&document, &with(Some(file(MediaKind::Image)))).unwrap();
    assert!(matches!(filled.message.header, Some(HeaderValue::Media(file)) if file.kind == MediaKind::File));
    let place = Template { header: Some(TemplateHeader::Location), ..template() };
    let location = |name: Option<&str>| {
        Some(FilledHeader::Location(Location {
            latitude: 1.0,
            longitude: 2.0,
            name: name.map(str::to_owned),
            address: Some("Main street 1".to_owned()),
            ..Location::default()
        }))
    };
    assert!(fill_in(&place, &with(location(Some("Shop")))).is_ok());
    assert!(refused(&place, &with(location(None))).1.contains("name and address"));
    let bare = Template { header: None, ..template() };
    assert!(refused(&bare, &filling()).1.contains("Nothing stands above"));
}

#[test]
fn each_card_is_filled_in() {
    let card = TemplateCarouselCard {
        header: Some(TemplateHeader::Image),
        body: "For {{1}}".to_owned(),
        body_parameters: vec!["1".to_owned()],
        buttons: Vec::new(),
    };
    let template = Template { cards: vec![card.clone(), card], ..template() };
    let filled_card = |text: &str| FilledPart {
        header: Some(file(MediaKind::Image)),
        body: vec![text.to_owned()],
        buttons: Vec::new(),
    };
    let filling = Filling { cards: vec![filled_card("you"), filled_card("me")], ..filling() };
    let filled = fill_in(&template, &filling).unwrap();
    assert_eq!(filled.message.cards.len(), 2);
    assert!(filled.message.rendered.ends_with("For you\n\nFor me"), "{}", filled.message.rendered);
    assert!(refused(&template, &self::filling()).1.contains("2 cards"));
}

proptest! {
    #[test]
    fn whatever_is_filled_in_is_refused_or_rendered_whole(first in "\\PC{0,40}", second in ".{0,40}") {
        let mut filling = filling();
        filling.part.body = vec![first.clone(), second.clone()];
        if let Ok(filled) = fill_in(&template(), &filling) {
            prop_assert!(filled.body.contains(first.trim()) && filled.body.contains(second.trim()));
            prop_assert!(!filled.body.contains('\n'));
        }
    }
}
