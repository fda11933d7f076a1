//! What only WhatsApp has: sign-up, registration, templates, lists, people who hide their number.

use bytes::Bytes;
use channel_conformance::{Files, Stage};
use channel_core::{
    Card, ChannelAccount, ChannelSecrets, CheckState, Credentials, HeaderValue, InboundEvent, List, ListRow,
    ListSection, Location, MediaFile, OutboundMessage, Template, TemplateButtonKind, TemplateButtonValue,
    TemplateCarouselCard, TemplateHeader, TemplateMessage, TemplateParameter,
};
use secrecy::SecretString;
use serde_json::{Value, json};
use shared::{AttachmentId, ChannelId, MediaKind, RichText};

use crate::{APP_SECRET, Number};

/// From the pop-up's code to a number that is registered, connected and well.
#[tokio::test]
async fn a_sign_up_ends_in_a_connected_number() {
    let stage = Stage::start(Number).await;
    let business = stage.connection.account.parent_account_id.clone();
    let made = stage
        .control(
            "whatsapp/numbers",
            json!({ "name": "Second", "business_account": business, "registered": false }),
        )
        .await;
    let id = made["phone_number_id"].as_str().unwrap().to_owned();
    let signup = stage
        .control("whatsapp/signups", json!({ "phone_number_id": id, "token_lifetime_s": 5_184_000 }))
        .await;
    let credentials = Credentials::Code {
        code: SecretString::from(signup["code"].as_str().unwrap()),
        account_id: signup
            .pointer("/message/data/phone_number_id")
            .and_then(Value::as_str)
            .map(str::to_owned),
        parent_account_id: signup.pointer("/message/data/waba_id").and_then(Value::as_str).map(str::to_owned),
        redirect_uri: None,
        pin: Some(SecretString::from("123456")),
    };
    let info = stage.adapter.inspect(&credentials).await.unwrap();
    assert_eq!((&info.platform_account_id, &info.parent_account_id), (&id, &business));
    assert!(info.token_expires_at.is_some());
    assert!(info.warnings.iter().any(|words| words.contains("PIN")), "{:?}", info.warnings);
    assert!(stage.adapter.inspect(&credentials).await.is_err(), "a code is good once");

    let account = ChannelAccount {
        channel_id: ChannelId::new(),
        platform_account_id: info.platform_account_id,
        parent_account_id: info.parent_account_id,
        secrets: ChannelSecrets {
            signing: vec![APP_SECRET.as_bytes().to_vec()],
            access_token: info.token,
            verify_token: Some(stage.connection.webhook_secret.clone()),
            app_secret: Some(SecretString::from(APP_SECRET)),
            pin: Some(SecretString::from("123456")),
        },
    };
    let connected = stage.adapter.connect(&account, &stage.webhook).await.unwrap();
    assert!(connected.warnings.is_empty(), "{:?}", connected.warnings);
    assert!(connected.webhook.events.iter().any(|event| event == "messages"));
    let health = stage.adapter.probe(&account, &stage.webhook).await.unwrap();
    assert_eq!(health.state(), CheckState::Good, "{health:#?}");
}

/// As an agent would: each blank, header, button and card.
#[tokio::test]
async fn every_approved_template_can_be_filled_and_sent() {
    let stage = Stage::start(Number).await;
    let thread = stage.thread().await;
    let templates = stage.adapter.templates(&stage.connection.account).await.unwrap();
    assert!(templates.len() >= 10, "{templates:#?}");
    let files = Files(Bytes::from_static(b"\x89PNG not really"));
    let mut sent = 0;
    for template in templates.iter().filter(|template| template.can_be_sent()) {
        let message = OutboundMessage { template: Some(fill(template)), ..OutboundMessage::default() };
        let ids = stage.say(&thread, &message, &files).await;
        assert_eq!(ids.len(), 1, "{}", template.name);
        let shown = stage.shown().await.pop().unwrap();
        assert_eq!(shown["body"]["card"], "template", "{shown}");
        let text = shown["body"]["text"].as_str().unwrap();
        assert!(!text.contains("{{"), "{text}");
        sent += 1;
    }
    assert!(sent >= 8, "only {sent} of {}", templates.len());
}

