//! Channels whose platforms are played by the simulator, and people who have written there.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use server::app::App;
use server::config::Config;
use server::http::{accept, router};
use server::outbox::{self, OutboxSettings};
use server::viewer::Viewer;
use shared::{ChannelId, ChannelKind, ContactId, ConversationId, IdentityId, Role, WorkspaceId};
use simulator::{Settings, Simulator};
use tokio::net::TcpListener;
use uuid::Uuid;

use super::{TestDatabase, ask};

/// How long something may take to arrive.
const PATIENCE: Duration = Duration::from_secs(40);

/// A database, a simulator, and an agent.
pub struct Platform {
    pub test: TestDatabase,
    pub app: Arc<App>,
    pub agent: Viewer,
    http: reqwest::Client,
    simulator: Simulator,
}

/// An account of the simulator as a channel of ours.
#[derive(Clone)]
pub struct Line {
    pub channel_id: ChannelId,
    pub kind: ChannelKind,
    /// The simulator's name of it.
    pub account: String,
}

impl Drop for Platform {
    fn drop(&mut self) {
        self.app.stopping.cancel();
    }
}

/// Impatient, for tests.
pub fn impatient() -> OutboxSettings {
    OutboxSettings {
        lease: Duration::from_secs(4),
        poll: Duration::from_millis(300),
        scan: Duration::from_secs(2),
        unanswered_wait: Duration::from_secs(2),
        patience: 0.05,
        attempts_max: 7,
        ..OutboxSettings::default()
    }
}

impl Platform {
    /// Everything there, and nothing running: processes are started by [`another_process`](Self::another_process).
    pub async fn without_sender() -> Self {
        let (test, simulator) = Self::stage().await;
        let app = test.app_with(Self::config(&test, &simulator));
        Self::of(test, app, simulator).await
    }

    /// Everything there; a program of its own is to run at this address, over the same database.
    pub async fn around_program(address: SocketAddr) -> Self {
        let (test, simulator) = Self::stage().await;
        let mut config = Self::config(&test, &simulator);
        config.providers.webhook_url = Some(format!("http://{address}").parse().unwrap());
        let app = test.app_with(config);
        Self::of(test, app, simulator).await
    }

    /// Everything running, on a real port.
    pub async fn start() -> Self {
        let (test, simulator) = Self::stage().await;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut config = Self::config(&test, &simulator);
        config.listen = listener.local_addr().unwrap();
        let app = test.app_with(config);
        Self::run(&test, &app, 0).await;
        let routes = router(&app, server::graphql::schema());
        tokio::spawn(accept::serve(listener, routes, app.config.limits, app.stopping.clone()));
        Self::of(test, app, simulator).await
    }

    /// Another process over the same database, sending as well; `already` do.
    pub async fn another_process(&self, already: i64) -> Arc<App> {
        let app = self.test.app_with(Self::config(&self.test, &self.simulator));
        Self::run(&self.test, &app, already).await;
        app
    }

    async fn stage() -> (TestDatabase, Simulator) {
        let _ = rustls::crypto::ring::default_provider().install_default(); // by another test already, else
        let settings = Settings { time_factor: 20.0, personas: false, ..Settings::default() };
        (TestDatabase::create().await, Simulator::start(settings).await.unwrap())
    }

    async fn run(test: &TestDatabase, app: &Arc<App>, already: i64) {
        outbox::start(app, impatient());
        App::start_background(app);
        test.wait_for_listeners(already + 1).await;
    }

    async fn of(test: TestDatabase, app: Arc<App>, simulator: Simulator) -> Self {
        let workspace_id = test.workspace("Bloom & Co").await;
        let agent = test.member(workspace_id, Role::Owner).await;
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { test, app, agent, http, simulator }
    }

    fn config(test: &TestDatabase, simulator: &Simulator) -> Config {
        let mut config = Config { data_dir: test.data_dir(), ..Config::default() };
        config.providers.telegram.api_url = simulator.url().parse().unwrap();
        config.providers.meta.graph_url = simulator.url().parse().unwrap();
        config
    }

    /// The simulator's address.
    pub fn url(&self) -> &str {
        self.simulator.url()
    }

