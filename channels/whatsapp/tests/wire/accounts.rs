use channel_core::{AccountInfo, CallError, ChannelAdapter, CheckState, Credentials};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

use super::kit::*;

pub fn number() -> Value {
    json!({ "id": NUMBER, "display_phone_number": "+49 30 123450", "verified_name": "Fahrradladen", "status": "CONNECTED",
            "quality_rating": "GREEN", "code_verification_status": "VERIFIED", "account_mode": "LIVE",
            "messaging_limit_tier": "TIER_2K", "name_status": "APPROVED", "platform_type": "CLOUD_API" })
}

pub fn token_info(scopes: &[&str], accounts: &[&str]) -> Value {
    let granular: Vec<Value> =
        scopes.iter().map(|scope| json!({ "scope": scope, "target_ids": accounts })).collect();
    json!({ "data": { "app_id": APP, "is_valid": true, "expires_at": 0, "scopes": scopes, "granular_scopes": granular } })
}

pub const BOTH: &[&str] = &["whatsapp_business_management", "whatsapp_business_messaging"];

async fn wire_with(info: Value, numbers: Value) -> Wire {
    let wire = Wire::with_app().await;
    wire.on("GET", "debug_token", 200, info).await;
    wire.on("GET", &format!("{BUSINESS}/phone_numbers"), 200, json!({ "data": numbers })).await;
    let elsewhere = json!({ "data": [{ "whatsapp_business_api_data": { "id": APP, "name": "Shop" },
                                       "override_callback_uri": "https://old.example/hook/secret" }] });
    wire.on("GET", &format!("{BUSINESS}/subscribed_apps"), 200, elsewhere).await;
    wire
}

fn by_hand(number: Option<&str>, business: Option<&str>) -> Credentials {
    Credentials::Token {
        token: SecretString::from(TOKEN),
        account_id: number.map(str::to_owned),
        parent_account_id: business.map(str::to_owned),
        app_secret: None,
    }
}

