//! Templates of every shape, filled well and badly.

use proptest::prelude::*;
use shared::AttachmentKind;

use super::*;
use crate::api::templates::{TemplateButton, TemplateHeader, TemplateStatus};

fn template(body: &str, parameters: &[&str]) -> Template {
    Template {
        id: "t1".into(),
        name: "pick_up".into(),
        language: "de".into(),
        status: TemplateStatus::Approved,
        status_word: "APPROVED".into(),
        category: "UTILITY".into(),
        quality: Some("GREEN".into()),
        main: TemplatePart {
            body: body.into(),
            body_parameters: parameters.iter().map(|name| (*name).to_owned()).collect(),
            ..TemplatePart::default()
        },
        body_examples: vec!["Mia".into()],
        footer: None,
        cards: Vec::new(),
        can_be_sent: true,
        why_not: None,
    }
}

fn body(blank: usize) -> Slot {
    Slot { part: 0, what: SlotKind::Body(blank) }
}

fn button(title: &str, kind: TemplateButtonKind, needs_value: bool) -> TemplateButton {
    TemplateButton { title: title.into(), kind, value: None, needs_value }
}

fn header(kind: TemplateHeaderKind, text: Option<&str>, parameter: Option<&str>) -> Option<TemplateHeader> {
    Some(TemplateHeader { kind, text: text.map(Into::into), parameter: parameter.map(Into::into) })
}

fn picture() -> Attachment {
    Attachment {
        kind: AttachmentKind::Image,
        name: "bike.jpg".into(),
        content_type: "image/jpeg".into(),
        ..Attachment::plain()
    }
}

fn filled(template: Template, values: &[&str]) -> Filling {
    let mut filling = Filling::new(Arc::new(template));
    for (slot, value) in filling.slots().into_iter().zip(values) {
        filling.set(slot, (*value).to_owned());
    }
    filling
}

#[test]
fn the_customer_reads_the_values_in_their_places() {
    let filling =
        filled(template("Hello {{1}}, order {{2}} is ready, {{1}}.", &["1", "2"]), &[" Mia ", "A-7"]);
    assert_eq!(filling.words(), "Hello Mia, order A-7 is ready, Mia.");
    assert_eq!(filling.input().parts.body, ["Mia", "A-7"]);
    assert!(filling.is_ready());
}

#[test]
fn blanks_with_names_are_found_by_them() {
    let filling =
        filled(template("{{ first_name }}: {{order_id}}", &["first_name", "order_id"]), &["Mia", "7"]);
    assert_eq!(filling.words(), "Mia: 7");
    assert_eq!(filling.label(body(0)), "first name");
}

#[test]
fn an_empty_blank_stays_visible_and_nothing_is_sent() {
    let filling = filled(template("Hello {{1}}!", &["1"]), &["  "]);
    let empty: Vec<String> =
        filling.text(0).into_iter().filter(|piece| piece.empty).map(|piece| piece.text).collect();
    assert_eq!(empty, ["{{1}}"]);
    assert_eq!(filling.problem(body(0)), Some("Fill this in."));
    assert!(!filling.is_ready());
    assert_eq!((filling.label(body(0)).as_str(), filling.example(body(0)).as_str()), ("Blank 1", "Mia"));
}

#[test]
fn what_the_platform_would_refuse_is_said_before() {
    let problem = |value: &str| filled(template("{{1}}", &["1"]), &[value]).problem(body(0));
    assert_eq!(problem("a\nb"), Some("No line breaks or tabs here."));
    assert_eq!(problem("a\tb"), Some("No line breaks or tabs here."));
    assert_eq!(problem("a     b"), Some("At most 4 spaces in a row."));
    assert_eq!(problem("a    b"), None);
    assert_eq!(problem(&"x".repeat(1_025)), Some("At most 1,024 characters."));
}

#[test]
fn a_header_wants_its_blank_its_file_or_its_place() {
    let with = |header| Template {
        main: TemplatePart { header, ..template("Hi", &[]).main },
        ..template("Hi", &[])
    };
    let text = filled(with(header(TemplateHeaderKind::Text, Some("Order {{1}}"), Some("1"))), &["7"]);
    assert_eq!(text.words(), "Order 7\nHi");
    assert_eq!(text.input().parts.header.unwrap().text.as_deref(), Some("7"));

    let mut image = filled(with(header(TemplateHeaderKind::Image, None, None)), &[]);
    assert!(!image.is_ready());
    let file = picture();
    image.set_file(0, Some(file.clone()));
    assert!(image.is_ready());
    assert_eq!(image.input().parts.header.unwrap().attachment_id, Some(file.id));
    assert_eq!(image.files(), [file]);

    let place =
        filled(with(header(TemplateHeaderKind::Location, None, None)), &["52.5, 13.4", "Shop", "Quay 3"]);
    assert!(place.is_ready());
    let location = place.input().parts.header.unwrap().location.unwrap();
    assert_eq!((location.latitude, location.name.as_deref()), (52.5, Some("Shop")));

    let fixed = filled(with(header(TemplateHeaderKind::Text, Some("Hello"), None)), &[]);
    assert_eq!((fixed.slots().len(), fixed.input().parts.header), (0, None));
}

