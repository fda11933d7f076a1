use serde_json::json;

use super::*;

fn read(value: Value) -> Template {
    template(Object::of(&value).unwrap()).unwrap()
}

#[test]
fn a_template_is_read_whole() {
    let read = read(json!({
        "id": 551_122_334_455_u64, "name": "abhol_info", "language": "de", "status": "APPROVED", "category": "UTILITY",
        "parameter_format": "POSITIONAL", "quality_score": { "score": "GREEN", "date": 1 }, "rejected_reason": "NONE",
        "components": [
            { "type": "HEADER", "format": "IMAGE" },
            { "type": "BODY", "text": "Hallo {{1}}, Auftrag {{2}} ist fertig.", "example": { "body_text": [["Mia", "A-7"]] } },
            { "type": "FOOTER", "text": "Fahrradladen" },
            { "type": "BUTTONS", "buttons": [
                { "type": "QUICK_REPLY", "text": "Danke" },
                { "type": "URL", "text": "Karte", "url": "https://rad.example/k/{{1}}" },
                { "type": "PHONE_NUMBER", "text": "Anrufen", "phone_number": "+4930123450" },
                { "type": "COPY_CODE", "text": "Code", "example": "X" }] }],
    }));
    assert_eq!((read.id.as_str(), read.quality.as_deref()), ("551122334455", Some("GREEN")));
    assert_eq!(read.header, Some(TemplateHeader::Image));
    assert_eq!(read.body_parameters, ["1", "2"]);
    assert_eq!(read.body_examples, ["Mia", "A-7"]);
    assert_eq!(read.footer.as_deref(), Some("Fahrradladen"));
    let kinds: Vec<_> = read.buttons.iter().map(|button| button.kind.clone()).collect();
    assert_eq!(
        kinds,
        [
            TemplateButtonKind::QuickReply,
            TemplateButtonKind::Url("https://rad.example/k/{{1}}".to_owned()),
            TemplateButtonKind::Phone("+4930123450".to_owned()),
            TemplateButtonKind::CopyCode,
        ]
    );
    assert_eq!(read.rejected_reason, None);
    assert!(read.can_be_sent());
}

#[test]
fn names_of_blanks_keep_their_order_and_numbers_count() {
    assert_eq!(placeholders("{{first_name}} on {{day}} and {{ first_name }}"), ["first_name", "day"]);
    assert_eq!(placeholders("{{10}} {{2}} {{1}}"), ["1", "2", "10"]);
    assert!(placeholders("{{}} {{open").is_empty());
    let read = read(
        json!({ "id": "1", "name": "n", "language": "en-US", "parameter_format": "named", "components": [
        { "type": "body", "text": "Hi {{first_name}}, {{day}}.",
          "example": { "body_text_named_params": [{ "param_name": "day", "example": "Monday" },
                                                  { "param_name": "first_name", "example": "Mia" }] } }] }),
    );
    assert!(read.named_parameters);
    assert_eq!(read.body_examples, ["Mia", "Monday"]);
    assert_eq!(read.language, "en_US");
}

#[test]
fn cards_have_headers_texts_and_buttons_of_their_own() {
    let card = json!({ "components": [
        { "type": "HEADER", "format": "VIDEO" }, { "type": "BODY", "text": "The {{1}} one" },
        { "type": "BUTTONS", "buttons": [{ "type": "QUICK_REPLY", "text": "I want it" }] }] });
    let read = read(json!({ "id": "1", "name": "n", "language": "en", "status": "APPROVED", "components": [
        { "type": "BODY", "text": "Two" }, { "type": "CAROUSEL", "cards": [card.clone(), card] }] }));
    assert_eq!(read.cards.len(), 2);
    assert_eq!(read.cards[1].header, Some(TemplateHeader::Video));
    assert_eq!(read.cards[1].body_parameters, ["1"]);
    assert!(read.can_be_sent());
}

#[test]
fn what_this_version_cannot_fill_is_named() {
    let read = read(json!({ "id": "1", "name": "n", "language": "en", "status": "APPROVED", "components": [
        { "type": "HEADER", "format": "GIF" }, { "type": "BODY", "text": "x" }, { "type": "LIMITED_TIME_OFFER" },
        { "type": "BUTTONS", "buttons": [{ "type": "FLOW", "text": "Book" }, { "type": "VOICE_CALL", "text": "Call" }] }] }));
    assert_eq!(read.unknown_parts, ["HEADER GIF", "LIMITED_TIME_OFFER", "BUTTON FLOW"]);
    assert!(!read.can_be_sent());
}

#[test]
fn every_status_has_its_place() {
    for (word, expected) in [
        ("APPROVED", TemplateStatus::Approved),
        ("PENDING", TemplateStatus::Pending),
        ("REJECTED", TemplateStatus::Rejected),
        ("PAUSED", TemplateStatus::Paused),
        ("DISABLED", TemplateStatus::Disabled),
        ("LIMIT_EXCEEDED", TemplateStatus::Other("LIMIT_EXCEEDED".to_owned())),
    ] {
        assert_eq!(status(word), expected);
    }
}

#[test]
fn what_is_no_template_is_left_out() {
    for bad in
        [json!({}), json!({ "id": "1", "name": "n" }), json!({ "id": [], "name": "n", "language": "de" })]
    {
        assert_eq!(template(Object::of(&bad).unwrap()), None);
    }
}