fn refusal(result: Result<AccountInfo, CallError>) -> String {
    match result {
        Err(CallError::Refused { words, .. }) => words,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_token_typed_by_hand_is_told_whose_it_is() {
    let wire = wire_with(token_info(BOTH, &[BUSINESS]), json!([number()])).await;
    for credentials in
        [by_hand(Some(NUMBER), Some(BUSINESS)), by_hand(Some(NUMBER), None), by_hand(None, None)]
    {
        let info = wire.whatsapp.inspect(&credentials).await.unwrap();
        assert_eq!(
            (info.platform_account_id.as_str(), info.parent_account_id.as_deref()),
            (NUMBER, Some(BUSINESS))
        );
        assert_eq!((info.name.as_str(), info.handle.as_deref()), ("Fahrradladen", Some("+49 30 123450")));
        assert_eq!(info.link.as_deref(), Some("https://wa.me/4930123450"));
        assert_eq!(info.registered_host.as_deref(), Some("old.example"));
        assert_eq!(info.permissions, BOTH);
        assert!(info.token.is_none() && info.warnings.is_empty(), "{:?}", info.warnings);
    }
    let posts = wire.calls().await.iter().filter(|(_, request)| request.method != "GET").count();
    assert_eq!(posts, 0, "asking changes nothing");
}

#[tokio::test]
async fn what_does_not_belong_together_is_told_apart() {
    let other = json!([{ "id": "42", "display_phone_number": "+49 30 9" }]);
    let wire = wire_with(token_info(BOTH, &[BUSINESS]), other).await;
    assert!(
        refusal(wire.whatsapp.inspect(&by_hand(Some(NUMBER), Some(BUSINESS))).await)
            .contains("+49 30 9 (42)")
    );
    assert!(refusal(wire.whatsapp.inspect(&by_hand(Some(NUMBER), Some("7"))).await).contains("not for this"));
    assert!(refusal(wire.whatsapp.inspect(&by_hand(Some("+49 30 1"), None)).await).contains("digits only"));

    let two = json!([number(), { "id": "42", "display_phone_number": "+49 30 9" }]);
    let wire = wire_with(token_info(BOTH, &[BUSINESS]), two).await;
    assert!(refusal(wire.whatsapp.inspect(&by_hand(None, None)).await).starts_with("Which number?"));

    let wire = wire_with(token_info(BOTH, &[BUSINESS]), json!([])).await;
    assert!(refusal(wire.whatsapp.inspect(&by_hand(None, None)).await).contains("no number yet"));

    let lacking = token_info(&["whatsapp_business_management"], &[BUSINESS]);
    let wire = wire_with(lacking, json!([number()])).await;
    assert!(
        refusal(wire.whatsapp.inspect(&by_hand(None, None)).await)
            .contains("lacks the permission whatsapp_business_messaging (for ")
    );
}

#[tokio::test]
async fn a_dead_token_says_why_it_died() {
    let dead = json!({ "data": { "is_valid": false, "scopes": [], "error": { "code": 190, "subcode": 460, "message": "x" } } });
    let wire = wire_with(dead, json!([number()])).await;
    let error = wire.whatsapp.inspect(&by_hand(None, None)).await;
    assert!(matches!(&error, Err(CallError::Unauthorised(words)) if words.contains("password")), "{error:?}");

    let wire = Wire::start().await;
    wire.on("GET", "debug_token", 401, error_body()).await;
    let error = wire.whatsapp.inspect(&by_hand(None, None)).await;
    assert!(matches!(error, Err(CallError::Unauthorised(_))), "{error:?}");
}

fn error_body() -> Value {
    error(190, "Invalid OAuth access token - Cannot parse access token")
}

#[tokio::test]
async fn a_token_of_which_meta_tells_nothing_connects_with_a_warning() {
    let wire = Wire::start().await;
    wire.on("GET", "debug_token", 400, error(100, "(#100) You must provide an app access token")).await;
    wire.on("GET", &format!("{BUSINESS}/phone_numbers"), 200, json!({ "data": [number()] })).await;
    let info = wire.whatsapp.inspect(&by_hand(Some(NUMBER), Some(BUSINESS))).await.unwrap();
    assert_eq!(info.warnings.len(), 1);
    assert!(refusal(wire.whatsapp.inspect(&by_hand(Some(NUMBER), None)).await).contains("business account"));
}

#[tokio::test]
async fn an_app_secret_is_tried_before_it_is_believed() {
    let credentials = |secret: &str| Credentials::Token {
        token: SecretString::from(TOKEN),
        account_id: Some(NUMBER.to_owned()),
        parent_account_id: Some(BUSINESS.to_owned()),
        app_secret: Some(SecretString::from(secret)),
    };
    let wire = wire_with(token_info(BOTH, &[BUSINESS]), json!([number()])).await;
    wire.on_app("debug_token", "wrong", 401, error_body()).await;
    wire.on_app("debug_token", "right", 200, token_info(BOTH, &[BUSINESS])).await;
    assert!(wire.whatsapp.inspect(&credentials("right")).await.is_ok());
    assert!(refusal(wire.whatsapp.inspect(&credentials("wrong")).await).contains("app secret"));

    let wire = Wire::start().await;
    wire.on("GET", "debug_token", 400, error(100, "Invalid appsecret_proof provided in the API argument"))
        .await;
    let refused = wire.whatsapp.inspect(&credentials("wrong")).await;
    assert!(
        matches!(&refused, Err(CallError::Unauthorised(words)) if words.contains("secret")),
        "{refused:?}"
    );
}

#[tokio::test]
async fn the_code_of_a_sign_up_becomes_a_token() {
    let wire = wire_with(token_info(BOTH, &[BUSINESS]), json!([number()])).await;
    let exchanged = json!({ "access_token": "EAAGfresh", "token_type": "bearer", "expires_in": 5_184_000 });
    wire.on("GET", "oauth/access_token", 200, exchanged).await;
    let code = |number: Option<&str>| Credentials::Code {
        code: SecretString::from("AQBcode"),
        account_id: number.map(str::to_owned),
        parent_account_id: Some(BUSINESS.to_owned()),
        redirect_uri: None,
        pin: None,
    };
    let info = wire.whatsapp.inspect(&code(Some(NUMBER))).await.unwrap();
    assert_eq!(info.token.unwrap().expose_secret(), "EAAGfresh");
    assert!(info.token_expires_at.is_some());
    let calls = wire.calls().await;
    let (_, exchange) = calls.iter().find(|(name, _)| name == "access_token").unwrap();
    let query: Vec<(String, String)> = exchange.url.query_pairs().into_owned().collect();
    let pairs = [("client_id", APP), ("client_secret", "app-secret"), ("code", "AQBcode")];
    assert_eq!(query, pairs.map(|(key, value)| (key.to_owned(), value.to_owned())), "and no redirect_uri");
    assert!(!exchange.headers.contains_key("authorization"));
    let (_, debug) = calls.iter().find(|(name, _)| name == "debug_token").unwrap();
    assert_eq!(debug.headers["authorization"], format!("Bearer {APP}|app-secret"));

    // What the browser says is not believed.
    assert!(refusal(wire.whatsapp.inspect(&code(Some("42"))).await).contains("no number with this"));

    let without_app = Wire::start().await;
    assert!(refusal(without_app.whatsapp.inspect(&code(None)).await).contains("no app at Meta"));
}

#[tokio::test]
async fn a_code_that_is_spent_asks_to_sign_up_again() {
    let wire = Wire::with_app().await;
    let spent = json!({ "error": { "code": 100, "error_subcode": 36_009, "message": "This authorization code has been used." } });
    wire.on("GET", "oauth/access_token", 400, spent).await;
    let code = Credentials::Code {
        code: SecretString::from("AQBcode"),
        account_id: None,
        parent_account_id: None,
        redirect_uri: None,
        pin: None,
    };
    assert!(refusal(wire.whatsapp.inspect(&code).await).contains("again"));
}

#[tokio::test]
async fn a_field_that_this_version_lacks_is_left_out() {
    let wire = Wire::start().await;
    let lacking = error(
        100,
        "(#100) Tried accessing nonexisting field (is_on_biz_app) on node type (WhatsAppBusinessPhoneNumber)",
    );
    wire.on_times(1, "GET", NUMBER, 400, lacking).await;
    wire.on("GET", NUMBER, 200, number()).await;
    wire.on("GET", &format!("{BUSINESS}/subscribed_apps"), 200, json!({ "data": [] })).await;
    wire.on("GET", "debug_token", 200, token_info(BOTH, &[BUSINESS])).await;
    let health = wire.whatsapp.probe(&wire.account, &target()).await.unwrap();
    assert_eq!(
        (health.quality.as_deref(), health.messaging_limit.as_deref()),
        (Some("GREEN"), Some("TIER_2K"))
    );
    assert_eq!(health.state(), CheckState::Broken, "it delivers nowhere");
}
