//! Providers played by the simulator, and a workspace that connects accounts there.

use std::sync::Arc;
use std::time::Duration;

use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use server::app::App;
use server::config::Config;
use server::viewer::Viewer;
use shared::{ChannelId, ChannelKind, WorkspaceId};
use simulator::{Settings, Simulator};

use super::{Answer, TestDatabase, ask};

/// A database, a simulator, the product, and the owner of a workspace.
pub struct Providers {
    /// The database.
    pub test: TestDatabase,
    /// The product.
    pub app: Arc<App>,
    /// Who connects accounts.
    pub owner: Viewer,
    /// The providers' side.
    pub simulator: Simulator,
    http: reqwest::Client,
}

/// What tells of a channel.
pub const CHANNEL: &str = "id name kind state stateReason handle link active platformAccountId parentAccountId
    credentials { purpose last4 } provider { readReceipts typing }
    health { state checkedAt checks { name state words } permissions { name granted serves } webhookHost webhookOurs
             quality messagingLimit tokenExpiresAt inbound24h sent24h failed24h errorRate lastInboundAt notProcessed }";

impl Providers {
    /// The product as configured by default, with the simulator as its providers.
    pub async fn start() -> Self {
        let test = TestDatabase::create().await;
        let simulator = Self::simulator().await;
        let app = test.app_with(Self::config(&test, &simulator));
        Self::over(test, app, simulator).await
    }

    /// The product on a real port, sending and hearing; configured by `change` as well.
    pub async fn served(change: impl FnOnce(&mut Config)) -> Self {
        let test = TestDatabase::create().await;
        let simulator = Self::simulator().await;
        let app = test
            .serve_with(0, |config| {
                config.providers = Self::config(&test, &simulator).providers;
                change(config);
            })
            .await;
        Self::over(test, app, simulator).await
    }

    /// A simulator that is in a hurry.
    pub async fn simulator() -> Simulator {
        Simulator::start(Settings { time_factor: 20.0, ..Settings::default() }).await.unwrap()
    }

    /// The configuration that leads to it.
    pub fn config(test: &TestDatabase, simulator: &Simulator) -> Config {
        let mut config = Config { data_dir: test.data_dir(), ..Config::default() };
        config.providers.telegram.api_url = simulator.url().parse().unwrap();
        config.providers.meta.graph_url = simulator.url().parse().unwrap();
        config
    }

    /// Around a product that runs already.
    pub async fn over(test: TestDatabase, app: Arc<App>, simulator: Simulator) -> Self {
        let owner = test.owner().await;
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { test, app, owner, simulator, http }
    }

    /// Asks the simulator's control API to do something.
    pub async fn control(&self, path: &str, body: Value) -> Value {
        let request = self.http.post(format!("{}/control/{path}", self.simulator.url())).json(&body);
        self.answered(path, request).await
    }

    /// Changes something there.
    pub async fn change(&self, path: &str, body: Value) -> Value {
        let request = self.http.patch(format!("{}/control/{path}", self.simulator.url())).json(&body);
        self.answered(path, request).await
    }

    async fn answered(&self, path: &str, request: reqwest::RequestBuilder) -> Value {
        let response = request.send().await.unwrap();
        let status = response.status();
        let body: Value = response.json().await.unwrap_or_default();
        assert!(status.is_success(), "{path}: {status} {body}");
        body
    }

    /// A bot at the simulator.
    pub async fn bot(&self) -> Value {
        self.control("telegram/bots", json!({ "name": "Helpdesk" })).await
    }

    /// A number at the simulator as a channel of a workspace: without its webhook, which Meta would ask back.
    pub async fn number(&self, workspace_id: WorkspaceId) -> ChannelId {
        let number = self.control("whatsapp/numbers", json!({ "subscribed": true })).await;
        let text = |key: &str| number[key].as_str().unwrap();
        let id = ChannelId::new();
        let mut tx = self.test.db.workspace(workspace_id).await.unwrap();
        sqlx::query(
            "insert into channels (workspace_id, id, kind, name, platform_account_id, parent_account_id, app_id)
             values ($1, $2, $3, 'Number', $4, $5, $6)",
        )
        .bind(workspace_id)
        .bind(id)
        .bind(ChannelKind::Whatsapp)
        .bind(text("phone_number_id"))
        .bind(text("business_account_id"))
        .bind(text("app_id"))
        .execute(tx.conn())
        .await
        .unwrap();
        for (purpose, name, key) in [(2_i16, "access_token", "token"), (4, "app_secret", "app_secret")] {
            let sealed = self.app.vault.seal(&mut tx, id.0, name, text(key).as_bytes()).await.unwrap();
            sqlx::query(
                "insert into credentials (workspace_id, channel_id, purpose, version, sealed) values ($1, $2, $3, 1, $4)",
            )
            .bind(workspace_id)
            .bind(id)
            .bind(purpose)
            .bind(sealed)
            .execute(tx.conn())
            .await
            .unwrap();
        }
        tx.commit().await.unwrap();
        id
    }