    /// Asks the simulator's control API.
    pub async fn control(&self, path: &str, body: Value) -> Value {
        let request = self.http.post(format!("{}/control{path}", self.url())).json(&body);
        Self::answer(path, request).await
    }

    /// Reads from it.
    pub async fn look(&self, path: &str) -> Value {
        Self::answer(path, self.http.get(format!("{}/control{path}", self.url()))).await
    }

    /// Takes something away there.
    pub async fn control_delete(&self, path: &str) {
        let answer = self.http.delete(format!("{}/control{path}", self.url())).send().await.unwrap();
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
    }

    async fn answer(path: &str, request: reqwest::RequestBuilder) -> Value {
        let answer = request.send().await.unwrap();
        let status = answer.status();
        let json: Value = answer.json().await.unwrap_or_default();
        assert!(status.is_success(), "{path}: {status} {json}");
        json
    }

    /// Makes the next calls of an account fail.
    pub async fn fault(&self, line: &Line, rule: Value) {
        let mut rule = rule;
        rule["account"] = json!(line.account);
        self.control("/faults", rule).await;
    }

    /// A new bot as a channel of ours.
    pub async fn bot(&self) -> Line {
        let made = self.control("/telegram/bots", json!({ "name": "Helpdesk" })).await;
        let id = made["id"].as_i64().unwrap().to_string();
        self.line(ChannelKind::Telegram, &made, id, None).await
    }

    /// A new number as a channel of ours.
    pub async fn number(&self, more: Value) -> Line {
        let made = self.control("/whatsapp/numbers", more).await;
        let id = made["phone_number_id"].as_str().unwrap().to_owned();
        let parent = made["business_account_id"].as_str().map(str::to_owned);
        self.line(ChannelKind::Whatsapp, &made, id, parent).await
    }

    /// A new number, connected as an admin does it: its statuses come in.
    pub async fn connected_number(&self, more: Value) -> Line {
        let made = self.control("/whatsapp/numbers", more).await;
        let input = json!({
            "kind": "WHATSAPP", "token": made["token"], "accountId": made["phone_number_id"],
            "parentAccountId": made["business_account_id"], "appSecret": made["app_secret"],
        });
        self.connect(ChannelKind::Whatsapp, &made, input).await
    }

    /// A new bot, connected as an admin does it: its updates come in.
    pub async fn connected_bot(&self) -> Line {
        let made = self.control("/telegram/bots", json!({ "name": "Helpdesk" })).await;
        self.connect(ChannelKind::Telegram, &made, json!({ "kind": "TELEGRAM", "token": made["token"] }))
            .await
    }

