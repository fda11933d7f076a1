use channel_core::{
    Act, ChannelAdapter, HeaderValue, Location, SendReceipt, TemplateButtonKind, TemplateButtonValue,
    TemplateMessage, TemplateParameter,
};
use serde_json::{Value, json};
use shared::MediaKind;
use wiremock::matchers::{method, path, query_param, query_param_is_missing};
use wiremock::{Mock, ResponseTemplate};

use super::kit::*;

fn blank(name: Option<&str>, text: &str) -> TemplateParameter {
    TemplateParameter { name: name.map(str::to_owned), text: text.to_owned() }
}

fn button(index: usize, kind: TemplateButtonKind, value: &str) -> TemplateButtonValue {
    TemplateButtonValue { index, kind, value: value.to_owned() }
}

fn template(name: &str) -> TemplateMessage {
    TemplateMessage { name: name.to_owned(), language: "de".to_owned(), ..TemplateMessage::default() }
}

async fn sent_by(wire: &Wire, template: TemplateMessage) -> (SendReceipt, Value) {
    wire.on("POST", &format!("{NUMBER}/media"), 200, json!({ "id": "990011220001" })).await;
    let receipt = wire.send(Act::Template(template)).await.unwrap();
    (receipt, wire.message().await["template"].clone())
}

async fn written(template: TemplateMessage) -> Value {
    let wire = Wire::start().await;
    wire.takes_messages().await;
    sent_by(&wire, template).await.1
}

#[tokio::test]
async fn header_text_and_buttons_are_filled() {
    let filled = TemplateMessage {
        header: Some(HeaderValue::Media(file(MediaKind::Image, "a.jpg", "image/jpeg"))),
        body: vec![blank(None, "Mia"), blank(None, "A-7")],
        buttons: vec![
            button(0, TemplateButtonKind::QuickReply, "thanks"),
            button(1, TemplateButtonKind::Url("https://rad.example/k/{{1}}".to_owned()), "a7"),
            button(2, TemplateButtonKind::CopyCode, "SALE10"),
        ],
        ..template("abhol_info")
    };
    assert_eq!(
        written(filled).await,
        json!({ "name": "abhol_info", "language": { "code": "de" }, "components": [
            { "type": "header", "parameters": [{ "type": "image", "image": { "id": "990011220001" } }] },
            { "type": "body", "parameters": [{ "type": "text", "text": "Mia" }, { "type": "text", "text": "A-7" }] },
            { "type": "button", "sub_type": "quick_reply", "index": "0", "parameters": [{ "type": "payload", "payload": "thanks" }] },
            { "type": "button", "sub_type": "url", "index": "1", "parameters": [{ "type": "text", "text": "a7" }] },
            { "type": "button", "sub_type": "copy_code", "index": "2", "parameters": [{ "type": "coupon_code", "coupon_code": "SALE10" }] },
        ] })
    );
}

#[tokio::test]
async fn nothing_to_fill_needs_no_components() {
    assert_eq!(written(template("hello")).await, json!({ "name": "hello", "language": { "code": "de" } }));
}

#[tokio::test]
async fn every_header_has_its_form() {
    let place = Location {
        latitude: 52.09,
        longitude: 5.12,
        name: Some("Shop".to_owned()),
        address: Some("Oudegracht 1".to_owned()),
        ..Location::default()
    };
    for (header, expected) in [
        (HeaderValue::Text(blank(None, "7")), json!({ "type": "text", "text": "7" })),
        (
            HeaderValue::Text(blank(Some("number"), "7")),
            json!({ "type": "text", "parameter_name": "number", "text": "7" }),
        ),
        (
            HeaderValue::Media(file(MediaKind::Video, "a.mp4", "video/mp4")),
            json!({ "type": "video", "video": { "id": "990011220001" } }),
        ),
        (
            HeaderValue::Media(file(MediaKind::File, "bill.pdf", "application/pdf")),
            json!({ "type": "document", "document": { "id": "990011220001", "filename": "bill.pdf" } }),
        ),
        (
            HeaderValue::Location(place),
            json!({ "type": "location", "location": { "latitude": 52.09, "longitude": 5.12, "name": "Shop", "address": "Oudegracht 1" } }),
        ),
    ] {
        let written = written(TemplateMessage { header: Some(header), ..template("t") }).await;
        assert_eq!(written["components"], json!([{ "type": "header", "parameters": [expected] }]));
    }
}