    /// The token that a channel calls its provider with.
    pub async fn token_of(&self, id: ChannelId) -> String {
        let workspace_id: WorkspaceId = sqlx::query_scalar("select workspace_id from channels where id = $1")
            .bind(id)
            .fetch_one(&mut self.test.superuser().await)
            .await
            .unwrap();
        let account = server::channels::account(&self.app, workspace_id, id).await.unwrap().unwrap();
        account.secrets.access_token.unwrap().expose_secret().to_owned()
    }

    /// Reads from the simulator's control API.
    pub async fn look(&self, path: &str) -> Value {
        let url = format!("{}/control/{path}", self.simulator.url());
        self.answered(path, self.http.get(url)).await
    }

    /// An account of the simulator, as it tells of it.
    pub async fn account(&self, name: &Value) -> Value {
        let all = self.look("accounts").await;
        let all = all["accounts"].as_array().unwrap().clone();
        all.into_iter().find(|account| account["account"] == *name).unwrap()
    }

    /// A person does something with their phone.
    pub async fn phone(&self, phone: &str, act: &str, to: &Value, mut more: Value) {
        more["to"] = to.clone();
        self.control(&format!("phones/{phone}/{act}"), more).await;
    }

    /// Waits until a message with this text is in the inbox; its conversation's and contact's ids.
    pub async fn heard(&self, text: &str) -> (String, String) {
        let until = tokio::time::Instant::now() + Duration::from_secs(40);
        let query = "{ conversations(view: ALL, first: 50) { nodes { id contact { id } preview } } }";
        loop {
            let data = ask(&self.app, Some(&self.owner), query, json!({})).await.ok();
            let nodes = data["conversations"]["nodes"].as_array().unwrap();
            if let Some(found) = nodes.iter().find(|node| node["preview"] == text) {
                let id = |value: &Value| value.as_str().unwrap().to_owned();
                return (id(&found["id"]), id(&found["contact"]["id"]));
            }
            assert!(tokio::time::Instant::now() < until, "{text} did not come: {data}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// What Telegram has as a bot's webhook; empty: none.
    pub async fn webhook_of(&self, bot: &Value) -> String {
        let token = bot["token"].as_str().unwrap();
        let url = format!("{}/bot{token}/getWebhookInfo", self.simulator.url());
        let answer: Value = self.http.post(url).send().await.unwrap().json().await.unwrap();
        answer["result"]["url"].as_str().unwrap_or_default().to_owned()
    }

    /// Calls a mutation that answers with a channel, as the owner; the payload.
    pub async fn mutate(&self, call: &str, variables: Value) -> Value {
        self.mutate_as(&self.owner, call, variables).await.ok()["it"].take()
    }

    /// Likewise, as somebody else.
    pub async fn mutate_as(&self, by: &Viewer, call: &str, variables: Value) -> Answer {
        let declared = if variables["input"].is_null() { "" } else { "($input: ConnectChannelInput!)" };
        let query = format!(
            "mutation{declared} {{ it: {call} {{ channel {{ {CHANNEL} }} problem {{ code field message }} }} }}"
        );
        ask(&self.app, Some(by), &query, variables).await
    }

    /// Connects with this input; the payload.
    pub async fn connect(&self, input: Value) -> Value {
        self.mutate("connectChannel(input: $input)", json!({ "input": input })).await
    }

    /// Connects a bot; the channel.
    pub async fn connected(&self, bot: &Value) -> ChannelId {
        let made = self.connect(json!({ "kind": "TELEGRAM", "token": bot["token"] })).await;
        assert_eq!(made["problem"], Value::Null, "{made}");
        made["channel"]["id"].as_str().unwrap().parse().unwrap()
    }

    /// A channel as the owner sees it.
    pub async fn channel(&self, id: ChannelId) -> Value {
        let query = format!("{{ channel(id: \"{id}\") {{ {CHANNEL} }} }}");
        ask(&self.app, Some(&self.owner), &query, json!({})).await.ok()["channel"].take()
    }

    /// What was recorded of a channel, newest first: kind, severity, words.
    pub async fn events(&self, id: ChannelId) -> Vec<(String, String, String)> {
        let query = format!(
            "{{ channelEvents(channelId: \"{id}\", first: 100) {{ nodes {{ kind severity words channel {{ id }} }} }} }}"
        );
        let data = ask(&self.app, Some(&self.owner), &query, json!({})).await.ok();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let nodes = data["channelEvents"]["nodes"].as_array().unwrap();
        assert!(nodes.iter().all(|node| node["channel"]["id"] == id.to_string()));
        nodes
            .iter()
            .map(|node| (text(&node["kind"]), text(&node["severity"]), text(&node["words"])))
            .collect()
    }

    /// Does all jobs that are due.
    pub async fn run_jobs(&self) {
        let handlers = Arc::new(server::jobs::handlers());
        server::jobs::run_due(&self.app, &handlers).await.unwrap();
    }
}
