//! What can be sent, and what can be done to it afterwards. The platforms are the simulator's.

use serde_json::{Value, json};
use server::media::{self, Uploader};
use shared::{ConversationId, Role};

use crate::kit::{Platform, ask};

impl Platform {
    /// An upload of the agent's; its id.
    async fn upload(&self, name: &str, bytes: &'static [u8]) -> String {
        let uploader = Uploader::Member(self.agent.clone());
        let chunks = futures::stream::iter([Ok::<_, std::io::Error>(bytes::Bytes::from_static(bytes))]);
        let stored =
            media::store_upload(&self.app, self.agent.workspace_id, &uploader, name, 1 << 20, chunks).await;
        stored.unwrap().id.to_string()
    }

    /// Moves the simulator's clock, and ours as far as windows go.
    async fn a_day_passes(&self, conversation: ConversationId) {
        let mut behind = self.test.superuser().await;
        sqlx::query("update conversations set last_inbound_at = now() - interval '25 hours' where id = $1")
            .bind(conversation)
            .execute(&mut behind)
            .await
            .unwrap();
    }
}

const PNG: &[u8] = &[
    0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0x0d, b'I', b'H', b'D', b'R', 0, 0, 0, 1, 0, 0,
    0, 1, 8, 6, 0, 0, 0, 0x1f, 0x15, 0xc4, 0x89, 0, 0, 0, 0x0d, b'I', b'D', b'A', b'T', 0x78, 0x9c, 0x63,
    0xf8, 0xcf, 0xc0, 0xf0, 0x1f, 0, 5, 0, 1, 0xff, 0x56, 0xc7, 0x2f, 0x0d, 0, 0, 0, 0, b'I', b'E', b'N',
    b'D', 0xae, 0x42, 0x60, 0x82,
];

#[tokio::test(flavor = "multi_thread")]
async fn several_files_are_several_transmissions_of_one_message_each_with_its_state() {
    let platform = Platform::start().await;
    let line = platform.number(json!({})).await;
    let conversation = platform.people(&line, "p", 1).await[0];
    let files = [
        platform.upload("one.pdf", b"%PDF-1.4 one").await,
        platform.upload("two.txt", b"two").await,
        platform.upload("three.pdf", b"%PDF-1.4 three").await,
    ];
    let fault = json!({ "type": "error", "code": 131_053, "message": "Media upload error" });
    platform.fault(&line, json!({ "method": "media", "times": 1, "fault": fault })).await;
    let message = platform
        .send(json!({ "conversationId": conversation, "text": "All three", "attachmentIds": files }))
        .await;
    platform.until_empty().await;
    let shown = platform.message(&message).await;
    let parts = shown["transmissions"].as_array().unwrap();
    let states: Vec<&str> = parts.iter().map(|part| part["status"].as_str().unwrap()).collect();
    assert_eq!(states, ["FAILED", "SENT", "SENT"], "{shown}");
    let carried: Vec<&Value> = parts.iter().map(|part| &part["attachmentIds"][0]).collect();
    assert_eq!(carried, files.iter().map(|id| json!(id)).collect::<Vec<_>>().iter().collect::<Vec<_>>());
    assert_eq!(shown["status"], "FAILED");
    assert!(shown["failure"].is_string());
    let (arrived, doubled) = platform.arrived(&line).await;
    assert_eq!((arrived.len(), doubled), (2, json!([])));
}