#[test]
fn a_pending_template_shows_its_words_and_sends_its_files_as_headings_only() {
    use crate::api::messages::DraftMode;
    use crate::state::outbox::{Extra, Pending, PendingState};

    let main = TemplatePart {
        header: header(TemplateHeaderKind::Image, None, None),
        ..template("Hi {{1}}", &["1"]).main
    };
    let mut filling = filled(Template { main, ..template("", &[]) }, &["", "Mia"]);
    filling.set_file(0, Some(picture()));
    assert!(filling.is_ready());
    let pending = Pending {
        client_id: "c1".into(),
        conversation_id: shared::ConversationId::new(),
        mode: DraftMode::Reply,
        text: String::new(),
        attachments: filling.files(),
        extra: Some(Extra::Template(filling)),
        quoted: None,
        created_at: crate::api::Timestamp(0),
        last_seen_seq: None,
        state: PendingState::Waiting,
    };
    assert_eq!(pending.words(), "Hi Mia");
    let input = pending.input();
    assert!(input.attachment_ids.is_empty() && input.text.is_empty());
    assert_eq!(input.template.unwrap().parts.body, ["Mia"]);
}

#[test]
fn a_button_is_named_by_its_place_among_all() {
    let main = TemplatePart {
        buttons: vec![
            button("Thanks", TemplateButtonKind::QuickReply, false),
            button("Map", TemplateButtonKind::Url, true),
        ],
        ..template("Hi", &[]).main
    };
    let filling = filled(Template { main, ..template("Hi", &[]) }, &["a7"]);
    assert_eq!(filling.input().parts.buttons, [TemplateButtonInput { index: 1, value: "a7".into() }]);
    let slot = Slot { part: 0, what: SlotKind::Button(1) };
    assert_eq!(filling.label(slot), "“Map”: end of the address");
    let spaces = filled(Template::clone(&filling.template), &["a 7"]);
    assert_eq!(spaces.problem(slot), Some("No spaces here."));
}

#[test]
fn each_card_of_a_carousel_is_filled_for_itself() {
    let card = TemplatePart {
        header: header(TemplateHeaderKind::Image, None, None),
        body: "Bike {{1}}".into(),
        body_parameters: vec!["1".into()],
        buttons: vec![button("Buy", TemplateButtonKind::Url, true)],
    };
    let mut filling =
        Filling::new(Arc::new(Template { cards: vec![card.clone(), card], ..template("Look:", &[]) }));
    assert_eq!(filling.slots().len(), 6);
    for slot in filling.slots() {
        filling.set(slot, format!("{}", slot.part));
        if let SlotKind::File(_) = slot.what {
            filling.set_file(slot.part, Some(picture()));
        }
    }
    assert!(filling.is_ready());
    let input = filling.input();
    assert_eq!(input.cards.iter().map(|card| card.body.concat()).collect::<Vec<_>>(), ["1", "2"]);
    assert_eq!(filling.words(), "Look:\nBike 1\nBike 2");
    assert_eq!(filling.label(Slot { part: 2, what: SlotKind::Body(0) }), "Card 2: Blank 1");
}

#[test]
fn one_that_is_not_approved_is_never_ready() {
    assert!(!filled(Template { can_be_sent: false, ..template("Hi", &[]) }, &[]).is_ready());
}

#[test]
fn templates_are_found_by_name_language_category_and_text() {
    let named = |name: &str, can_be_sent| {
        Arc::new(Template { name: name.into(), can_be_sent, ..template("Your bike", &[]) })
    };
    let all = [named("zebra", true), named("alpha", false), named("bike_ready", true)];
    let names = |query: &str| find(&all, query).iter().map(|found| found.name.clone()).collect::<Vec<_>>();
    assert_eq!(names(""), ["bike_ready", "zebra", "alpha"]);
    assert_eq!(names("BIKE utility de"), ["bike_ready", "zebra", "alpha"]);
    assert_eq!(names("zeb"), ["zebra"]);
    assert_eq!(names("nothing"), [""; 0]);
    assert_eq!(category_name("MARKETING"), "Marketing");
    assert_eq!(category_name(""), "");
}

proptest! {
    #[test]
    fn a_text_in_pieces_loses_nothing(text in "[ab{} ]{0,24}") {
        let whole: String = pieces(&text, |_| None).into_iter().map(|piece| piece.text).collect();
        prop_assert_eq!(whole, text);
    }
}
