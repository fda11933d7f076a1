//! Channels: their settings, who may change them, and what a new workspace starts with.

use serde_json::{Value, json};
use shared::{ChannelId, Role};

use crate::kit::{TestDatabase, ask};

const CREATE: &str = "mutation($input: WebChatInput!) { createWebChat(input: $input) {
    channel { id kind name active webChat { widgetId snippet tryUrl color position allowedOrigins preChat { key type }
              hours { timeZone days { weekday } } identityMode identitySecretLast4 } }
    problem { code field message } } }";
const UPDATE: &str =
    "mutation($id: ID!, $input: WebChatInput!) { updateWebChat(channelId: $id, input: $input) {
    channel { name webChat { color welcomeTitle allowedOrigins hours { timeZone } } } problem { field } } }";

fn created(data: &Value) -> &Value {
    &data["createWebChat"]["channel"]
}

#[tokio::test]
async fn an_admin_makes_a_web_chat_and_gets_its_snippet() {
    let test = TestDatabase::create().await;
    let (app, owner) = (test.app(), test.owner().await);
    let input = json!({ "input": { "name": "Shop", "color": "#aabbcc", "position": "LEFT",
        "allowedOrigins": ["https://shop.example/"], "preChat": [{ "key": "email", "label": "Your e-mail", "type": "EMAIL", "required": true }],
        "hours": { "timeZone": "Europe/Madrid", "days": [{ "weekday": 1, "opensAt": "09:00", "closesAt": "17:00" }] } } });
    let data = ask(&app, Some(&owner), CREATE, input).await.ok();
    let channel = created(&data);
    assert_eq!(channel["kind"], "WEB_CHAT");
    let chat = &channel["webChat"];
    let widget_id = chat["widgetId"].as_str().unwrap();
    assert_eq!(
        chat["snippet"],
        format!(r#"<script src="http://localhost:8100/widget.js" data-widget="{widget_id}" async></script>"#)
    );
    assert_eq!(chat["color"], "#AABBCC");
    assert_eq!(chat["allowedOrigins"], json!(["https://shop.example"]));
    assert_eq!(chat["preChat"], json!([{ "key": "email", "type": "EMAIL" }]));
    assert_eq!(chat["hours"]["timeZone"], "Europe/Madrid");
    assert_eq!(chat["identitySecretLast4"], Value::Null);

    let id = &channel["id"];
    let change = json!({ "id": id, "input": { "welcomeTitle": "Hola", "alwaysOpen": true } });
    let data = ask(&app, Some(&owner), UPDATE, change).await.ok();
    let chat = &data["updateWebChat"]["channel"]["webChat"];
    assert_eq!(chat["welcomeTitle"], "Hola");
    assert_eq!(chat["color"], "#AABBCC");
    assert_eq!(chat["hours"], Value::Null);

    let data =
        ask(&app, Some(&owner), "{ channels { name webChat { welcomeTitle } } }", json!({})).await.ok();
    assert_eq!(data["channels"], json!([{ "name": "Shop", "webChat": { "welcomeTitle": "Hola" } }]));
}

#[tokio::test]
async fn the_widget_can_have_a_host_of_its_own_where_nothing_of_the_app_is() {
    use tower::ServiceExt as _;
    let test = TestDatabase::create().await;
    let config = server::config::Config {
        public_url: Some("https://inbox.example".parse().unwrap()),
        widget_url: Some("https://chat.example".parse().unwrap()),
        data_dir: test.data_dir(),
        ..Default::default()
    };
    let (app, owner) = (test.app_with(config), test.owner().await);
    let data = ask(&app, Some(&owner), CREATE, json!({ "input": { "name": "Shop" } })).await.ok();
    let chat = &created(&data)["webChat"];
    let widget_id = chat["widgetId"].as_str().unwrap();
    assert!(chat["snippet"].as_str().unwrap().contains(r#"src="https://chat.example/widget.js""#), "{chat}");

    let router = server::http::router(&app, server::graphql::schema());
    let status = async |host: &str, path: &str, origin: Option<&str>| {
        let mut request = http::Request::get(path).header("host", host);
        if let Some(origin) = origin {
            request = request.header("origin", origin);
        }
        let request = request.body(axum::body::Body::empty()).unwrap();
        router.clone().oneshot(request).await.unwrap().status().as_u16()
    };
    let settings = format!("/widget/v1/{widget_id}/config");
    for host in ["chat.example", "inbox.example"] {
        assert_eq!(status(host, &settings, Some("https://chat.example")).await, 200, "{host}");
        assert_ne!(status(host, "/widget.js", None).await, 421, "{host}");
    }
    for path in ["/", "/graphql", "/files/att_1", "/explorer", "/widgets", "/try/x"] {
        assert_eq!(status("chat.example", path, None).await, 421, "{path}");
    }
    assert_eq!(status("evil.example", &settings, None).await, 421);
    assert_eq!(status("inbox.example", &settings, Some("https://evil.example")).await, 403);
}

#[tokio::test]
async fn what_is_wrong_is_a_problem_of_its_field_and_changes_nothing() {
    let test = TestDatabase::create().await;
    let (app, owner) = (test.app(), test.owner().await);
    for (input, field) in [
        (json!({}), "name"),
        (json!({ "name": " " }), "name"),
        (json!({ "name": "x", "color": "blue" }), "color"),
        (json!({ "name": "x", "allowedOrigins": ["*"] }), "allowedOrigins"),
        (json!({ "name": "x", "hours": { "timeZone": "Nowhere", "days": [] } }), "hours"),
        (
            json!({ "name": "x", "preChat": [{ "key": "No!", "label": "l", "type": "TEXT", "required": false }] }),
            "preChat",
        ),
    ] {
        let data = ask(&app, Some(&owner), CREATE, json!({ "input": input })).await.ok();
        assert_eq!(data["createWebChat"]["problem"]["field"], field, "{input}");
        assert_eq!(created(&data), &Value::Null);
    }
    let data = ask(&app, Some(&owner), "{ channels { id } }", json!({})).await.ok();
    assert_eq!(data["channels"], json!([]));
}

#[tokio::test]
async fn agents_look_and_admins_change() {
    let test = TestDatabase::create().await;
    let (app, owner) = (test.app(), test.owner().await);
    let agent = test.member(owner.workspace_id, Role::Agent).await;
    let data = ask(&app, Some(&owner), CREATE, json!({ "input": { "name": "Shop" } })).await.ok();
    let id = created(&data)["id"].clone();

    assert_eq!(
        ask(&app, Some(&agent), CREATE, json!({ "input": { "name": "Mine" } })).await.codes,
        ["FORBIDDEN"]
    );
    assert_eq!(ask(&app, None, "{ channels { id } }", json!({})).await.codes, ["UNAUTHENTICATED"]);
    let data = ask(&app, Some(&agent), "query($id: ID!) { channel(id: $id) { name } }", json!({ "id": id }))
        .await
        .ok();
    assert_eq!(data["channel"]["name"], "Shop");
}

#[tokio::test]
async fn another_workspaces_channel_is_not_there() {
    let test = TestDatabase::create().await;
    let (app, owner) = (test.app(), test.owner().await);
    let stranger = test.owner().await;
    let data = ask(&app, Some(&owner), CREATE, json!({ "input": { "name": "Shop" } })).await.ok();
    let id = created(&data)["id"].clone();

    let data =
        ask(&app, Some(&stranger), "query($id: ID!) { channel(id: $id) { name } }", json!({ "id": id }))
            .await
            .ok();
    assert_eq!(data["channel"], Value::Null);
    let change = json!({ "id": id, "input": { "name": "Taken" } });
    assert_eq!(ask(&app, Some(&stranger), UPDATE, change).await.codes, ["NOT_FOUND"]);
    let off = "mutation($id: ID!) { setChannelActive(channelId: $id, active: false) { channel { id } } }";
    assert_eq!(ask(&app, Some(&stranger), off, json!({ "id": id })).await.codes, ["NOT_FOUND"]);
    assert_eq!(ask(&app, Some(&owner), off, json!({ "id": ChannelId::new() })).await.codes, ["NOT_FOUND"]);
}

#[tokio::test]
async fn every_change_of_a_channel_is_in_the_audit_log() {
    let test = TestDatabase::create().await;
    let (app, owner) = (test.app(), test.owner().await);
    let data = ask(&app, Some(&owner), CREATE, json!({ "input": { "name": "Shop" } })).await.ok();
    let id = created(&data)["id"].clone();
    ask(&app, Some(&owner), UPDATE, json!({ "id": id, "input": { "name": "Store" } })).await.ok();
    ask(&app, Some(&owner), UPDATE, json!({ "id": id, "input": { "name": "Store" } })).await.ok(); // changes nothing
    let switch = "mutation($id: ID!, $on: Boolean!) { setChannelActive(channelId: $id, active: $on) { channel { active } } }";
    ask(&app, Some(&owner), switch, json!({ "id": id, "on": false })).await.ok();
    ask(&app, Some(&owner), switch, json!({ "id": id, "on": true })).await.ok();

    let actions: Vec<i16> = sqlx::query_scalar("select action from audit_entries order by seq")
        .fetch_all(&mut test.superuser().await)
        .await
        .unwrap();
    assert_eq!(actions, [30, 31, 33, 32]);
}
