//! A running simulator, a webhook that remembers, and calls in a line each.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};
use simulator::{Settings, Simulator};

/// One delivery as the webhook got it.
#[derive(Debug, Clone)]
pub struct Received {
    pub headers: HeaderMap,
    pub bytes: Bytes,
    pub json: Value,
}

/// The business's webhook.
#[derive(Clone, Default)]
pub struct Receiver {
    received: Arc<Mutex<Vec<Received>>>,
    answers: Arc<Mutex<VecDeque<u16>>>,
    pub url: String,
}

impl Receiver {
    pub async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/webhook", listener.local_addr().unwrap());
        let receiver = Self { url, ..Self::default() };
        let router = Router::new()
            .route("/webhook", axum::routing::post(take).get(handshake))
            .with_state(receiver.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        receiver
    }

    /// The next deliveries get these statuses; after them 200.
    pub fn answer_with(&self, statuses: &[u16]) {
        self.answers.lock().unwrap().extend(statuses);
    }

    pub fn all(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }

    /// Waits for so many deliveries in all.
    pub async fn wait_for(&self, count: usize) -> Vec<Received> {
        for _ in 0..1_000 {
            let all = self.all();
            if all.len() >= count {
                return all;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("only {} of {count} deliveries came: {:#?}", self.all().len(), self.all());
    }
}

async fn take(State(receiver): State<Receiver>, headers: HeaderMap, bytes: Bytes) -> StatusCode {
    let json = serde_json::from_slice(&bytes).unwrap();
    let status = receiver.answers.lock().unwrap().pop_front().unwrap_or(200);
    receiver.received.lock().unwrap().push(Received { headers, bytes, json });
    StatusCode::from_u16(status).unwrap()
}

async fn handshake(axum::extract::RawQuery(query): axum::extract::RawQuery) -> Response {
    let query = query.unwrap_or_default();
    let part = |name: &str| {
        url::form_urlencoded::parse(query.as_bytes())
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
    };
    match part("hub.verify_token").as_deref() {
        Some("correct-horse") => part("hub.challenge").unwrap_or_default().into_response(),
        _ => StatusCode::FORBIDDEN.into_response(),
    }
}

/// A simulator and a client.
pub struct Stage {
    pub simulator: Simulator,
    pub http: reqwest::Client,
}

/// An answer's status and body.
pub type Answer = (u16, Value);

impl Stage {
    /// Waits run a hundred times faster than the providers'.
    pub async fn start() -> Self {
        Self::with(Settings { time_factor: 100.0, ..Settings::default() }).await
    }

    pub async fn with(settings: Settings) -> Self {
        let simulator = Simulator::start(settings).await.unwrap();
        Self { simulator, http: reqwest::Client::builder().no_proxy().build().unwrap() }
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.simulator.url())
    }

    pub async fn get(&self, path: &str) -> Value {
        self.http.get(self.url(path)).send().await.unwrap().json().await.unwrap()
    }

    pub async fn post(&self, path: &str, body: Value) -> Value {
        let answer = self.http.post(self.url(path)).json(&body).send().await.unwrap();
        let status = answer.status();
        let json: Value = answer.json().await.unwrap();
        assert!(status.is_success(), "{path}: {status} {json}");
        json
    }

    pub async fn patch(&self, path: &str, body: Value) -> Value {
        self.http.patch(self.url(path)).json(&body).send().await.unwrap().json().await.unwrap()
    }

    /// A phone acts.
    pub async fn act(&self, phone: &str, act: &str, body: Value) -> Value {
        self.post(&format!("/control/phones/{phone}/{act}"), body).await
    }

    pub async fn idle(&self) {
        let idle = self.get("/control/idle?timeout_ms=10000").await;
        assert_eq!(idle["idle"], true, "{idle}");
    }

    pub async fn summary(&self, query: &str) -> Value {
        self.get(&format!("/control/ledger/summary?{query}")).await
    }

    pub async fn fault(&self, rule: Value) -> u64 {
        self.post("/control/faults", rule).await["id"].as_u64().unwrap()
    }
}

/// A bot with its webhook.
pub struct Bot<'stage> {
    pub stage: &'stage Stage,
    pub account: String,
    pub token: String,
    pub id: i64,
}

