//! The customer's side: acts on a simulated phone, and what that phone shows.

use serde_json::{Value, json};

/// The person whose phone plays the customer.
pub const PHONE: &str = "ana";

/// The simulator's control API. It panics when the simulator does not do as told: then nothing can be tested.
#[derive(Debug, Clone)]
pub struct Control {
    http: reqwest::Client,
    url: String,
}

impl Control {
    pub fn new(http: reqwest::Client, url: &str) -> Self {
        Self { http, url: url.to_owned() }
    }

    /// `POST`s to a path below `/control`.
    pub async fn post(&self, path: &str, body: Value) -> Value {
        let request = self.http.post(format!("{}/control/{path}", self.url)).json(&body);
        self.answer(path, request).await
    }

    /// `GET`s a path below `/control`.
    pub async fn get(&self, path: &str) -> Value {
        self.answer(path, self.http.get(format!("{}/control/{path}", self.url))).await
    }

    /// Fetches a file of the shelf by the path the simulator names.
    pub async fn bytes(&self, path: &str) -> bytes::Bytes {
        let response = self.http.get(format!("{}{path}", self.url)).send().await;
        match response {
            Ok(response) => response.bytes().await.unwrap_or_default(),
            Err(error) => panic!("{path}: {error}"),
        }
    }

    /// The phone does something in its chat with `account`; returns the ids of new messages.
    pub async fn act(&self, account: &str, act: &str, mut body: Value) -> Vec<String> {
        if let Some(fields) = body.as_object_mut() {
            fields.insert("to".to_owned(), account.into());
        }
        let acted = self.post(&format!("phones/{PHONE}/{act}"), body).await;
        let ids = acted.get("messages").and_then(Value::as_array).cloned().unwrap_or_default();
        ids.iter().filter_map(Value::as_str).map(str::to_owned).collect()
    }

    /// All bubbles of the phone's chat with `account` that the business sent.
    pub async fn bubbles_of_business(&self, account: &str) -> Vec<Value> {
        let chat = self.get(&format!("phones/{PHONE}/chats/{account}")).await;
        let messages = chat.get("messages").and_then(Value::as_array).cloned().unwrap_or_default();
        messages.into_iter().filter(|message| message.get("from") == Some(&json!("business"))).collect()
    }

    /// Makes the next calls of the adapter (or deliveries) fail.
    pub async fn fault(&self, account: &str, times: u64, fault: Value) {
        self.post("faults", json!({ "account": account, "times": times, "fault": fault })).await;
    }

    /// Waits until every event was delivered.
    pub async fn idle(&self) {
        let idle = self.get("idle?timeout_ms=30000").await;
        assert_eq!(idle.get("idle"), Some(&json!(true)), "deliveries are stuck: {idle}");
    }

    async fn answer(&self, path: &str, request: reqwest::RequestBuilder) -> Value {
        let response = match request.send().await {
            Ok(response) => response,
            Err(error) => panic!("{path}: {error}"),
        };
        let status = response.status();
        let body: Value = response.json().await.unwrap_or_default();
        assert!(status.is_success(), "{path}: {status} {body}");
        body
    }
}
