//! What WhatsApp reports, in the inbox: messages with all they carry, the owner's own, accounts.

use serde_json::json;
use server::channels::endpoints::EndpointKey;
use shared::{ChannelId, ChannelKind};

use crate::kit::whatsapp::{
    self, BUSINESS, NUMBER, by_number, field, item, jana, messages, of_business, text,
};
use crate::kit::{Inbound, Provided};

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
    let wants_at = |value: &str, at: i64| {
        field(
            "user_preferences",
            json!({ "user_preferences": [{ "wa_id": whatsapp::JANA, "category": "marketing_messages",
            "value": value, "timestamp": at }] }),
        )
    };
    let wants = |value: &str| wants_at(value, 1_779_012_400);
    inbox.deliver(&[text(jana(), "1", "Hello"), wants("stop")]).await;
    let opted: Vec<(Vec<String>,)> = inbox.rows("select opted_out from identities").await;
    assert_eq!(opted, [(vec!["marketing_messages".to_owned()],)]);
    inbox.deliver(&[wants("stop"), wants("resume")]).await;
    let opted: Vec<(Vec<String>,)> = inbox.rows("select opted_out from identities").await;
    assert_eq!(opted, [(Vec::new(),)]);
    let lines: Vec<String> = inbox.lines().await.into_iter().map(|line| line.text).collect();
    assert_eq!(lines, ["Hello", "OPTED_OUT", "OPTED_IN"]);
    // What was said last counts, not what comes last.
    inbox.deliver(&[wants_at("stop", 1_779_012_900)]).await;
    inbox.deliver(&[wants_at("resume", 1_779_012_500)]).await;
    let opted: Vec<(Vec<String>,)> = inbox.rows("select opted_out from identities").await;
    assert_eq!(opted, [(vec!["marketing_messages".to_owned()],)]);
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

#[tokio::test(flavor = "multi_thread")]
async fn a_status_that_comes_before_its_message_is_known_waits_for_it() {
    let inbox = inbox().await;
    inbox.deliver(&[text(jana(), "1", "Hello")]).await;
    let status = |id: &str, status: &str| {
        whatsapp::change(json!({ "statuses": [{ "id": format!("wamid.{id}"), "status": status,
            "timestamp": (whatsapp::T0 + 90).to_string(), "recipient_id": whatsapp::JANA }] }))
    };
    inbox.deliver(&[status("out", "delivered"), status("out", "sent")]).await;
    assert_eq!(inbox.last_outcome().await.0, 1);
    assert_eq!(inbox.number("select count(*) from waiting_changes").await, 2);
    assert_eq!(inbox.number("select count(*) from messages").await, 1);
    inbox.holds().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_story_from_a_phone_arrives_whole_though_deliveries_are_batched_repeated_and_reordered() {
    const SECRET: &str = "app-secret-of-the-installation";
    let stage = Provided::with(|config| {
        config.providers.meta.app_id = Some("1234567890".to_owned());
        config.providers.meta.app_secret = Some(SECRET.to_owned().into());
        config.providers.meta.verify_token = Some("correct-horse".to_owned().into());
    })
    .await;
    let made = stage
        .control(
            "/whatsapp/numbers",
            json!({ "name": "Bloom", "app": "1234567890", "app_secret": SECRET, "verify_token": "correct-horse",
                    "webhook_url": stage.url("/webhooks/meta/app"), "subscribed": true, "coexistence": true }),
        )
        .await;
    let account = made["account"].as_str().unwrap().to_owned();
    let (number, parent) =
        (made["phone_number_id"].as_str().unwrap(), made["business_account_id"].as_str().unwrap());
    let (id, key) = (ChannelId::new(), EndpointKey::generate().unwrap());
    stage.channel(stage.workspace_id, id, ChannelKind::Whatsapp, number, Some(parent), &key).await;
    for fault in [
        json!({ "type": "repeat", "times": 2, "delay_ms": 20 }),
        json!({ "type": "reorder", "hold_ms": 40 }),
        json!({ "type": "batch", "max": 5, "wait_ms": 30 }),
    ] {
        stage.control("/faults", json!({ "account": account, "percent": 40, "fault": fault })).await;
    }
    let act = async |act: &str, mut body: serde_json::Value| {
        body["to"] = json!(account);
        stage.phone("jana", act, body).await["messages"][0].as_str().unwrap_or_default().to_owned()
    };
    let first = act("send", json!({ "text": "Good morning" })).await;
    act("edit", json!({ "message": first, "text": "Good evening" })).await;
    act("react", json!({ "message": first, "emoji": ["👍"] })).await;
    act("send", json!({ "text": "We are open till six", "by_business": true })).await;
    let gone = act("send", json!({ "text": "A secret" })).await;
    act("delete", json!({ "messages": [gone] })).await;
    for number in 0..20 {
        act("send", json!({ "text": format!("line {number}") })).await;
    }
    stage
        .wait(
            "the story did not arrive",
            "select (select count(*) from messages where direction = 1) = 22
                and (select count(*) from messages where direction = 2 and author_kind = 4) = 1
                and exists (select from messages where text = 'Good evening')
                and exists (select from messages where deleted_at is not null)
                and (select count(*) from waiting_changes) = 0",
        )
        .await;
    stage.settle().await;
    assert_eq!(stage.one::<i64>("select count(*) from messages where text = 'A secret'").await, 0);
    assert_eq!(stage.one::<i64>("select count(*) from contacts").await, 1);
    assert_eq!(
        stage.one::<i64>("select count(distinct text) from messages where text like 'line %'").await,
        20
    );
    let gaps = "select count(*) from conversations c where last_seq <> (select count(*) from messages m where m.conversation_id = c.id)";
    assert_eq!(stage.one::<i64>(gaps).await, 0);
}