impl<'stage> Bot<'stage> {
    pub async fn create(stage: &'stage Stage) -> Self {
        let bot = stage.post("/control/telegram/bots", json!({ "name": "Helpdesk" })).await;
        Self {
            stage,
            account: bot["account"].as_str().unwrap().to_owned(),
            token: bot["token"].as_str().unwrap().to_owned(),
            id: bot["id"].as_i64().unwrap(),
        }
    }

    pub async fn call(&self, method: &str, body: Value) -> Answer {
        let url = self.stage.url(&format!("/bot{}/{method}", self.token));
        let answer = self.stage.http.post(url).json(&body).send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    pub async fn ok(&self, method: &str, body: Value) -> Value {
        let (status, answer) = self.call(method, body).await;
        assert_eq!((status, &answer["ok"]), (200, &json!(true)), "{method}: {answer}");
        answer["result"].clone()
    }

    pub async fn webhook(&self, receiver: &Receiver) {
        let all = [
            "message",
            "edited_message",
            "message_reaction",
            "callback_query",
            "my_chat_member",
            "business_connection",
            "business_message",
            "edited_business_message",
            "deleted_business_messages",
        ];
        let body = json!({ "url": receiver.url, "secret_token": "s3cret_-", "allowed_updates": all });
        self.ok("setWebhook", body).await;
    }

    pub async fn says(&self, phone: &str, text: &str) -> Value {
        self.stage.act(phone, "send", json!({ "to": self.account, "text": text })).await
    }
}

/// A WhatsApp number with its webhook.
pub struct Number<'stage> {
    pub stage: &'stage Stage,
    pub account: String,
    pub id: String,
    pub business_account: String,
    pub app: String,
    pub secret: String,
    pub token: String,
}

impl<'stage> Number<'stage> {
    pub async fn create(stage: &'stage Stage, receiver: &Receiver) -> Self {
        Self::with(stage, json!({ "webhook_url": receiver.url, "subscribed": true })).await
    }

    pub async fn with(stage: &'stage Stage, new: Value) -> Self {
        let made = stage.post("/control/whatsapp/numbers", new).await;
        let text = |key: &str| made[key].as_str().unwrap().to_owned();
        Self {
            stage,
            account: text("account"),
            id: text("phone_number_id"),
            business_account: text("business_account_id"),
            app: text("app_id"),
            secret: text("app_secret"),
            token: text("token"),
        }
    }

    pub async fn call(&self, method: &str, path: &str, body: Value) -> Answer {
        let url = self.stage.url(&format!("/v25.0/{path}"));
        let method = method.parse().unwrap();
        let mut request = self.stage.http.request(method, url).bearer_auth(&self.token);
        if !body.is_null() {
            request = request.json(&body);
        }
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    pub async fn send(&self, to: &str, mut message: Value) -> Answer {
        message["messaging_product"] = "whatsapp".into();
        message["to"] = to.into();
        self.call("POST", &format!("{}/messages", self.id), message).await
    }

    /// Sends a text that must be accepted; its id.
    pub async fn text(&self, to: &str, text: &str) -> String {
        let (status, answer) = self.send(to, json!({ "type": "text", "text": { "body": text } })).await;
        assert_eq!(status, 200, "{answer}");
        answer["messages"][0]["id"].as_str().unwrap().to_owned()
    }

    pub async fn says(&self, phone: &str, text: &str) -> String {
        let acted = self.stage.act(phone, "send", json!({ "to": self.account, "text": text })).await;
        acted["messages"][0].as_str().unwrap().to_owned()
    }
}

/// All items of a list (`messages`, `statuses` …) in all deliveries, in order of arrival.
pub fn items(receiver: &Receiver, list: &str) -> Vec<Value> {
    let mut found = Vec::new();
    for delivery in receiver.all() {
        for change in delivery.json["entry"][0]["changes"].as_array().unwrap() {
            found.extend(change["value"][list].as_array().into_iter().flatten().cloned());
        }
    }
    found
}