    async fn connect(&self, kind: ChannelKind, made: &Value, input: Value) -> Line {
        let query = "mutation($input: ConnectChannelInput!) { connectChannel(input: $input) {
            channel { id } problem { code message } } }";
        let answer = ask(&self.app, Some(&self.agent), query, json!({ "input": input })).await.ok();
        let connected = &answer["connectChannel"];
        assert_eq!(connected["problem"], Value::Null, "{connected}");
        let channel_id = connected["channel"]["id"].as_str().unwrap().parse().unwrap();
        Line { channel_id, kind, account: made["account"].as_str().unwrap().to_owned() }
    }

    /// A new person, who writes first: their conversation, once it is here.
    pub async fn person(&self, line: &Line, name: &str) -> ConversationId {
        self.control("/phones", json!({ "id": name, "first_name": name })).await;
        self.control(&format!("/phones/{name}/start"), json!({ "to": line.account })).await;
        let hello = format!("Hello from {name}");
        self.control(&format!("/phones/{name}/send"), json!({ "to": line.account, "text": hello })).await;
        let mut behind = self.test.superuser().await;
        for _ in 0..800 {
            let found: Option<ConversationId> = sqlx::query_scalar(
                "select conversation_id from messages where channel_id = $1 and text = $2",
            )
            .bind(line.channel_id)
            .bind(&hello)
            .fetch_optional(&mut behind)
            .await
            .unwrap();
            if let Some(found) = found {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("{name}'s message did not come");
    }

    /// Waits until a query says yes.
    pub async fn wait(&self, what: &str, query: &str) {
        self.wait_for(PATIENCE, what, query).await;
    }

    /// Likewise, for what takes a program with ordinary patience.
    pub async fn wait_long(&self, what: &str, query: &str) {
        self.wait_for(PATIENCE * 6, what, query).await;
    }

    async fn wait_for(&self, patience: Duration, what: &str, query: &str) {
        let mut behind = self.test.superuser().await;
        let until = tokio::time::Instant::now() + patience;
        loop {
            let yes: bool = sqlx::query_scalar(sqlx::AssertSqlSafe(query.to_owned()))
                .fetch_one(&mut behind)
                .await
                .unwrap();
            if yes {
                return;
            }
            assert!(tokio::time::Instant::now() < until, "{what}");
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
    }

    /// The bubbles that a phone shows of an account's own messages.
    pub async fn bubbles(&self, phone: &str, line: &Line) -> Vec<Value> {
        let chat = self.look(&format!("/phones/{phone}/chats/{}", line.account)).await;
        let messages = chat["messages"].as_array().unwrap().iter();
        messages.filter(|message| message["from"] == "business").cloned().collect()
    }

    async fn line(&self, kind: ChannelKind, made: &Value, id: String, parent: Option<String>) -> Line {
        let channel_id = ChannelId::new();
        let token = made["token"].as_str().unwrap().to_owned();
        let mut tx = self.test.db.workspace(self.agent.workspace_id).await.unwrap();
        sqlx::query(
            "insert into channels (workspace_id, id, kind, name, platform_account_id, parent_account_id)
             values ($1, $2, $3, 'Helpdesk', $4, $5)",
        )
        .bind(self.agent.workspace_id)
        .bind(channel_id)
        .bind(kind)
        .bind(&id)
        .bind(parent)
        .execute(tx.conn())
        .await
        .unwrap();
        let sealed =
            self.app.vault.seal(&mut tx, channel_id.0, "access_token", token.as_bytes()).await.unwrap();
        sqlx::query(
            "insert into credentials (workspace_id, channel_id, purpose, version, sealed) values ($1, $2, 2, 1, $3)",
        )
        .bind(self.agent.workspace_id)
        .bind(channel_id)
        .bind(sealed)
        .execute(tx.conn())
        .await
        .unwrap();
        tx.commit().await.unwrap();
        Line { channel_id, kind, account: made["account"].as_str().unwrap().to_owned() }
    }

    /// People with phones, each with a conversation that they have begun.
    pub async fn people(&self, line: &Line, name: &str, count: usize) -> Vec<ConversationId> {
        let phones = self.control("/phones", json!({ "id": name, "count": count })).await;
        let mut conversations = Vec::with_capacity(count);
        for phone in phones["phones"].as_array().unwrap() {
            let id = phone["id"].as_str().unwrap();
            self.control(&format!("/phones/{id}/start"), json!({ "to": line.account })).await;
            self.control(&format!("/phones/{id}/send"), json!({ "to": line.account, "text": "Hello" })).await;
            let thread = match line.kind {
                ChannelKind::Telegram => phone["telegram"]["id"].to_string(),
                _ => phone["whatsapp"]["wa_id"].as_str().unwrap().to_owned(),
            };
            conversations.push(self.conversation(line, &thread).await);
        }
        conversations
    }

    /// An open conversation with whoever has this thread, who has just written.
    pub async fn conversation(&self, line: &Line, thread: &str) -> ConversationId {
        let workspace_id: WorkspaceId = self.agent.workspace_id;
        let (contact, identity, id) = (ContactId::new(), IdentityId::new(), ConversationId::new());
        let mut tx = self.test.db.workspace(workspace_id).await.unwrap();
        sqlx::query("insert into contacts (workspace_id, id, name) values ($1, $2, 'Ana')")
            .bind(workspace_id)
            .bind(contact)
            .execute(tx.conn())
            .await
            .unwrap();
        sqlx::query(
            "insert into identities (workspace_id, id, channel_id, contact_id, platform_id) values ($1, $2, $3, $4, $5)",
        )
        .bind(workspace_id)
        .bind(identity)
        .bind(line.channel_id)
        .bind(contact)
        .bind(thread)
        .execute(tx.conn())
        .await
        .unwrap();
        sqlx::query(
            "insert into conversations (workspace_id, id, number, kind, channel_id, identity_id, contact_id,
                                        last_activity_at, waiting_since, last_inbound_at)
             select $1, $2, coalesce(max(number), 0) + 1, 1, $3, $4, $5, now(), now(), now()
             from conversations where workspace_id = $1",
        )
        .bind(workspace_id)
        .bind(id)
        .bind(line.channel_id)
        .bind(identity)
        .bind(contact)
        .execute(tx.conn())
        .await
        .unwrap();
        tx.commit().await.unwrap();
        id
    }

    /// The agent answers; the message's id.
    pub async fn say(&self, conversation: ConversationId, text: &str) -> String {
        self.send(json!({ "conversationId": conversation, "text": text })).await
    }

    /// The agent answers with this input; the message's id.
    pub async fn send(&self, mut input: Value) -> String {
        input["clientId"] = json!(Uuid::new_v4());
        if input["text"].is_null() {
            input["text"] = json!("");
        }
        let sent = self.try_send(input).await;
        assert_eq!(sent["problem"], Value::Null, "{sent}");
        sent["message"]["id"].as_str().unwrap().to_owned()
    }

    /// The payload of `sendMessage`.
    pub async fn try_send(&self, input: Value) -> Value {
        const SEND: &str = "mutation($input: SendMessageInput!) { sendMessage(input: $input) {
            message { id status } problem { code message field } } }";
        let answer = ask(&self.app, Some(&self.agent), SEND, json!({ "input": input })).await;
        answer.ok()["sendMessage"].take()
    }

    /// The payload of a mutation that takes a message's id.
    pub async fn mutate(&self, call: &str) -> Value {
        let query = format!(
            "mutation {{ it: {call} {{ message {{ id status text failure deletedAt editedAt reactions {{ emoji memberId }} }} \
             problem {{ code message }} }} }}"
        );
        ask(&self.app, Some(&self.agent), &query, json!({})).await.ok()["it"].take()
    }

    /// The same, to be waited for together with others.
    pub async fn mutate_owned(&self, call: String) -> Value {
        self.mutate(&call).await
    }

    /// A message as agents see it.
    pub async fn message(&self, id: &str) -> Value {
        let query = format!(
            "{{ node(id: \"{id}\") {{ ... on Message {{ id seq text status failure canRetry editedAt deletedAt
                reactions {{ emoji memberId }} revisions {{ text }}
                transmissions {{ id part what status failure failureCode retryable notes attachmentIds }} }} }} }}"
        );
        ask(&self.app, Some(&self.agent), &query, json!({})).await.ok()["node"].take()
    }

    /// Waits until a message's status is this.
    pub async fn until(&self, id: &str, status: &str) -> Value {
        let until = tokio::time::Instant::now() + PATIENCE;
        loop {
            let message = self.message(id).await;
            if message["status"] == status {
                return message;
            }
            assert!(tokio::time::Instant::now() < until, "not {status}: {message}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Waits until nothing is in line.
    pub async fn until_empty(&self) {
        let mut behind = self.test.superuser().await;
        let until = tokio::time::Instant::now() + PATIENCE;
        loop {
            let waiting: i64 =
                sqlx::query_scalar("select count(*) from outbox").fetch_one(&mut behind).await.unwrap();
            if waiting == 0 {
                return;
            }
            assert!(tokio::time::Instant::now() < until, "{waiting} lines wait");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// What phones have got of an account so far, by person, in order of arrival; and what came twice.
    pub async fn arrived(&self, line: &Line) -> (Vec<(String, String)>, Value) {
        let summary = self.look(&format!("/ledger/summary?account={}", line.account)).await;
        let arrived = summary["arrived"].as_array().unwrap().iter();
        let arrived = arrived.map(|one| {
            (one["phone"].as_str().unwrap().to_owned(), one["text"].as_str().unwrap_or_default().to_owned())
        });
        (arrived.collect(), summary["doubled"].clone())
    }
}