#[tokio::test]
async fn blanks_with_names_carry_them_and_numbers_give_the_order() {
    let named = vec![blank(Some("first_name"), "Mia"), blank(Some("day"), "Monday")];
    let written_named = written(TemplateMessage { body: named, ..template("t") }).await;
    assert_eq!(
        written_named["components"][0]["parameters"],
        json!([{ "type": "text", "parameter_name": "first_name", "text": "Mia" },
               { "type": "text", "parameter_name": "day", "text": "Monday" }])
    );
    let numbered = vec![blank(Some("10"), "ten"), blank(Some("2"), "two"), blank(Some("1"), "one")];
    let written_numbered = written(TemplateMessage { body: numbered, ..template("t") }).await;
    assert_eq!(
        written_numbered["components"][0]["parameters"],
        json!([{ "type": "text", "text": "one" }, { "type": "text", "text": "two" }, { "type": "text", "text": "ten" }])
    );
}

#[tokio::test]
async fn each_card_of_a_carousel_has_a_picture_of_its_own() {
    let picture = file(MediaKind::Image, "a.jpg", "image/jpeg");
    let card = TemplateMessage {
        header: Some(HeaderValue::Media(picture)),
        body: vec![blank(None, "blue")],
        buttons: vec![button(0, TemplateButtonKind::QuickReply, "want-blue")],
        ..TemplateMessage::default()
    };
    let wire = Wire::start().await;
    wire.takes_messages().await;
    let filled = TemplateMessage {
        body: vec![blank(None, "Mia")],
        cards: vec![card.clone(), card],
        ..template("lookbook")
    };
    let (receipt, written) = sent_by(&wire, filled).await;
    assert_eq!(receipt.media.len(), 1, "one file, uploaded once");
    let components = json!([
        { "type": "header", "parameters": [{ "type": "image", "image": { "id": "990011220001" } }] },
        { "type": "body", "parameters": [{ "type": "text", "text": "blue" }] },
        { "type": "button", "sub_type": "quick_reply", "index": "0", "parameters": [{ "type": "payload", "payload": "want-blue" }] },
    ]);
    assert_eq!(
        written["components"],
        json!([{ "type": "body", "parameters": [{ "type": "text", "text": "Mia" }] },
               { "type": "carousel", "cards": [{ "card_index": 0, "components": components },
                                               { "card_index": 1, "components": components }] }])
    );
}

#[tokio::test]
async fn a_template_may_be_held_back_for_now() {
    for (status, held) in
        [("accepted", false), ("held_for_quality_assessment", true), ("something_new", false)]
    {
        let wire = Wire::start().await;
        let mut answer = accepted();
        answer["messages"][0]["message_status"] = json!(status);
        wire.on("POST", &format!("{NUMBER}/messages"), 200, answer).await;
        assert_eq!(wire.send(Act::Template(template("t"))).await.unwrap().held, held, "{status}");
    }
}

#[tokio::test]
async fn templates_are_read_page_by_page() {
    let wire = Wire::start().await;
    let one = |id: &str| {
        json!({ "id": id, "name": format!("t{id}"), "language": "de", "status": "APPROVED", "category": "UTILITY",
                                 "components": [{ "type": "BODY", "text": "Hi" }] })
    };
    let place = format!("/v25.0/{BUSINESS}/message_templates");
    let first = json!({ "data": [one("1"), one("2")], "paging": { "cursors": { "before": "A", "after": "B" }, "next": "https://elsewhere.example/" } });
    let second = json!({ "data": [one("3"), { "id": "broken" }], "paging": { "cursors": { "before": "B", "after": "B" } } });
    Mock::given(method("GET"))
        .and(path(&place))
        .and(query_param_is_missing("after"))
        .respond_with(ResponseTemplate::new(200).set_body_json(first))
        .mount(&wire.server)
        .await;
    Mock::given(method("GET"))
        .and(path(&place))
        .and(query_param("after", "B"))
        .and(query_param("limit", "100"))
        .respond_with(ResponseTemplate::new(200).set_body_json(second))
        .mount(&wire.server)
        .await;
    let ids: Vec<String> = wire
        .whatsapp
        .templates(&wire.account)
        .await
        .unwrap()
        .into_iter()
        .map(|template| template.id)
        .collect();
    assert_eq!(ids, ["1", "2", "3"]);
    assert_eq!(wire.calls().await.len(), 2);
}
