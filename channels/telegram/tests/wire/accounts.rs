use super::kit::*;
use channel_core::{CallError, ChannelAdapter, CheckState, Credentials, WebhookTarget};
use secrecy::SecretString;
use serde_json::{Value, json};

pub fn target() -> WebhookTarget {
    WebhookTarget {
        url: "https://inbox.example/webhooks/telegram/ep_unguessable".parse().unwrap(),
        secret: SecretString::from("hook-secret"),
    }
}

const URL: &str = "https://inbox.example/webhooks/telegram/ep_unguessable";

fn me() -> Value {
    json!({ "id": 5_500_110_022_i64, "is_bot": true, "first_name": "Helpdesk", "username": "helpdesk_bot", "can_join_groups": true })
}

fn webhook(url: &str, more: Value) -> Value {
    let mut info = json!({ "url": url, "has_custom_certificate": false, "pending_update_count": 0 });
    info.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    info
}

fn all_updates() -> Value {
    json!([
        "message",
        "edited_message",
        "channel_post",
        "edited_channel_post",
        "message_reaction",
        "callback_query",
        "my_chat_member",
        "business_connection",
        "business_message",
        "edited_business_message",
        "deleted_business_messages"
    ])
}

fn token(text: &str) -> Credentials {
    Credentials::Token {
        token: SecretString::from(text),
        account_id: None,
        parent_account_id: None,
        app_secret: None,
    }
}

#[tokio::test]
async fn a_typed_token_is_told_whose_it_is() {
    let wire = Wire::start().await;
    wire.result("getMe", me()).await;
    wire.result("getWebhookInfo", webhook("https://rival.example/secret-path", json!({}))).await;
    wire.refuse_times(9, "getUserProfilePhotos", 400, "Bad Request: user not found").await;
    let info = wire.telegram.inspect(&token(TOKEN)).await.unwrap();
    assert_eq!((info.platform_account_id.as_str(), info.name.as_str()), ("5500110022", "Helpdesk"));
    assert_eq!(info.link.as_deref(), Some("https://t.me/helpdesk_bot"));
    assert_eq!(info.registered_host.as_deref(), Some("rival.example"), "the host, not the path");
    assert_eq!(info.warnings.len(), 1, "it can join groups");
}

#[tokio::test]
async fn a_token_that_is_none_never_leaves_the_house() {
    let wire = Wire::start().await;
    for bad in ["", "hello", "123:", "123:a/b"] {
        assert!(matches!(wire.telegram.inspect(&token(bad)).await, Err(CallError::Unauthorised(_))));
    }
    assert!(wire.calls().await.is_empty());
    wire.refuse_times(9, "getMe", 401, "Unauthorized").await;
    assert!(matches!(wire.telegram.inspect(&token(TOKEN)).await, Err(CallError::Unauthorised(_))));
}

#[tokio::test]
async fn connecting_sets_the_webhook_and_reads_it_back() {
    let wire = Wire::start().await;
    wire.result("setWebhook", json!(true)).await;
    wire.result("getWebhookInfo", webhook(URL, json!({ "allowed_updates": all_updates() }))).await;
    let connected = wire.telegram.connect(&wire.account, &target()).await.unwrap();
    assert!(connected.warnings.is_empty());
    let bodies = wire.bodies().await;
    assert_eq!(
        bodies[0].1,
        json!({
            "url": URL, "secret_token": "hook-secret", "allowed_updates": all_updates(), "max_connections": 40,
            "drop_pending_updates": false,
        })
    );
    assert_eq!(bodies[1].0, "getWebhookInfo");
}

#[tokio::test]
async fn a_webhook_that_did_not_stay_is_no_connection() {
    let wire = Wire::start().await;
    wire.result("setWebhook", json!(true)).await;
    wire.result("getWebhookInfo", webhook("https://rival.example/x", json!({}))).await;
    assert!(matches!(wire.telegram.connect(&wire.account, &target()).await, Err(CallError::Temporary(_))));
}

