//! What WhatsApp reports, in the inbox: messages with all they carry, the owner's own, accounts.

use serde_json::json;
use shared::ChannelKind;

use crate::kit::Inbound;
use crate::kit::whatsapp::{
    self, BUSINESS, NUMBER, by_number, field, item, jana, messages, of_business, text,
};

async fn inbox() -> Inbound {
    Inbound::start(ChannelKind::Whatsapp, NUMBER, Some(BUSINESS)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_of_several_events_is_processed_and_names_the_one_it_cannot_read() {
    let inbox = inbox().await;
    let mut batch = messages(
        jana(),
        vec![
            item("1", "text", json!({ "body": "First" })),
            json!({ "type": "text" }),
            item("3", "text", json!({ "body": "Third" })),
        ],
    );
    batch["entry"][0]["changes"].as_array_mut().unwrap().push(json!({ "field": "weather", "value": {} }));
    inbox.deliver(&[batch.clone()]).await;
    assert_eq!(inbox.texts().await, ["First", "Third"]);
    let (outcome, reason) = inbox.last_outcome().await;
    assert_eq!(outcome, 1);
    assert_eq!(reason, "not readable at /entry/0/changes/0/value/messages/1: it has no id");
    inbox.deliver(&[batch]).await;
    assert_eq!(inbox.texts().await.len(), 2);
    assert_eq!(inbox.last_outcome().await.0, 4, "nothing new, and one that still cannot be read");
    inbox.holds().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_for_another_number_has_no_effect_here() {
    let inbox = inbox().await;
    let mut theirs = text(jana(), "1", "For somebody else");
    theirs["entry"][0]["changes"][0]["value"]["metadata"]["phone_number_id"] = json!("1");
    inbox.deliver(&[theirs]).await;
    assert_eq!(inbox.last_outcome().await, (3, "it is for another account".to_owned()));
    assert_eq!(inbox.number("select count(*) from contacts").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn cards_files_and_referrals_arrive_as_what_they_are() {
    let inbox = inbox().await;
    let media = |kind: &str| json!({ "mime_type": kind, "sha256": "q1v8m0ZtAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "id": "990011223344" });
    let mut voice = media("audio/ogg; codecs=opus");
    voice["voice"] = json!(true);
    let mut document = media("application/pdf");
    document["filename"] = json!("invoice.pdf");
    let mut from_ad = item("6", "text", json!({ "body": "I saw your ad" }));
    from_ad["referral"] = json!({ "source_type": "ad", "source_id": "1", "source_url": "https://fb.example/1",
        "headline": "Roses", "body": "Fresh today" });
    let mut forwarded = item("7", "text", json!({ "body": "Read this" }));
    forwarded["context"] = json!({ "frequently_forwarded": true });
    let lost = json!({ "id": "wamid.8", "timestamp": "1779012350", "type": "unsupported",
        "errors": [{ "code": 131_051, "title": "Message type unknown" }], "unsupported": { "type": "poll_creation" } });
    inbox
        .deliver(&[messages(
            jana(),
            vec![
                item("1", "audio", voice),
                item("2", "document", document),
                item("3", "interactive", json!({ "type": "list_reply",
                    "list_reply": { "id": "r7", "title": "Large", "description": "30 roses" } })),
                item("4", "location", json!({ "latitude": 52.5, "longitude": 13.4, "name": "Café Nord" })),
                item("5", "order", json!({ "catalog_id": "c", "text": "", "product_items": [
                    { "product_retailer_id": "rose", "quantity": 3, "item_price": 2.5, "currency": "EUR" }] })),
                from_ad,
                forwarded,
                lost,
            ],
        )])
        .await;
    let shown = inbox.shown().await;
    assert_eq!(shown.len(), 8);
    assert_eq!(
        (&shown[0]["attachments"][0]["kind"], &shown[0]["attachments"][0]["contentType"]),
        (&json!("VOICE"), &json!("audio/ogg"))
    );
    assert_eq!(shown[1]["attachments"][0]["name"], "invoice.pdf");
    let card = |at: usize| (shown[at]["card"]["kind"].as_str().unwrap(), shown[at]["card"]["title"].as_str());
    assert_eq!(card(2), ("REPLY", Some("Large")));
    assert_eq!(
        (shown[2]["text"].as_str(), shown[2]["card"]["text"].as_str()),
        (Some("Large"), Some("30 roses"))
    );
    assert_eq!(card(3), ("LOCATION", Some("Café Nord")));
    assert_eq!(shown[4]["card"]["items"], json!([{ "label": "3 × rose", "detail": "2.5 EUR", "url": null }]));
    assert_eq!(shown[5]["referral"], json!({ "source": "ad", "payload": null, "headline": "Roses" }));
    assert_eq!(shown[6]["forwarded"], json!({ "from": null, "often": true }));
    assert_eq!(
        (&shown[7]["card"]["kind"], &shown[7]["card"]["what"]),
        (&json!("UNSUPPORTED"), &json!("poll_creation"))
    );
    inbox.holds().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chat_that_is_opened_without_a_word_is_an_activity() {
    let inbox = inbox().await;
    let opened = messages(jana(), vec![item("1", "request_welcome", json!({}))]);
    inbox.deliver(&[opened.clone(), opened]).await;
    let shown = inbox.shown().await;
    assert_eq!(shown.len(), 1);
    assert_eq!(shown[0]["activity"]["kind"], "OPENED");
    assert_eq!(
        inbox
            .number("select count(*) from conversations where waiting_since is null and inbound_count = 0")
            .await,
        1
    );
    assert_eq!(inbox.outcomes().await.iter().map(|outcome| outcome.0).collect::<Vec<_>>(), [1, 2]);
    inbox.deliver(&[text(jana(), "2", "Hello")]).await;
    assert_eq!(inbox.number("select count(*) from conversations").await, 1);
    inbox.holds().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_wants_no_advertising_is_noted_until_that_changes() {
    let inbox = inbox().await;
    let wants = |value: &str| {
        field(
            "user_preferences",
            json!({ "user_preferences": [{ "wa_id": whatsapp::JANA, "category": "marketing_messages",
            "value": value, "timestamp": 1_779_012_400 }] }),
        )
    };
    inbox.deliver(&[text(jana(), "1", "Hello"), wants("stop")]).await;
    let opted: Vec<(Vec<String>,)> = inbox.rows("select opted_out from identities").await;
    assert_eq!(opted, [(vec!["marketing_messages".to_owned()],)]);
    inbox.deliver(&[wants("stop"), wants("resume")]).await;
    let opted: Vec<(Vec<String>,)> = inbox.rows("select opted_out from identities").await;
    assert_eq!(opted, [(Vec::new(),)]);
    let lines: Vec<String> = inbox.lines().await.into_iter().map(|line| line.text).collect();
    assert_eq!(lines, ["Hello", "OPTED_OUT", "OPTED_IN"]);
    inbox.holds().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_owner_writes_on_the_phone_is_sent_outside() {
    let inbox = inbox().await;
    let echo = |id: &str, content: serde_json::Value| {
        let mut item = content;
        item["id"] = json!(format!("wamid.{id}"));
        item["from"] = json!("4930123450");
        item["to"] = json!(whatsapp::JANA);
        item["timestamp"] = json!((whatsapp::T0 + 60).to_string());
        field("smb_message_echoes", json!({ "message_echoes": [item] }))
    };
    let text_echo = |id: &str, words: &str| echo(id, json!({ "type": "text", "text": { "body": words } }));
    inbox.deliver(&[text_echo("e1", "Shall we deliver at nine?")]).await;
    assert_eq!(
        inbox.number("select count(*) from conversations where waiting_since is null and status = 1").await,
        1
    );
    inbox.deliver(&[text(by_number(whatsapp::JANA), "1", "Please")]).await;
    assert_eq!(inbox.number("select count(*) from conversations where waiting_since is not null").await, 1);
    inbox.deliver(&[text_echo("e2", "Done"), text_echo("e2", "Done")]).await;
    let reaction =
        echo("e3", json!({ "type": "reaction", "reaction": { "message_id": "wamid.1", "emoji": "🙏" } }));
    inbox.deliver(&[reaction]).await;
    let shown = inbox.shown().await;
    let ways: Vec<(&str, &str)> = shown
        .iter()
        .map(|one| (one["direction"].as_str().unwrap(), one["author"]["kind"].as_str().unwrap()))
        .collect();
    assert_eq!(ways, [("OUTBOUND", "OUTSIDE"), ("INBOUND", "CONTACT"), ("OUTBOUND", "OUTSIDE")]);
    assert_eq!(shown[1]["reactions"], json!([{ "emoji": "🙏", "byName": "", "memberId": null }]));
    assert_eq!(inbox.number("select count(*) from conversations where waiting_since is null").await, 1);
    // It is taken back on the phone.
    inbox
        .deliver(&[echo("e4", json!({ "type": "revoke", "revoke": { "original_message_id": "wamid.e2" } }))])
        .await;
    assert_eq!(inbox.shown().await[2]["text"], "");
    inbox.holds().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edited_caption_keeps_its_picture() {
    let inbox = inbox().await;
    let picture = json!({ "mime_type": "image/jpeg", "sha256": "q1v8m0ZtAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "id": "1", "caption": "old" });
    inbox.deliver(&[messages(jana(), vec![item("1", "image", picture)])]).await;
    let edit = json!({ "original_message_id": "wamid.1", "message": { "type": "image", "image": { "caption": "new" } } });
    inbox.deliver(&[messages(jana(), vec![item("2", "edit", edit)])]).await;
    let shown = inbox.shown().await;
    assert_eq!(shown.len(), 1);
    assert_eq!((&shown[0]["text"], &shown[0]["revisions"]), (&json!("new"), &json!([{ "text": "old" }])));
    assert_eq!(shown[0]["attachments"].as_array().map(Vec::len), Some(1));
    inbox.holds().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn news_of_the_account_are_events_of_its_channel() {
    let inbox = inbox().await;
    sqlx::Executor::execute(&mut inbox.behind().await, "update channels set handle = '+49 30 123450'")
        .await
        .unwrap();
    let quality = |number: &str| {
        of_business(
            "phone_number_quality_update",
            json!({ "display_phone_number": number, "event": "FLAGGED",
            "current_limit": "TIER_1K" }),
        )
    };
    inbox.deliver(&[quality("4930123450")]).await;
    inbox.deliver(&[quality("4930999999")]).await;
    assert_eq!(inbox.last_outcome().await, (3, "it is about another number".to_owned()));
    let template = of_business(
        "message_template_status_update",
        json!({ "event": "REJECTED", "message_template_id": 5511,
        "message_template_name": "ready", "message_template_language": "de", "reason": "INVALID_FORMAT" }),
    );
    inbox.deliver(&[template]).await;
    let removed = of_business(
        "account_update",
        json!({ "event": "PARTNER_REMOVED",
        "waba_info": { "waba_id": BUSINESS, "owner_business_id": "1" } }),
    );
    inbox.deliver(&[removed]).await;
    let events: Vec<(String, i16)> =
        inbox.rows("select kind, severity from channel_events order by id").await;
    let kinds: Vec<&str> = events.iter().map(|event| event.0.as_str()).collect();
    assert_eq!(kinds, ["quality", "template", "token_dead"], "{events:?}");
    assert_eq!(inbox.number("select state::bigint from channels").await, 2);
    inbox.holds().await;
}