#[tokio::test(flavor = "multi_thread")]
async fn pictures_go_out_as_an_album_and_a_second_send_of_the_same_needs_no_upload() {
    let platform = Platform::start().await;
    let line = platform.bot().await;
    let conversation = platform.people(&line, "p", 1).await[0];
    let files = [platform.upload("a.png", PNG).await, platform.upload("b.png", PNG).await];
    let message = platform
        .send(json!({ "conversationId": conversation, "text": "Look", "attachmentIds": files }))
        .await;
    let shown = platform.until(&message, "SENT").await;
    assert_eq!(shown["transmissions"].as_array().unwrap().len(), 1, "{shown}");
    let mut behind = platform.test.superuser().await;
    let (names, media): (i64, i64) =
        sqlx::query_as("select (select count(*) from platform_messages), (select count(*) from sent_media)")
            .fetch_one(&mut behind)
            .await
            .unwrap();
    assert_eq!((names, media), (2, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_can_be_changed_and_taken_back_on_the_phone_too() {
    let platform = Platform::start().await;
    let line = platform.bot().await;
    let conversation = platform.people(&line, "p", 1).await[0];
    let message = platform.say(conversation, "Five o'clock").await;
    platform.until(&message, "SENT").await;
    let edited =
        platform.mutate(&format!("editMessage(messageId: \"{message}\", text: \"Six o'clock\")")).await;
    assert_eq!((&edited["problem"], &edited["message"]["text"]), (&Value::Null, &json!("Six o'clock")));
    platform.until_empty().await;
    let bubbles = platform.bubbles("p-0", &line).await;
    assert_eq!(bubbles[0]["body"]["text"], "Six o'clock");
    let shown = platform.message(&message).await;
    assert_eq!(shown["revisions"], json!([{ "text": "Five o'clock" }]));
    let again =
        platform.mutate(&format!("editMessage(messageId: \"{message}\", text: \"Six o'clock\")")).await;
    assert_eq!(again["problem"], Value::Null);
    assert_eq!(platform.message(&message).await["revisions"].as_array().unwrap().len(), 1);

    let deleted = platform.mutate(&format!("deleteMessage(messageId: \"{message}\")")).await;
    assert_eq!((&deleted["problem"], &deleted["message"]["text"]), (&Value::Null, &json!("")));
    platform.until_empty().await;
    assert!(platform.bubbles("p-0", &line).await.iter().all(|bubble| bubble["deleted"] == true));
    let mut behind = platform.test.superuser().await;
    let (text, revisions): (String, i64) = sqlx::query_as(
        "select text, (select count(*) from message_revisions) from messages where direction = 2",
    )
    .fetch_one(&mut behind)
    .await
    .unwrap();
    assert_eq!((text.as_str(), revisions), ("", 0));
    let repeated = platform.mutate(&format!("deleteMessage(messageId: \"{message}\")")).await;
    assert_eq!(repeated["problem"], Value::Null);
    let late = platform.mutate(&format!("editMessage(messageId: \"{message}\", text: \"Seven\")")).await;
    assert_eq!(late["problem"]["code"], "TARGET_GONE");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_the_platform_refuses_is_taken_back_and_says_so() {
    let platform = Platform::start().await;
    let line = platform.bot().await;
    let conversation = platform.people(&line, "p", 1).await[0];
    let message = platform.say(conversation, "Five o'clock").await;
    platform.until(&message, "SENT").await;
    for method in ["editMessageText", "deleteMessage", "deleteMessages", "setMessageReaction"] {
        let fault =
            json!({ "type": "error", "code": 400, "message": "Bad Request: message can't be edited" });
        platform.fault(&line, json!({ "method": method, "times": 1, "fault": fault })).await;
    }
    platform.mutate(&format!("editMessage(messageId: \"{message}\", text: \"Six o'clock\")")).await;
    platform.until_empty().await;
    let shown = platform.message(&message).await;
    assert_eq!((&shown["text"], &shown["status"]), (&json!("Five o'clock"), &json!("SENT")));
    assert!(shown["transmissions"][0]["notes"][0].as_str().unwrap().contains("did not reach"), "{shown}");
    platform.mutate(&format!("react(messageId: \"{message}\", emoji: \"👍\")")).await;
    platform.until_empty().await;
    assert_eq!(platform.message(&message).await["reactions"], json!([]));
    platform.mutate(&format!("deleteMessage(messageId: \"{message}\")")).await;
    platform.until_empty().await;
    let shown = platform.message(&message).await;
    assert_eq!((&shown["text"], &shown["deletedAt"]), (&json!("Five o'clock"), &Value::Null));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_changes_the_later_one_stays_though_the_first_is_refused() {
    let platform = Platform::without_sender().await;
    let line = platform.bot().await;
    let conversation = platform.people(&line, "p", 1).await[0];
    let message = platform.say(conversation, "Five o'clock").await;
    let process = platform.another_process(0).await;
    platform.until(&message, "SENT").await;
    process.stopping.cancel();
    process.background.close();
    process.background.wait().await;
    let edit = async |text: &str| {
        platform.mutate(&format!("editMessage(messageId: \"{message}\", text: \"{text}\")")).await
    };
    assert_eq!(edit("Six o'clock").await["problem"], Value::Null);
    assert_eq!(edit("Seven o'clock").await["problem"], Value::Null);
    let fault = json!({ "type": "error", "code": 400, "message": "Bad Request: message can't be edited" });
    platform.fault(&line, json!({ "method": "editMessageText", "times": 1, "fault": fault.clone() })).await;
    let process = platform.another_process(0).await;
    platform.until_empty().await;
    assert_eq!(platform.message(&message).await["text"], "Seven o'clock");
    assert_eq!(platform.bubbles("p-0", &line).await[0]["body"]["text"], "Seven o'clock");
    process.stopping.cancel();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_still_waits_is_changed_and_taken_back_where_it_waits() {
    let platform = Platform::without_sender().await;
    let line = platform.bot().await;
    let conversation = platform.people(&line, "p", 1).await[0];
    let first = platform.say(conversation, "first").await;
    let second = platform.say(conversation, "second").await;
    let edited = platform.mutate(&format!("editMessage(messageId: \"{first}\", text: \"better\")")).await;
    assert_eq!(edited["problem"], Value::Null);
    let deleted = platform.mutate(&format!("deleteMessage(messageId: \"{second}\")")).await;
    assert_eq!(deleted["problem"], Value::Null);
    let process = platform.another_process(0).await;
    platform.until(&first, "SENT").await;
    platform.until_empty().await;
    let (arrived, _) = platform.arrived(&line).await;
    assert_eq!(arrived.iter().map(|one| one.1.as_str()).collect::<Vec<_>>(), ["better"]);
    process.stopping.cancel();
}

#[tokio::test(flavor = "multi_thread")]
async fn our_reaction_is_one_and_reaches_the_phone() {
    let platform = Platform::start().await;
    let line = platform.connected_bot().await;
    let conversation = platform.person(&line, "mia").await;
    let mut behind = platform.test.superuser().await;
    let theirs: shared::MessageId =
        sqlx::query_scalar("select id from messages where text like 'Hello%' and conversation_id = $1")
            .bind(conversation)
            .fetch_one(&mut behind)
            .await
            .unwrap();
    let react = |emoji: &str| format!("react(messageId: \"{theirs}\", emoji: {emoji})");
    assert_eq!(platform.mutate(&react("\"🦀\"")).await["problem"]["code"], "NOT_TAKEN");
    for emoji in ["👍", "❤"] {
        let reacted = platform.mutate(&react(&format!("\"{emoji}\""))).await;
        assert_eq!(reacted["problem"], Value::Null);
        assert_eq!(reacted["message"]["reactions"][0]["emoji"], emoji);
        assert_eq!(reacted["message"]["reactions"].as_array().unwrap().len(), 1);
        platform.until_empty().await;
        let chat = platform.look(&format!("/phones/mia/chats/{}", line.account)).await;
        let bubble =
            chat["messages"].as_array().unwrap().iter().find(|message| message["from"] == "customer");
        let bubble = bubble
            .filter(|bubble| bubble["body"]["text"] != "/start")
            .or(chat["messages"].as_array().unwrap().last());
        assert_eq!(bubble.unwrap()["reactions"]["business"], json!([emoji]), "{chat}");
    }
    let removed = platform.mutate(&react("null")).await;
    assert_eq!(removed["message"]["reactions"], json!([]));
    platform.until_empty().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_sender_and_admins_change_a_message_and_what_a_channel_cannot_is_said() {
    let platform = Platform::without_sender().await;
    let line = platform.number(json!({})).await;
    let conversation = platform.people(&line, "p", 1).await[0];
    let message = platform.say(conversation, "Hello").await;
    let colleague = platform.test.member(platform.agent.workspace_id, Role::Agent).await;
    let edit =
        format!("mutation {{ editMessage(messageId: \"{message}\", text: \"x\") {{ problem {{ code }} }} }}");
    let answer = ask(&platform.app, Some(&colleague), &edit, json!({})).await.ok();
    assert_eq!(answer["editMessage"]["problem"]["code"], "NOT_YOURS");
    // WhatsApp changes nothing that was sent.
    let answer = ask(&platform.app, Some(&platform.agent), &edit, json!({})).await.ok();
    assert_eq!(answer["editMessage"]["problem"]["code"], "NOT_POSSIBLE");
}

#[tokio::test(flavor = "multi_thread")]
async fn places_buttons_and_lists_go_out_and_are_shown() {
    let platform = Platform::start().await;
    let line = platform.number(json!({})).await;
    let conversation = platform.people(&line, "p", 1).await[0];
    let place = json!({ "latitude": 52.5, "longitude": 13.4, "name": "Shop", "address": "Main street 1" });
    let rows = json!([{ "title": "Tomorrow", "description": "Before noon" }, { "title": "Friday" }]);
    let sent = [
        platform.send(json!({ "conversationId": conversation, "location": place })).await,
        platform
            .send(json!({ "conversationId": conversation, "text": "Sure?", "buttons": [{ "title": "Yes" }, { "title": "No" }] }))
            .await,
        platform
            .send(json!({ "conversationId": conversation, "text": "When?",
                          "list": { "button": "Choose", "sections": [{ "title": "Days", "rows": rows }] } }))
            .await,
    ];
    for message in &sent {
        platform.until(message, "SENT").await;
    }
    let kinds = ["location", "text", "list"];
    for (message, kind) in sent.iter().zip(kinds) {
        assert_eq!(platform.message(message).await["transmissions"][0]["what"], kind);
    }
    assert_eq!(platform.bubbles("p-0", &line).await.len(), 3);
    let nowhere = json!({ "latitude": 91.0, "longitude": 13.4 });
    let input = json!({ "conversationId": conversation, "clientId": uuid::Uuid::new_v4(), "text": "", "location": nowhere });
    assert_eq!(platform.try_send(input).await["problem"]["code"], "NOWHERE");
}

#[tokio::test(flavor = "multi_thread")]
async fn outside_the_window_only_a_template_goes_out() {
    let platform = Platform::start().await;
    let line = platform.connected_number(json!({})).await;
    let conversation = platform.person(&line, "mia").await;
    platform.a_day_passes(conversation).await;
    let input = json!({ "conversationId": conversation, "clientId": uuid::Uuid::new_v4(), "text": "Hello?" });
    assert_eq!(platform.try_send(input).await["problem"]["code"], "WINDOW_CLOSED");

    let sync =
        format!("mutation {{ syncTemplates(channelId: \"{}\") {{ problem {{ code }} }} }}", line.channel_id);
    ask(&platform.app, Some(&platform.agent), &sync, json!({})).await.ok();
    let query = format!(
        "{{ templates(channelId: \"{}\") {{ id name language canBeSent bodyParameters buttons {{ needsValue }} }} }}",
        line.channel_id
    );
    let listed = ask(&platform.app, Some(&platform.agent), &query, json!({})).await.ok();
    let ready = |template: &&Value| template["name"] == "order_ready" && template["canBeSent"] == true;
    let ready =
        listed["templates"].as_array().unwrap().iter().find(ready).unwrap_or_else(|| panic!("{listed}"));
    assert_eq!(ready["bodyParameters"], json!(["1", "2"]));
    assert_eq!(ready["buttons"], json!([{ "needsValue": false }, { "needsValue": true }]));
    let filled = json!({ "templateId": ready["id"], "body": ["Mia", "1042"], "buttons": [{ "index": 1, "value": "1042" }] });
    let message = platform.send(json!({ "conversationId": conversation, "template": filled })).await;
    let sent = platform.until(&message, "DELIVERED").await;
    assert_eq!(sent["transmissions"][0]["what"], "template");
    assert!(sent["text"].as_str().unwrap().contains("1042"), "{sent}");
    let shown = platform.bubbles("mia", &line).await;
    assert!(shown.iter().any(|bubble| bubble.to_string().contains("1042")), "{shown:?}");
    let wrong = json!({ "conversationId": conversation, "clientId": uuid::Uuid::new_v4(), "text": "",
                        "template": { "templateId": ready["id"], "body": [] } });
    assert_ne!(platform.try_send(wrong).await["problem"], Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_template_has_all_of_them_read_anew() {
    let platform = Platform::start().await;
    let line = platform.connected_number(json!({})).await;
    let conversation = platform.person(&line, "mia").await;
    platform.wait("no templates", "select exists (select from templates where name = 'order_ready')").await;
    let mut behind = platform.test.superuser().await;
    let stale = "update templates set rejected_reason = 'of last year'";
    sqlx::query(stale).execute(&mut behind).await.unwrap();
    let hello: uuid::Uuid = sqlx::query_scalar("select id from templates where name = 'hello_world' limit 1")
        .fetch_one(&mut behind)
        .await
        .unwrap();
    let fault = json!({ "type": "error", "code": 132_001, "message": "Template name does not exist" });
    platform.fault(&line, json!({ "method": "messages", "times": 1, "fault": fault })).await;
    let template = json!({ "templateId": format!("tpl_{}", hello.simple()), "body": [] });
    let message = platform.send(json!({ "conversationId": conversation, "template": template })).await;
    platform.until(&message, "FAILED").await;
    let anew = "select not exists (select from templates where rejected_reason = 'of last year')";
    platform.wait("not read anew", anew).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_window_that_closes_while_a_message_waits_stops_it() {
    let platform = Platform::without_sender().await;
    let line = platform.number(json!({})).await;
    let conversation = platform.people(&line, "p", 1).await[0];
    let message = platform.say(conversation, "Hello").await;
    platform.a_day_passes(conversation).await;
    let process = platform.another_process(0).await;
    let failed = platform.until(&message, "FAILED").await;
    assert!(failed["failure"].as_str().unwrap().contains("template"), "{failed}");
    assert_eq!(failed["canRetry"], true);
    let (arrived, _) = platform.arrived(&line).await;
    assert_eq!(arrived.len(), 0);
    process.stopping.cancel();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_phone_shows_us_typing_and_what_we_have_read() {
    let platform = Platform::start().await;
    let line = platform.connected_number(json!({})).await;
    let conversation = platform.person(&line, "mia").await;
    let read = format!(
        "mutation {{ markRead(conversationId: \"{conversation}\", inboundCount: 9) {{ problem {{ code }} }} }}"
    );
    ask(&platform.app, Some(&platform.agent), &read, json!({})).await.ok();
    platform.until_empty().await;
    let bubble = async || {
        let chat = platform.look(&format!("/phones/mia/chats/{}", line.account)).await;
        chat["messages"]
            .as_array()
            .unwrap()
            .iter()
            .find(|message| message["from"] == "customer")
            .cloned()
            .unwrap()
    };
    assert_eq!(bubble().await["receipt"], "read");
    let typing = server::outbox::TypingOut::begin(&platform.app, platform.agent.workspace_id, conversation);
    let shown = async || {
        let ledger = platform.look(&format!("/ledger?account={}&what=changed", line.account)).await;
        ledger.to_string().contains(r#""change":"typing""#)
    };
    for _ in 0..200 {
        if shown().await {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    assert!(shown().await, "no sign of typing");
    drop(typing);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_that_does_not_tell_what_was_read_stays_silent() {
    let platform = Platform::start().await;
    let line = platform.connected_number(json!({})).await;
    let set = format!(
        "mutation {{ updateProviderSettings(channelId: \"{}\", readReceipts: false) {{ problem {{ code }} }} }}",
        line.channel_id
    );
    ask(&platform.app, Some(&platform.agent), &set, json!({})).await.ok();
    let conversation = platform.person(&line, "mia").await;
    let read = format!(
        "mutation {{ markRead(conversationId: \"{conversation}\", inboundCount: 9) {{ problem {{ code }} }} }}"
    );
    ask(&platform.app, Some(&platform.agent), &read, json!({})).await.ok();
    let mut behind = platform.test.superuser().await;
    let waiting: i64 =
        sqlx::query_scalar("select count(*) from outbox").fetch_one(&mut behind).await.unwrap();
    assert_eq!(waiting, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paused_channel_holds_what_is_sent_until_it_is_switched_on() {
    let platform = Platform::start().await;
    let line = platform.bot().await;
    let conversation = platform.people(&line, "p", 1).await[0];
    let switch = |on: bool| {
        format!(
            "mutation {{ setChannelActive(channelId: \"{}\", active: {on}) {{ problem {{ code }} }} }}",
            line.channel_id
        )
    };
    ask(&platform.app, Some(&platform.agent), &switch(false), json!({})).await.ok();
    let message = platform.say(conversation, "Hello").await;
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    assert_eq!(platform.message(&message).await["status"], "QUEUED");
    let query = format!("{{ conversation(id: \"{conversation}\") {{ queued }} }}");
    let shown = ask(&platform.app, Some(&platform.agent), &query, json!({})).await.ok();
    assert_eq!(shown["conversation"]["queued"], 1);
    ask(&platform.app, Some(&platform.agent), &switch(true), json!({})).await.ok();
    platform.until(&message, "SENT").await;
}
