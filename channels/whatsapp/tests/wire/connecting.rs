use channel_core::{CallError, ChannelAdapter, Check, CheckState, Connected, Health};
use serde_json::{Value, json};

use super::accounts::{BOTH, number, token_info};
use super::kit::*;

const OURS: &str = "https://inbox.example/webhooks/whatsapp/abc";

fn apps(callback: Option<&str>) -> Value {
    let mut app = json!({ "whatsapp_business_api_data": { "id": APP, "name": "Shop" } });
    if let Some(callback) = callback {
        app["override_callback_uri"] = json!(callback);
    }
    json!({ "data": [app] })
}

async fn wire_with(number: Value, apps: Value) -> Wire {
    let wire = Wire::start().await;
    wire.on("GET", NUMBER, 200, number).await;
    wire.on("GET", "debug_token", 200, token_info(BOTH, &[BUSINESS])).await;
    wire.on("GET", &format!("{BUSINESS}/subscribed_apps"), 200, apps).await;
    wire.on("POST", &format!("{BUSINESS}/subscribed_apps"), 200, json!({ "success": true })).await;
    wire.on("DELETE", &format!("{BUSINESS}/subscribed_apps"), 200, json!({ "success": true })).await;
    wire
}

async fn connect(wire: &Wire) -> Result<Connected, CallError> {
    wire.whatsapp.connect(&wire.account, &target()).await
}

async fn names(wire: &Wire, verb: &str) -> Vec<String> {
    let calls = wire.calls().await.into_iter().filter(|(_, request)| request.method == verb);
    calls.map(|(name, _)| name).collect()
}

#[tokio::test]
async fn events_are_sent_to_us_with_our_verify_token() {
    let wire = wire_with(number(), apps(Some(OURS))).await;
    let connected = connect(&wire).await.unwrap();
    assert_eq!(connected.webhook.host.as_deref(), Some("inbox.example"));
    assert!(connected.warnings.is_empty(), "{:?}", connected.warnings);
    assert_eq!(names(&wire, "POST").await, ["subscribed_apps"], "and it is not registered again");
    let calls = wire.calls().await;
    let (_, post) = calls.iter().find(|(_, request)| request.method == "POST").unwrap();
    let body: Value = post.body_json().unwrap();
    assert_eq!(body, json!({ "override_callback_uri": OURS, "verify_token": "verify-token" }));
}

#[tokio::test]
async fn a_webhook_that_is_another_afterwards_is_not_believed() {
    let wire = wire_with(number(), apps(Some("https://old.example/"))).await;
    assert!(matches!(connect(&wire).await, Err(CallError::Temporary(_))));
    let wire = wire_with(number(), json!({ "data": [] })).await;
    assert!(matches!(connect(&wire).await, Err(CallError::Temporary(_))));
    let silent = wire_with(number(), apps(None)).await;
    assert!(connect(&silent).await.is_ok(), "Meta need not say where to");
}

#[tokio::test]
async fn an_address_that_meta_cannot_reach_is_told() {
    let wire = Wire::start().await;
    wire.on("GET", NUMBER, 200, number()).await;
    let failed =
        error(2200, "(#2200) Callback verification failed with the following errors: HTTP Status Code = 403");
    wire.on("POST", &format!("{BUSINESS}/subscribed_apps"), 400, failed).await;
    let error = connect(&wire).await;
    assert!(matches!(&error, Err(CallError::Refused { words, .. }) if words.contains("reach")), "{error:?}");
}

fn unregistered() -> Value {
    let mut number = number();
    number["status"] = json!("PENDING");
    number["platform_type"] = json!("NOT_APPLICABLE");
    number
}

#[tokio::test]
async fn a_new_number_is_registered_with_its_pin() {
    let mut wire = wire_with(unregistered(), apps(Some(OURS))).await;
    wire.on("POST", &format!("{NUMBER}/register"), 200, json!({ "success": true })).await;
    assert_eq!(connect(&wire).await.unwrap().warnings.len(), 1, "without a PIN it only says so");
    assert_eq!(names(&wire, "POST").await, ["subscribed_apps"]);

    wire.account.secrets.pin = Some("123456".into());
    assert!(connect(&wire).await.unwrap().warnings.is_empty());
    let calls = wire.calls().await;
    let (_, register) = calls.iter().find(|(name, _)| name == "register").unwrap();
    let body: Value = register.body_json().unwrap();
    assert_eq!(body, json!({ "messaging_product": "whatsapp", "pin": "123456" }));

    wire.account.secrets.pin = Some("12345".into());
    assert!(matches!(connect(&wire).await, Err(CallError::Refused { .. })));
}

#[tokio::test]
async fn a_number_of_the_business_app_is_never_registered() {
    let mut shared = unregistered();
    shared["is_on_biz_app"] = json!(true);
    let mut wire = wire_with(shared, apps(Some(OURS))).await;
    wire.account.secrets.pin = Some("123456".into());
    assert!(connect(&wire).await.unwrap().warnings.is_empty());
    assert_eq!(names(&wire, "POST").await, ["subscribed_apps"]);
}

