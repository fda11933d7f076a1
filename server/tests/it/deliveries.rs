//! Looking deliveries up, and forgetting what came in long ago.

use std::sync::Arc;

use serde_json::{Value, json};
use server::app::App;
use server::viewer::Viewer;
use server::webhooks::{NewDelivery, Receipt, fingerprint};
use shared::{ChannelId, ChannelKind, Role, WorkspaceId};
use sqlx::Executor as _;

use crate::kit::{TestDatabase, ask};

const LIST: &str = "query($search: String, $outcome: DeliveryOutcome, $channel: ID, $first: Int!, $after: String) {
    deliveries(search: $search, outcome: $outcome, channelId: $channel, first: $first, after: $after) {
        nodes { id outcome reason kind channelId channel { name } messageId conversationId rawBody bodyBytes bodyRemovedAt }
        pageInfo { hasNextPage endCursor } } }";

struct Store {
    test: TestDatabase,
    app: Arc<App>,
    admin: Viewer,
    workspace_id: WorkspaceId,
    channel_id: ChannelId,
}

impl Store {
    async fn start() -> Self {
        let test = TestDatabase::create().await;
        let workspace_id = test.workspace("Bloom & Co").await;
        let channel_id = test.web_chat(workspace_id).await;
        let (app, admin) = (test.app(), test.member(workspace_id, Role::Admin).await);
        App::start_background(&app);
        Self { test, app, admin, workspace_id, channel_id }
    }

    fn delivery(&self, channel_id: ChannelId, key: &str, body: &str, ignored: Option<&str>) -> NewDelivery {
        NewDelivery {
            workspace_id: self.workspace_id,
            channel_id,
            kind: ChannelKind::Whatsapp, // read by nobody here, so that each ends with a reason
            sender: "491701234509".to_owned(),
            dedupe_key: key.to_owned(),
            fingerprint: fingerprint(body.as_bytes()),
            body: body.to_owned().into(),
            headers: None,
            ignored: Some(ignored.unwrap_or("nobody reads this").to_owned()),
        }
    }

    async fn keep(&self, key: &str, body: &str) -> Receipt {
        self.app.receiver.store(self.delivery(self.channel_id, key, body, None)).await.unwrap()
    }

    async fn list(&self, variables: Value) -> Value {
        let mut all = json!({ "first": 20 });
        all.as_object_mut().unwrap().extend(variables.as_object().unwrap().clone());
        let mut answer = ask(&self.app, Some(&self.admin), LIST, all).await.ok();
        answer["deliveries"].take()
    }

