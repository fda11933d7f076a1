//! WhatsApp numbers: connected by hand and by Embedded Signup, sharing a business account's webhook, and how they are
//! doing. Meta is the simulator, and asks back.

use serde_json::{Value, json};
use shared::ChannelId;

use crate::kit::{Providers, ask};

const APP_ID: &str = "118800000000017";
const APP_SECRET: &str = "0123456789abcdef0123456789abcdef";
const INSPECT: &str = "mutation($input: ConnectChannelInput!) { inspectChannel(input: $input) {
    account { platformAccountId parentAccountId handle warnings takenBy permissions { name granted serves } }
    problem { code field message } } }";

/// A number at the simulator.
async fn number(providers: &Providers, more: Value) -> Value {
    let mut new = json!({ "app": APP_ID, "app_secret": APP_SECRET });
    for (key, value) in more.as_object().unwrap() {
        new[key] = value.clone();
    }
    providers.control("whatsapp/numbers", new).await
}

/// What an admin types to connect it through an app of their own.
fn by_hand(number: &Value) -> Value {
    json!({ "kind": "WHATSAPP", "token": number["token"], "accountId": number["phone_number_id"],
            "parentAccountId": number["business_account_id"], "appSecret": number["app_secret"] })
}

async fn inspect(providers: &Providers, input: Value) -> Value {
    let data = ask(&providers.app, Some(&providers.owner), INSPECT, json!({ "input": input })).await.ok();
    data["inspectChannel"].clone()
}

async fn connected(providers: &Providers, input: Value) -> ChannelId {
    let made = providers.connect(input).await;
    assert_eq!(made["problem"], Value::Null, "{made}");
    assert_eq!(made["channel"]["state"], "CONNECTED");
    made["channel"]["id"].as_str().unwrap().parse().unwrap()
}

async fn disconnect(providers: &Providers, id: ChannelId) {
    let gone = providers.mutate(&format!("disconnectChannel(channelId: \"{id}\")"), json!({})).await;
    assert_eq!((&gone["problem"], &gone["channel"]["state"]), (&Value::Null, &json!("DISCONNECTED")));
}

/// Where the simulator sends a number's events.
async fn webhook(providers: &Providers, number: &Value) -> Value {
    providers.account(&number["account"]).await["webhook"].clone()
}