fn fill(template: &Template) -> TemplateMessage {
    let blank = |name: &String| TemplateParameter {
        name: template.named_parameters.then(|| name.clone()),
        text: format!("value of {name}"),
    };
    let card = |card: &TemplateCarouselCard| TemplateMessage {
        header: card.header.as_ref().and_then(|header| header_of(header, &blank)),
        body: card.body_parameters.iter().map(blank).collect(),
        ..TemplateMessage::default()
    };
    let button = |(index, button): (usize, &channel_core::TemplateButton)| {
        let value = match &button.kind {
            TemplateButtonKind::QuickReply => "payload",
            TemplateButtonKind::Url(url) if url.ends_with("}}") => "a7",
            TemplateButtonKind::CopyCode => "SALE10",
            _ => return None,
        };
        Some(TemplateButtonValue { index, kind: button.kind.clone(), value: value.to_owned() })
    };
    TemplateMessage {
        name: template.name.clone(),
        language: template.language.clone(),
        header: template.header.as_ref().and_then(|header| header_of(header, &blank)),
        body: template.body_parameters.iter().map(blank).collect(),
        buttons: template.buttons.iter().enumerate().filter_map(button).collect(),
        cards: template.cards.iter().map(card).collect(),
        rendered: String::new(),
    }
}

fn header_of(header: &TemplateHeader, blank: &impl Fn(&String) -> TemplateParameter) -> Option<HeaderValue> {
    let file = |kind, name: &str, content_type: &str| {
        HeaderValue::Media(MediaFile {
            attachment_id: AttachmentId::new(),
            kind,
            name: name.to_owned(),
            content_type: content_type.to_owned(),
            size_bytes: 15,
            width: None,
            height: None,
            duration_ms: None,
            known_as: None,
        })
    };
    Some(match header {
        TemplateHeader::Text(text) => {
            let name = text.split_once("{{")?.1.split_once("}}")?.0.to_owned();
            HeaderValue::Text(blank(&name))
        }
        TemplateHeader::Image => file(MediaKind::Image, "a.png", "image/png"),
        TemplateHeader::Video => file(MediaKind::Video, "a.mp4", "video/mp4"),
        TemplateHeader::Document => file(MediaKind::File, "a.pdf", "application/pdf"),
        TemplateHeader::Location => HeaderValue::Location(Location {
            latitude: 52.09,
            longitude: 5.12,
            name: Some("Shop".to_owned()),
            address: Some("Oudegracht 1".to_owned()),
            ..Location::default()
        }),
    })
}

/// A menu, and what was chosen from it.
#[tokio::test]
async fn a_list_is_shown_and_comes_back() {
    let stage = Stage::start(Number).await;
    let thread = stage.thread().await;
    let row = |id: &str| ListRow { id: id.to_owned(), title: format!("Size {id}"), description: None };
    let list = List {
        button: "Sizes".to_owned(),
        sections: vec![ListSection { title: String::new(), rows: vec![row("s"), row("m")] }],
        ..List::default()
    };
    let message = OutboundMessage {
        text: RichText::plain("Which one?"),
        list: Some(list),
        ..OutboundMessage::default()
    };
    let ids = stage.say(&thread, &message, &Files::default()).await;
    stage.phone("choose", json!({ "message": ids[0], "row": "m" })).await;
    let reply = stage
        .event("the choice", |event| match event {
            InboundEvent::Message(message) => match &message.card {
                Some(Card::Reply(reply)) => Some(reply.clone()),
                _ => None,
            },
            _ => None,
        })
        .await;
    assert_eq!((reply.payload.as_deref(), reply.title.as_str()), (Some("m"), "Size m"));
}