#[tokio::test]
async fn why_a_number_cannot_be_registered_is_told() {
    for (code, words) in [(133_005, "PIN is wrong"), (133_010, "not registered"), (133_006, "verified")] {
        let mut wire = wire_with(unregistered(), apps(Some(OURS))).await;
        wire.account.secrets.pin = Some("123456".into());
        wire.on("POST", &format!("{NUMBER}/register"), 400, error(code, "x")).await;
        let refused = connect(&wire).await;
        assert!(
            matches!(&refused, Err(CallError::Refused { words: told, .. }) if told.contains(words)),
            "{refused:?}"
        );
    }
    let mut wire = wire_with(unregistered(), apps(Some(OURS))).await;
    wire.account.secrets.pin = Some("123456".into());
    wire.on("POST", &format!("{NUMBER}/register"), 400, error(133_016, "x")).await;
    let waits = connect(&wire).await;
    assert!(
        matches!(&waits, Err(CallError::Temporary(wait)) if wait.retry_after.as_secs() > 3600),
        "{waits:?}"
    );
}

#[tokio::test]
async fn an_app_that_subscribes_to_nothing_is_subscribed() {
    let mut wire = wire_with(number(), apps(Some(OURS))).await;
    wire.account.secrets.app_secret = Some("app-secret".into());
    let place = format!("{APP}/subscriptions");
    wire.on_times(1, "GET", &place, 200, json!({ "data": [{ "object": "page", "fields": [] }] })).await;
    let made = json!({ "data": [{ "object": "whatsapp_business_account", "callback_url": OURS, "active": true,
                                  "fields": [{ "name": "messages", "version": "v25.0" }, { "name": "account_update" }] }] });
    wire.on("GET", &place, 200, made).await;
    wire.on("POST", &place, 200, json!({ "success": true })).await;
    let connected = connect(&wire).await.unwrap();
    assert_eq!(connected.webhook.events, ["messages", "account_update"]);
    assert!(connected.warnings[0].contains("message_template_status_update"), "{:?}", connected.warnings);
    let calls = wire.calls().await;
    let (_, post) =
        calls.iter().find(|(name, request)| name == "subscriptions" && request.method == "POST").unwrap();
    let body: Value = post.body_json().unwrap();
    assert_eq!((&body["callback_url"], &body["verify_token"]), (&json!(OURS), &json!("verify-token")));
    assert!(body["fields"].as_str().unwrap().split(',').any(|field| field == "messages"));
    assert_eq!(post.headers["authorization"], format!("Bearer {APP}|app-secret"));

    connect(&wire).await.unwrap();
    let posts = names(&wire, "POST").await.into_iter().filter(|name| name == "subscriptions").count();
    assert_eq!(posts, 1, "one that is there is left alone");
}

#[tokio::test]
async fn only_our_own_webhook_is_taken_back() {
    for (subscribed, deletions) in [
        (apps(Some(OURS)), 1),
        (apps(None), 1),
        (apps(Some("https://old.example/")), 0),
        (json!({ "data": [] }), 0),
    ] {
        let wire = wire_with(number(), subscribed).await;
        wire.whatsapp.disconnect(&wire.account, &target()).await.unwrap();
        assert_eq!(names(&wire, "DELETE").await.len(), deletions);
    }
    let wire = Wire::start().await;
    wire.on("GET", &format!("{BUSINESS}/subscribed_apps"), 401, error(190, "dead")).await;
    assert!(wire.whatsapp.disconnect(&wire.account, &target()).await.is_ok(), "a dead token has no webhook");
    let wire = Wire::start().await;
    wire.on("GET", &format!("{BUSINESS}/subscribed_apps"), 500, error(2, "later")).await;
    assert!(matches!(wire.whatsapp.disconnect(&wire.account, &target()).await, Err(CallError::Temporary(_))));
}

fn state(health: &Health, name: &str) -> Option<CheckState> {
    health.checks.iter().find(|check: &&Check| check.name == name).map(|check| check.state)
}

#[tokio::test]
async fn a_healthy_number_is_good_all_over() {
    let wire = wire_with(number(), apps(Some(OURS))).await;
    let health = wire.whatsapp.probe(&wire.account, &target()).await.unwrap();
    assert_eq!(health.state(), CheckState::Good, "{:#?}", health.checks);
    let names: Vec<&str> = health.checks.iter().map(|check| check.name.as_str()).collect();
    assert_eq!(names, ["token", "permissions", "status", "quality", "name", "webhook"]);
    assert!(health.webhook.unwrap().ours);
}

#[tokio::test]
async fn a_number_in_trouble_says_so_worst_first() {
    let mut sick = number();
    sick["quality_rating"] = json!("YELLOW");
    sick["health_status"] = json!({ "can_send_message": "BLOCKED", "entities": [
        { "entity_type": "WABA", "errors": [{ "error_description": "No payment method.", "possible_solution": "Add one." }] }] });
    let wire = wire_with(sick, apps(Some("https://old.example/secret"))).await;
    let health = wire.whatsapp.probe(&wire.account, &target()).await.unwrap();
    assert_eq!(state(&health, "quality"), Some(CheckState::Warning));
    assert_eq!(state(&health, "sending"), Some(CheckState::Broken));
    assert_eq!(state(&health, "webhook"), Some(CheckState::Broken));
    assert_eq!(health.checks[0].state, CheckState::Broken);
    let shown = format!("{health:?}");
    assert!(
        shown.contains("No payment method.") && shown.contains("old.example") && !shown.contains("/secret")
    );
}

#[tokio::test]
async fn a_dead_token_is_an_answer_of_its_own() {
    let wire = Wire::start().await;
    wire.on("GET", NUMBER, 401, error(190, "dead")).await;
    let probed = wire.whatsapp.probe(&wire.account, &target()).await;
    assert!(matches!(probed, Err(CallError::Unauthorised(_))), "{probed:?}");
}
