//! The product on a real port, with the providers' side played by the simulator.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use server::app::App;
use server::channels::endpoints::{Endpoint, EndpointKey, address_of};
use server::config::Config;
use shared::{ChannelId, ChannelKind, WorkspaceId};
use simulator::{Settings, Simulator};

use super::TestDatabase;

/// A database, one process over it, a simulator, and a workspace.
pub struct Provided {
    pub test: TestDatabase,
    pub app: Arc<App>,
    pub workspace_id: WorkspaceId,
    pub http: reqwest::Client,
    simulator: Simulator,
}

/// A bot of the simulator as a channel of ours.
pub struct Bot {
    pub workspace_id: WorkspaceId,
    pub channel_id: ChannelId,
    /// The simulator's name of it.
    pub account: String,
    /// Where its updates go.
    pub path: String,
    /// What they are proven with.
    pub secret: String,
}

impl Drop for Provided {
    fn drop(&mut self) {
        self.app.stopping.cancel();
    }
}

impl Provided {
    /// Everything running; no channel yet.
    pub async fn start() -> Self {
        Self::with(|_| {}).await
    }

    /// The same, configured.
    pub async fn with(change: impl FnOnce(&mut Config)) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default(); // by another test already, else
        let test = TestDatabase::create().await;
        let settings = Settings { time_factor: 50.0, ..Settings::default() };
        let simulator = Simulator::start(settings).await.unwrap();
        let app = test
            .serve_with(0, |config| {
                config.providers.telegram.api_url = simulator.url().parse().unwrap();
                config.providers.meta.graph_url = simulator.url().parse().unwrap();
                change(config);
            })
            .await;
        let workspace_id = test.workspace("Bloom & Co").await;
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { test, app, workspace_id, http, simulator }
    }

    /// The address of a path of ours.
    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.app.config.listen.port())
    }

    /// Asks the simulator's control API.
    pub async fn control(&self, path: &str, body: Value) -> Value {
        let url = format!("{}/control{path}", self.simulator.url());
        let answer = self.http.post(url).json(&body).send().await.unwrap();
        let status = answer.status();
        let json: Value = answer.json().await.unwrap();
        assert!(status.is_success(), "{path}: {status} {json}");
        json
    }

    /// Changes something there.
    pub async fn change(&self, path: &str, body: Value) {
        let url = format!("{}/control{path}", self.simulator.url());
        let answer = self.http.patch(url).json(&body).send().await.unwrap();
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
    }

    /// Somebody acts on a phone.
    pub async fn phone(&self, phone: &str, act: &str, body: Value) -> Value {
        self.control(&format!("/phones/{phone}/{act}"), body).await
    }

    /// A new bot, connected to our workspace.
    pub async fn bot(&self) -> Bot {
        self.bot_of(self.workspace_id).await
    }

    /// A new bot, connected to a workspace, its webhook set.
    pub async fn bot_of(&self, workspace_id: WorkspaceId) -> Bot {
        let made = self.control("/telegram/bots", json!({ "name": "Helpdesk" })).await;
        let text = |key: &str| made[key].as_str().unwrap().to_owned();
        let id = made["id"].as_i64().unwrap().to_string();
        let secret = "s3cret_-".to_owned();
        let (channel_id, key) = (ChannelId::new(), EndpointKey::generate().unwrap());
        let path = address_of(ChannelKind::Telegram, Endpoint { workspace_id, channel_id, key });
        self.channel(workspace_id, channel_id, ChannelKind::Telegram, &id, None, &key).await;
        self.credential(workspace_id, channel_id, 2, "access_token", text("token").as_bytes()).await;
        self.credential(workspace_id, channel_id, 3, "signing_secret", secret.as_bytes()).await;
        let url = format!("{}/bot{}/setWebhook", self.simulator.url(), text("token"));
        let body = json!({ "url": self.url(&path), "secret_token": secret });
        let set: Value = self.http.post(url).json(&body).send().await.unwrap().json().await.unwrap();
        assert_eq!(set["ok"], true, "{set}");
        Bot { workspace_id, channel_id, account: text("account"), path, secret }
    }

    /// The row of a channel.
    pub async fn channel(
        &self,
        workspace_id: WorkspaceId,
        id: ChannelId,
        kind: ChannelKind,
        account: &str,
        parent: Option<&str>,
        key: &EndpointKey,
    ) {
        let mut tx = self.test.db.workspace(workspace_id).await.unwrap();
        sqlx::query(
            "insert into channels (workspace_id, id, kind, name, platform_account_id, parent_account_id, endpoint_key_sha256)
             values ($1, $2, $3, 'Channel', $4, $5, $6)",
        )
        .bind(workspace_id)
        .bind(id)
        .bind(kind)
        .bind(account)
        .bind(parent)
        .bind(key.sha256().as_slice())
        .execute(tx.conn())
        .await
        .unwrap();
        tx.commit().await.unwrap();
    }

    async fn credential(
        &self,
        workspace_id: WorkspaceId,
        id: ChannelId,
        purpose: i16,
        name: &str,
        secret: &[u8],
    ) {
        let mut tx = self.test.db.workspace(workspace_id).await.unwrap();
        let sealed = self.app.vault.seal(&mut tx, id.0, name, secret).await.unwrap();
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
        tx.commit().await.unwrap();
    }

    /// Waits until every delivery has ended.
    pub async fn settle(&self) {
        self.wait(
            "deliveries are still pending",
            "select count(*) = 0 from pending_deliveries where attempts = 0",
        )
        .await;
    }

    /// Waits until a query says yes.
    pub async fn wait(&self, what: &str, query: &'static str) {
        let mut behind = self.test.superuser().await;
        let until = Instant::now() + Duration::from_secs(60);
        while !sqlx::query_scalar::<_, bool>(query).fetch_one(&mut behind).await.unwrap() {
            assert!(Instant::now() < until, "{what}");
            tokio::time::sleep(Duration::from_millis(15)).await;
        }
    }

    /// One value, read behind the scenes.
    pub async fn one<Value>(&self, query: &'static str) -> Value
    where
        Value: Send + Unpin + for<'r> sqlx::Decode<'r, sqlx::Postgres> + sqlx::Type<sqlx::Postgres>,
    {
        sqlx::query_scalar(query).fetch_one(&mut self.test.superuser().await).await.unwrap()
    }
}
