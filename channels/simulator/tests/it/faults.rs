//! Faults on request.

use std::time::Instant;

use serde_json::{Value, json};

use crate::kit::{Bot, Number, Receiver, Stage, items};

const ANA: i64 = 6_812_345_678;

#[tokio::test]
async fn rate_limits_come_with_and_without_a_wait() {
    let stage = Stage::start().await;
    let bot = Bot::create(&stage).await;
    bot.says("ana", "hi").await;
    let send = json!({ "chat_id": ANA, "text": "x" });
    stage.fault(json!({ "method": "sendMessage", "times": 1, "fault": { "type": "rate_limit", "retry_after": 7 } })).await;
    let (status, answer) = bot.call("sendMessage", send.clone()).await;
    assert_eq!((status, &answer["parameters"]["retry_after"]), (429, &json!(7)));
    stage.fault(json!({ "account": bot.account, "times": 1, "fault": { "type": "rate_limit" } })).await;
    let (status, answer) = bot.call("sendMessage", send.clone()).await;
    assert_eq!((status, answer.get("parameters")), (429, None));
    assert_eq!(bot.call("sendMessage", send).await.0, 200);

    let number = Number::with(&stage, json!({})).await;
    stage.fault(json!({ "times": 1, "fault": { "type": "rate_limit", "retry_after": 120 } })).await;
    let url = stage.url(&format!("/v25.0/{}", number.id));
    let answer = stage.http.get(url).bearer_auth(&number.token).send().await.unwrap();
    assert_eq!(answer.status(), 429);
    let usage = answer.headers()["x-business-use-case-usage"].to_str().unwrap().to_owned();
    assert!(usage.contains(r#""estimated_time_to_regain_access":2"#), "{usage}");
}

#[tokio::test]
async fn a_cut_answer_leaves_the_message_on_the_phone() {
    let stage = Stage::start().await;
    let bot = Bot::create(&stage).await;
    bot.says("ana", "hi").await;
    for (fault, arrived) in [(json!({ "type": "cut" }), 1), (json!({ "type": "cut", "processed": false }), 1)]
    {
        let id = stage.fault(json!({ "method": "sendMessage", "fault": fault })).await;
        let url = stage.url(&format!("/bot{}/sendMessage", bot.token));
        let answer = stage.http.post(url).json(&json!({ "chat_id": ANA, "text": "once" })).send().await;
        assert!(answer.is_err(), "no answer at all");
        assert_eq!(stage.summary("phone=ana").await["arrived"].as_array().map(Vec::len), Some(arrived));
        stage.http.delete(stage.url(&format!("/control/faults/{id}"))).send().await.unwrap();
    }
    stage.fault(json!({ "method": "sendMessage", "fault": { "type": "torn" } })).await;
    let url = stage.url(&format!("/bot{}/sendMessage", bot.token));
    let torn = stage.http.post(url).json(&json!({ "chat_id": ANA, "text": "torn" })).send().await.unwrap();
    assert!(torn.bytes().await.is_err());
    assert_eq!(stage.summary("phone=ana").await["arrived"].as_array().map(Vec::len), Some(2));
}

#[tokio::test]
async fn errors_are_slow_broken_or_dead_as_asked() {
    let stage = Stage::start().await;
    let bot = Bot::create(&stage).await;
    stage.fault(json!({ "times": 1, "fault": { "type": "server_error", "status": 503 } })).await;
    assert_eq!(bot.call("getMe", json!({})).await.0, 503);
    stage.fault(json!({ "times": 1, "fault": { "type": "token_dead" } })).await;
    assert_eq!(bot.call("getMe", json!({})).await.0, 401);
    stage.fault(json!({ "times": 1, "fault": { "type": "slow", "ms": 150 } })).await;
    let began = Instant::now();
    assert_eq!(bot.call("getMe", json!({})).await.0, 200);
    assert!(began.elapsed().as_millis() >= 150);
    let wanted = json!({ "type": "error", "code": 403, "message": "Forbidden: user is deactivated" });
    stage.fault(json!({ "times": 1, "fault": wanted })).await;
    assert_eq!(bot.call("getMe", json!({})).await.1["description"], "Forbidden: user is deactivated");
    let ledger = stage.get("/control/ledger?what=called").await;
    let faults: Vec<_> =
        ledger["entries"].as_array().unwrap().iter().map(|entry| entry["fault"].clone()).collect();
    assert_eq!(faults, ["server_error", "token_dead", "slow", "error"]);
}

#[tokio::test]
async fn repeats_and_reordering_are_seen_by_the_webhook_and_the_ledger() {
    let (stage, receiver) = (Stage::start().await, Receiver::start().await);
    let number = Number::create(&stage, &receiver).await;
    stage.fault(json!({ "account": number.account, "percent": 30, "fault": { "type": "repeat" } })).await;
    stage.fault(json!({ "account": number.account, "percent": 30, "fault": { "type": "reorder", "hold_ms": 3000 } })).await;
    for at in 0..40 {
        number.says("ana", &format!("n{at:02}")).await;
    }
    stage.idle().await;
    let texts: Vec<String> = items(&receiver, "messages")
        .iter()
        .map(|one| one["text"]["body"].as_str().unwrap().to_owned())
        .collect();
    assert!(texts.len() > 42, "some came twice: {}", texts.len());
    assert!(!texts.is_sorted(), "some were overtaken");
    let mut once = texts.clone();
    once.sort();
    once.dedup();
    assert_eq!(once.len(), 40, "none was lost");
    let summary = stage.summary("phone=ana").await;
    let answered: u64 =
        summary["sent"].as_array().unwrap().iter().map(|sent| sent["answered"].as_u64().unwrap()).sum();
    assert_eq!(answered as usize, texts.len());
}

#[tokio::test]
async fn a_lost_webhook_is_never_sent_and_a_forged_one_is_followed_by_the_true_one() {
    let (stage, receiver) = (Stage::start().await, Receiver::start().await);
    let number = Number::create(&stage, &receiver).await;
    stage.fault(json!({ "times": 1, "fault": { "type": "lose" } })).await;
    number.says("ana", "lost").await;
    stage.idle().await;
    stage.fault(json!({ "times": 1, "fault": { "type": "bad_signature" } })).await;
    number.says("ana", "true").await;
    stage.idle().await;
    let all = receiver.all();
    assert_eq!(all.len(), 2);
    assert_eq!(all[0].bytes, all[1].bytes);
    assert_ne!(all[0].headers["x-hub-signature-256"], all[1].headers["x-hub-signature-256"]);
    let summary = stage.summary("phone=ana").await;
    assert_eq!((&summary["sent"][0]["answered"], &summary["sent"][1]["answered"]), (&json!(0), &json!(1)));
}

#[tokio::test]
async fn a_batch_gathers_messages_and_statuses_into_one_delivery() {
    let (stage, receiver) = (Stage::start().await, Receiver::start().await);
    let number = Number::create(&stage, &receiver).await;
    stage.fault(json!({ "fault": { "type": "batch", "max": 50, "wait_ms": 20_000 } })).await;
    for at in 0..10 {
        number.says("ana", &at.to_string()).await;
    }
    stage.idle().await;
    assert_eq!(receiver.all().len(), 1);
    let messages = items(&receiver, "messages");
    let texts: Vec<_> = messages.iter().map(|one| one["text"]["body"].as_str().unwrap()).collect();
    assert_eq!(texts, ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]);
    assert_eq!(items(&receiver, "contacts").len(), 1);
}

#[tokio::test]
async fn statuses_can_overtake_the_answer() {
    let (stage, receiver) = (Stage::start().await, Receiver::start().await);
    let number = Number::create(&stage, &receiver).await;
    number.says("ana", "hi").await;
    receiver.wait_for(1).await;
    stage
        .fault(json!({ "method": "messages", "fault": { "type": "early_status", "answer_after_ms": 400 } }))
        .await;
    let sending = number.text("5511987650321", "fast");
    let (id, before) = tokio::join!(sending, async {
        receiver.wait_for(3).await;
        items(&receiver, "statuses")
    });
    assert_eq!((&before[0]["id"], &before[1]["status"]), (&json!(id), &json!("delivered")));
}

#[tokio::test]
async fn the_same_seed_makes_the_same_accounts() {
    let one = Bot::create(&Stage::start().await).await.token.clone();
    let two = Bot::create(&Stage::start().await).await.token.clone();
    assert_eq!(one, two);
}

#[tokio::test]
async fn other_sites_pages_may_not_steer_the_simulator() {
    let stage = Stage::start().await;
    let ask = |name: &str, value: &str| {
        stage
            .http
            .post(stage.url("/control/clock"))
            .header(name, value)
            .json(&json!({ "advance_ms": 1 }))
            .send()
    };
    for (name, value) in
        [("origin", "https://evil.example"), ("host", "evil.example"), ("sec-fetch-site", "cross-site")]
    {
        assert_eq!(ask(name, value).await.unwrap().status(), 403, "{name}");
    }
    let own = stage.simulator.url().to_owned();
    assert_eq!(ask("origin", &own).await.unwrap().status(), 200);
    let _: Value = stage.get("/control/health").await;
}

#[tokio::test]
async fn the_page_and_the_dialog_are_served_under_a_strict_policy() {
    let stage = Stage::start().await;
    for path in ["/", "/page/app.js", "/page/phone.css", "/v25.0/dialog/oauth?client_id=1"] {
        let answer = stage.http.get(stage.url(path)).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        let policy = answer.headers()["content-security-policy"].to_str().unwrap();
        assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
    }
}

#[tokio::test]
async fn what_changes_on_a_phone_is_told_live() {
    let stage = Stage::start().await;
    let bot = Bot::create(&stage).await;
    let mut live = stage.http.get(stage.url("/control/live")).send().await.unwrap();
    bot.says("ana", "seen live").await;
    let mut told = String::new();
    while !told.contains("seen live") {
        let chunk = live.chunk().await.unwrap().unwrap();
        told.push_str(std::str::from_utf8(&chunk).unwrap());
    }
    stage.simulator.stop().await;
}

#[tokio::test]
async fn a_stage_put_up_again_has_its_accounts_and_new_ids() {
    let folder = std::env::temp_dir().join(format!("simulator-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let state = Some(folder.join("state.json"));
    let settings =
        simulator::Settings { state, accounts: true, time_factor: 100.0, ..simulator::Settings::default() };
    let receiver = Receiver::start().await;
    let mut ids = Vec::new();
    for run in 0..2 {
        let stage = Stage::with(settings.clone()).await;
        let accounts = stage.get("/control/accounts").await["accounts"].clone();
        assert_eq!(accounts.as_array().map(Vec::len), Some(2));
        let (account, token) = (accounts[0]["account"].clone(), accounts[0]["token"].as_str().unwrap());
        if run == 0 {
            let url = stage.url(&format!("/bot{token}/setWebhook"));
            stage.http.post(url).json(&json!({ "url": receiver.url })).send().await.unwrap();
        }
        let sent = stage.act("ana", "send", json!({ "to": account, "text": "again" })).await;
        receiver.wait_for(run + 1).await;
        ids.push((token.to_owned(), sent["messages"][0].clone(), sent["events"][0].clone()));
        stage.simulator.stop().await;
        tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
    }
    assert_eq!(ids[0].0, ids[1].0, "the same bot");
    assert_ne!(ids[0].1, ids[1].1);
    assert_ne!(ids[0].2, ids[1].2);
    std::fs::remove_dir_all(folder).unwrap();
}