fn with_own_app(config: &mut server::config::Config) {
    let meta = &mut config.providers.meta;
    meta.app_id = Some(APP_ID.to_owned());
    meta.app_secret = Some(APP_SECRET.into());
    meta.verify_token = Some("what-the-operator-chose".into());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_is_connected_by_hand_and_each_mistake_has_words() {
    let providers = Providers::served(|_| {}).await;
    let number = number(&providers, json!({})).await;
    let lame = json!({ "business_account": number["business_account_id"], "scopes": ["whatsapp_business_management"] });
    let lame = providers.control("whatsapp/tokens", lame).await["token"].clone();
    let with = |key: &str, value: Value| {
        let mut input = by_hand(&number);
        input[key] = value;
        input
    };
    for (input, code, words) in [
        (with("token", json!("EAAGnobody")), "WRONG_TOKEN", "token"),
        (with("appSecret", Value::Null), "REQUIRED", "secret of the app"),
        (with("appSecret", json!("0000000000000000")), "WRONG_TOKEN", "app secret"),
        (with("token", lame), "REFUSED", "whatsapp_business_messaging (for sending and receiving"),
        (with("accountId", json!("+49 30 123")), "REFUSED", "no telephone number"),
        (with("accountId", json!("1234567")), "REFUSED", "no number with this"),
        (with("pin", json!("12")), "INVALID", "six digits"),
    ] {
        let answer = inspect(&providers, input.clone()).await;
        assert_eq!(answer["problem"]["code"], code, "{input}: {answer}");
        assert!(answer["problem"]["message"].as_str().unwrap().contains(words), "{answer}");
    }
    let seen = inspect(&providers, by_hand(&number)).await;
    assert_eq!(seen["account"]["platformAccountId"], number["phone_number_id"], "{seen}");
    let granted: Vec<&Value> =
        seen["account"]["permissions"].as_array().unwrap().iter().map(|one| &one["granted"]).collect();
    assert_eq!(granted, [true, true]);
    assert_eq!(webhook(&providers, &number).await, Value::Null, "nothing has changed");

    let id = connected(&providers, by_hand(&number)).await;
    let address = webhook(&providers, &number).await;
    assert!(address.as_str().unwrap().contains("/webhooks/whatsapp/"), "{address}");
    let channel = providers.channel(id).await;
    let purposes: Vec<&Value> =
        channel["credentials"].as_array().unwrap().iter().map(|credential| &credential["purpose"]).collect();
    assert_eq!(purposes, ["ACCESS_TOKEN", "APP_SECRET", "VERIFY_TOKEN"]);
    providers.phone("ana", "send", &number["account"], json!({ "text": "Oi! Tudo bem?" })).await;
    providers.heard("Oi! Tudo bem?").await;
    disconnect(&providers, id).await;
    assert_eq!(webhook(&providers, &number).await, Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_of_one_business_account_share_its_webhook() {
    let providers = Providers::served(|_| {}).await;
    let first = number(&providers, json!({})).await;
    let second = number(&providers, json!({ "business_account": first["business_account_id"] })).await;
    let ours = connected(&providers, by_hand(&first)).await;
    let address = webhook(&providers, &first).await;
    let seen = inspect(&providers, by_hand(&second)).await;
    assert!(!seen["account"]["warnings"].to_string().contains("not to this workspace"), "{seen}");
    let sibling = connected(&providers, by_hand(&second)).await;
    assert_eq!(webhook(&providers, &second).await, address, "the first one's is everybody's");
    for id in [ours, sibling] {
        let checked = providers.mutate(&format!("checkChannel(channelId: \"{id}\")"), json!({})).await;
        assert_eq!(checked["channel"]["health"]["webhookOurs"], true, "{checked}");
    }
    providers.phone("ana", "send", &first["account"], json!({ "text": "to the first" })).await;
    providers.phone("ana", "send", &second["account"], json!({ "text": "to the second" })).await;
    providers.heard("to the first").await;
    providers.heard("to the second").await;

    disconnect(&providers, ours).await;
    let next = webhook(&providers, &second).await;
    assert_ne!(next, Value::Null, "the other still hears");
    assert_ne!(next, address, "at an address of its own");
    providers.phone("noor", "send", &second["account"], json!({ "text": "still there?" })).await;
    providers.heard("still there?").await;
    disconnect(&providers, sibling).await;
    assert_eq!(webhook(&providers, &second).await, Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_installations_own_app_serves_every_workspace_and_a_number_is_in_one() {
    let providers = Providers::served(with_own_app).await;
    let number = number(&providers, json!({})).await;
    let by_token =
        json!({ "kind": "WHATSAPP", "token": number["token"], "accountId": number["phone_number_id"] });
    let id = connected(&providers, by_token.clone()).await;
    let address = webhook(&providers, &number).await;
    assert!(address.as_str().unwrap().ends_with("/webhooks/meta/app"), "{address}");
    providers.phone("kenji", "send", &number["account"], json!({ "text": "Hello there" })).await;
    providers.heard("Hello there").await;

    let stranger = providers.test.owner().await;
    let seen = ask(&providers.app, Some(&stranger), INSPECT, json!({ "input": by_token })).await.ok();
    let connect = providers
        .mutate_as(&stranger, "connectChannel(input: $input)", json!({ "input": by_token }))
        .await
        .ok();
    for problem in [&seen["inspectChannel"]["problem"], &connect["it"]["problem"]] {
        assert_eq!(problem["code"], "TAKEN", "{problem}");
        let words = problem["message"].as_str().unwrap();
        assert!(!words.contains("Bloom") && words.contains("another workspace"), "{words}");
    }
    let theirs = ask(&providers.app, Some(&stranger), "{ channels { id } }", json!({})).await.ok();
    assert_eq!(theirs["channels"], json!([]));
    // Ours goes on, and when we let go, they can have it.
    assert_eq!(providers.channel(id).await["state"], "CONNECTED");
    disconnect(&providers, id).await;
    let connect = providers
        .mutate_as(&stranger, "connectChannel(input: $input)", json!({ "input": by_token }))
        .await
        .ok();
    assert_eq!(connect["it"]["problem"], Value::Null, "{connect}");
}

#[tokio::test(flavor = "multi_thread")]
async fn embedded_signup_connects_by_a_code_that_is_good_once() {
    let providers = Providers::served(with_own_app).await;
    let number = number(&providers, json!({})).await;
    let signup = json!({ "phone_number_id": number["phone_number_id"], "token_lifetime_s": 5 * 24 * 3600 });
    let signed_up = providers.control("whatsapp/signups", signup).await;
    let data = &signed_up["message"]["data"];
    let input = json!({ "kind": "WHATSAPP", "code": signed_up["code"], "accountId": data["phone_number_id"],
                        "parentAccountId": data["waba_id"], "name": "Shop floor" });
    assert_eq!(inspect(&providers, input.clone()).await["problem"]["field"], "code");
    let id = connected(&providers, input.clone()).await;
    let channel = providers.channel(id).await;
    assert_eq!(channel["name"], "Shop floor");
    let again = providers.connect(input).await;
    assert_eq!(again["problem"]["code"], "REFUSED", "{again}");

    // The configuration makes tokens that end: the alarm rings at the first look, and once.
    for _ in 0..2 {
        providers.mutate(&format!("checkChannel(channelId: \"{id}\")"), json!({})).await;
    }
    let alarms: Vec<_> =
        providers.events(id).await.into_iter().filter(|(kind, ..)| kind == "token_expires").collect();
    assert_eq!(alarms.len(), 1, "{alarms:?}");
    assert_eq!(alarms[0].1, "WARNING");
    assert!(alarms[0].2.contains("Connect the channel again before"), "{alarms:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn quality_limits_and_templates_are_followed() {
    let providers = Providers::served(|_| {}).await;
    let number = number(&providers, json!({})).await;
    let id = connected(&providers, by_hand(&number)).await;
    let check = format!("checkChannel(channelId: \"{id}\")");
    let good = providers.mutate(&check, json!({})).await["channel"]["health"].clone();
    assert_eq!(
        (&good["state"], &good["quality"], &good["messagingLimit"]),
        (&json!("GOOD"), &json!("GREEN"), &json!("TIER_2K"))
    );
    let path = format!("whatsapp/numbers/{}", number["phone_number_id"].as_str().unwrap());
    providers.change(&path, json!({ "quality": "RED", "tier": "TIER_250" })).await;
    let bad = providers.mutate(&check, json!({})).await["channel"]["health"].clone();
    assert_eq!(
        (&bad["state"], &bad["quality"], &bad["messagingLimit"]),
        (&json!("BROKEN"), &json!("RED"), &json!("TIER_250"))
    );
    let events = providers.events(id).await;
    assert!(events.iter().any(|(kind, severity, _)| kind == "quality" && severity == "BROKEN"), "{events:?}");
    assert!(events.iter().any(|(.., words)| words.contains("now TIER_250; it was TIER_2K")), "{events:?}");

    // The job of the new connection has read the templates by now, or does so soon.
    let listed = format!("{{ templates(channelId: \"{id}\", search: \"order_ready\") {{ language }} }}");
    let until = tokio::time::Instant::now() + std::time::Duration::from_secs(40);
    loop {
        let data = ask(&providers.app, Some(&providers.owner), &listed, json!({})).await.ok();
        if data["templates"].as_array().unwrap().len() == 3 {
            break;
        }
        assert!(tokio::time::Instant::now() < until, "no templates");
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_goes_the_way_of_every_message() {
    let providers = Providers::served(|_| {}).await;
    let bot = providers.bot().await;
    let id = providers.connected(&bot).await;
    providers.phone("ana", "start", &bot["account"], json!({})).await;
    providers.phone("ana", "send", &bot["account"], json!({ "text": "Is anybody there?" })).await;
    let (_, contact) = providers.heard("Is anybody there?").await;
    let test = format!(
        "mutation {{ sendTest(channelId: \"{id}\", contactId: \"{contact}\") {{ words problem {{ code message }} }} }}"
    );
    let sent = ask(&providers.app, Some(&providers.owner), &test, json!({})).await.ok()["sendTest"].take();
    assert_eq!(sent, json!({ "words": "The provider took the test.", "problem": null }));
    let chat = providers.look(&format!("phones/ana/chats/{}", bot["account"].as_str().unwrap())).await;
    assert!(chat.to_string().contains("This is a test of our connection"), "{chat}");

    providers.phone("ana", "block", &bot["account"], json!({})).await;
    let refused = ask(&providers.app, Some(&providers.owner), &test, json!({})).await.ok()["sendTest"].take();
    assert_ne!(refused["problem"], Value::Null, "{refused}");
    providers.mutate(&format!("setChannelActive(channelId: \"{id}\", active: false)"), json!({})).await;
    let paused = ask(&providers.app, Some(&providers.owner), &test, json!({})).await.ok()["sendTest"].take();
    assert_eq!(paused["problem"]["code"], "CHANNEL_INACTIVE");
}