    /// The bodies that a search finds, newest first.
    async fn found(&self, search: &str) -> Vec<String> {
        let page = self.list(json!({ "search": search })).await;
        assert_eq!(page["pageInfo"]["hasNextPage"], false, "{page}");
        let nodes = page["nodes"].as_array().unwrap();
        nodes.iter().map(|node| node["rawBody"].as_str().unwrap().to_owned()).collect()
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        self.app.stopping.cancel();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_is_found_by_whatever_an_admin_remembers_of_it() {
    let store = Store::start().await;
    let escaped =
        r#"{"name":"J\u00fcrgen","text":"\ud83d\ude00 https:\/\/shop.example","wa_id":"491701234509"}"#;
    let plain = r#"{"name":"Ödön","text":"say \"hi\"","id":"wamid.HBgMNDk="}"#;
    assert_eq!(store.keep("1", escaped).await, Receipt::Stored);
    store.keep("2", plain).await;
    store.keep("3", "not JSON at all: \u{1}").await;
    for (search, expected) in [
        ("Jürgen", vec![escaped]),
        ("jÜRGEN", vec![escaped]),
        ("😀 https://shop.example", vec![escaped]),
        ("+49 (170) 1234-509", vec![escaped]),
        ("ödön", vec![plain]),
        ("say \"hi\"", vec![plain]),
        ("WAMID.hbgmndk=", vec![plain]),
        ("not json", vec!["not JSON at all: \u{1}"]),
        ("%", vec![]),
        ("'; select", vec![]),
    ] {
        // The sender is in every row: a phone number of its own finds the others, too.
        let found: Vec<String> = store.found(search).await;
        let found: Vec<&str> =
            found.iter().map(String::as_str).filter(|body| expected.contains(body)).collect();
        assert_eq!(found, expected, "{search}");
    }
    assert_eq!(store.found("Ödön").await.len(), 1);
    assert_eq!(store.found("nobody reads").await.len(), 3, "in the reason");
    assert_eq!(store.found("\0 ").await.len(), 3, "nothing is no search");
    let too_long = json!({ "search": "x".repeat(300), "first": 1 });
    assert_eq!(ask(&store.app, Some(&store.admin), LIST, too_long).await.codes, ["INVALID"]);

    let agent = store.test.member(store.workspace_id, Role::Agent).await;
    let stranger = store.test.owner().await;
    let all = json!({ "search": "Jürgen", "first": 5 });
    assert_eq!(ask(&store.app, Some(&agent), LIST, all.clone()).await.codes, ["FORBIDDEN"]);
    assert_eq!(ask(&store.app, Some(&stranger), LIST, all).await.ok()["deliveries"]["nodes"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_of_one_channel_or_outcome_and_one_delivery_shows_all_of_itself() {
    let store = Store::start().await;
    let other = store.test.web_chat(store.workspace_id).await;
    store.keep("1", "ours").await;
    let theirs = store.delivery(other, "1", "theirs", Some("The channel was disconnected."));
    store.app.receiver.store(theirs).await.unwrap();

    let page = store.list(json!({ "channel": other.to_string() })).await;
    let [node] = page["nodes"].as_array().unwrap().as_slice() else { panic!("{page}") };
    assert_eq!((&node["rawBody"], &node["kind"]), (&json!("theirs"), &json!("WHATSAPP")));
    assert_eq!(node["channelId"], other.to_string());
    assert_eq!(
        (&node["outcome"], &node["reason"]),
        (&json!("IGNORED"), &json!("The channel was disconnected."))
    );
    assert_eq!((&node["messageId"], &node["channel"]["name"]), (&Value::Null, &json!("Shop")));
    for (outcome, count) in [("IGNORED", 1), ("FAILED", 0), ("PENDING", 0), ("PROCESSED", 0)] {
        let page = store.list(json!({ "channel": other.to_string(), "outcome": outcome })).await;
        assert_eq!(page["nodes"].as_array().unwrap().len(), count, "{outcome}");
    }

    let long = "x".repeat(100_000);
    store.keep("2", &long).await;
    let id = &store.list(json!({ "first": 1 })).await["nodes"][0];
    assert_eq!(id["rawBody"].as_str().unwrap().len(), 16 * 1024, "lists show the beginning");
    let one = "query($id: ID!) { delivery(id: $id) { rawBody bodyBytes } }";
    let variables = json!({ "id": id["id"] });
    let whole = ask(&store.app, Some(&store.admin), one, variables.clone()).await.ok();
    assert_eq!(whole["delivery"], json!({ "rawBody": long, "bodyBytes": 100_000 }));
    let stranger = store.test.owner().await;
    assert_eq!(ask(&store.app, Some(&stranger), one, variables).await.ok()["delivery"], Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_goes_on_where_its_budget_ended() {
    let store = Store::start().await;
    store.keep("first", "the needle").await;
    let mut behind = store.test.superuser().await;
    sqlx::query(
        "with d as (
             insert into webhook_deliveries (workspace_id, channel_id, kind, sender, dedupe_key, body, body_sha256)
             select $1, $2, 2, 's', 'h' || n, 'hay', sha256('hay') from generate_series(1, 9000) n returning workspace_id, id)
         insert into delivery_outcomes (workspace_id, delivery_id, outcome, attempts) select workspace_id, id, 1, 1 from d",
    )
    .bind(store.workspace_id)
    .bind(store.channel_id)
    .execute(&mut behind)
    .await
    .unwrap();
    let (mut after, mut found, mut pages) = (Value::Null, Vec::new(), 0);
    loop {
        let page = store.list(json!({ "search": "needle", "after": after })).await;
        found.extend(page["nodes"].as_array().unwrap().clone());
        pages += 1;
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
        after = page["pageInfo"]["endCursor"].clone();
        assert!(pages < 10, "{page}");
    }
    assert_eq!((found.len(), pages), (1, 3));
    assert_eq!(found[0]["rawBody"], "the needle");
    // What is everywhere needs no more than one look.
    let page = store.list(json!({ "search": "hay", "first": 7 })).await;
    assert_eq!(page["nodes"].as_array().unwrap().len(), 7);
    assert_eq!(page["pageInfo"]["hasNextPage"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_came_in_is_forgotten_after_a_month_and_a_repeat_still_recognised() {
    let store = Store::start().await;
    for key in ["old", "older", "new"] {
        store.keep(key, &format!("the {key} body")).await;
    }
    let mut behind = store.test.superuser().await;
    behind
        .execute(
            "set session_replication_role = replica;
             update webhook_deliveries set received_at = now() - interval '31 days' where dedupe_key <> 'new'",
        )
        .await
        .unwrap();
    assert_eq!(server::webhooks::remove_old_bodies(&store.app, store.workspace_id).await.unwrap(), 2);
    assert_eq!(server::webhooks::remove_old_bodies(&store.app, store.workspace_id).await.unwrap(), 0);

    let page = store.list(json!({})).await;
    let bodies: Vec<(&str, bool)> = page["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|node| (node["rawBody"].as_str().unwrap(), node["bodyRemovedAt"].is_string()))
        .collect();
    assert_eq!(bodies, [("the new body", false), ("", true), ("", true)]);
    assert_eq!(store.keep("old", "the old body").await, Receipt::Duplicate);
    assert_eq!(store.keep("old", "another body").await, Receipt::Conflict);

    let again = "mutation($id: ID!) { processDeliveryAgain(deliveryId: $id) { problem { code } } }";
    let variables = json!({ "id": page["nodes"][2]["id"] });
    let answer = ask(&store.app, Some(&store.admin), again, variables).await.ok();
    assert_eq!(answer["processDeliveryAgain"]["problem"]["code"], "BODY_REMOVED");

    // Emptied it can be; changed it cannot, whoever asks.
    let mut tx = store.test.db.workspace(store.workspace_id).await.unwrap();
    let forged = sqlx::query("update webhook_deliveries set body = 'forged'").execute(tx.conn()).await;
    assert!(forged.unwrap_err().to_string().contains("emptied, not changed"));
    let mut tx = store.test.db.workspace(store.workspace_id).await.unwrap();
    let moved = sqlx::query("update webhook_deliveries set sender = 'x'").execute(tx.conn()).await;
    assert!(moved.unwrap_err().to_string().contains("permission denied"));
}