#[tokio::test]
async fn another_bots_token_is_not_taken_for_this_channel() {
    let wire = Wire::start().await;
    let mut account = account();
    account.platform_account_id = "42".to_owned();
    assert!(matches!(wire.telegram.connect(&account, &target()).await, Err(CallError::Refused { .. })));
    assert!(wire.calls().await.is_empty());
}

#[tokio::test]
async fn telegram_itself_wants_https_and_a_known_port() {
    let telegram = adapter("https://api.telegram.org");
    for bad in ["http://inbox.example/x", "https://inbox.example:8100/x"] {
        let target = WebhookTarget { url: bad.parse().unwrap(), secret: SecretString::from("s") };
        assert!(
            matches!(telegram.connect(&account(), &target).await, Err(CallError::Refused { .. })),
            "{bad}"
        );
    }
}

#[tokio::test]
async fn disconnecting_removes_our_webhook_and_nobody_elses() {
    let wire = Wire::start().await;
    wire.result("getWebhookInfo", webhook(URL, json!({}))).await;
    wire.result("deleteWebhook", json!(true)).await;
    wire.telegram.disconnect(&wire.account, &target()).await.unwrap();
    assert_eq!(wire.calls().await[1].0, "deleteWebhook");

    let taken = Wire::start().await;
    taken.result("getWebhookInfo", webhook("https://rival.example/x", json!({}))).await;
    taken.telegram.disconnect(&taken.account, &target()).await.unwrap();
    assert_eq!(taken.calls().await.len(), 1);

    let dead = Wire::start().await;
    dead.refuse_times(9, "getWebhookInfo", 401, "Unauthorized").await;
    dead.telegram.disconnect(&dead.account, &target()).await.unwrap();
}

#[tokio::test]
async fn health_says_what_is_wrong_and_what_to_do() {
    let state_of = |info: Value| async move {
        let wire = Wire::start().await;
        wire.result("getMe", me()).await;
        wire.result("getWebhookInfo", info).await;
        let health = wire.telegram.probe(&wire.account, &target()).await.unwrap();
        (health.state(), health)
    };
    let (state, _) = state_of(webhook(URL, json!({ "allowed_updates": all_updates() }))).await;
    assert_eq!(state, CheckState::Good);

    let late = json!({ "allowed_updates": all_updates(), "pending_update_count": 3,
                       "last_error_date": 1_779_012_345, "last_error_message": "Connection refused" });
    let (state, health) = state_of(webhook(URL, late)).await;
    assert_eq!(state, CheckState::Warning);
    let webhook_health = health.webhook.unwrap();
    assert_eq!(
        (webhook_health.waiting, webhook_health.failure.as_deref()),
        (Some(3), Some("Connection refused"))
    );

    let (state, _) = state_of(webhook(URL, json!({ "allowed_updates": ["message"] }))).await;
    assert_eq!(state, CheckState::Warning);
    let (state, health) = state_of(webhook("https://rival.example/x", json!({}))).await;
    assert_eq!(state, CheckState::Broken);
    assert!(health.checks[0].words.contains("rival.example"));
    assert_eq!(state_of(webhook("", json!({}))).await.0, CheckState::Broken);
}

#[tokio::test]
async fn a_profile_is_refreshed_and_a_missing_one_is_none() {
    let wire = Wire::start().await;
    wire.result(
        "getChat",
        json!({ "id": 6_812_345_678_i64, "type": "private", "first_name": "Noor", "username": "noordw",
        "bio": "fietst", "photo": { "small_file_id": "s", "big_file_id": "b" } }),
    )
    .await;
    let profile = wire.telegram.profile(&wire.account, CHAT).await.unwrap().unwrap();
    assert_eq!((profile.display_name.as_deref(), profile.about.as_deref()), (Some("Noor"), Some("fietst")));
    assert_eq!(profile.picture.unwrap().0, "b");

    let missing = Wire::start().await;
    missing.refuse_times(9, "getChat", 400, "Bad Request: chat not found").await;
    assert_eq!(missing.telegram.profile(&missing.account, CHAT).await.unwrap(), None);
}
