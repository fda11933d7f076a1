//! What the demo asks of the simulator, over its control API.

use std::time::Duration;

use anyhow::Context as _;
use serde_json::Value;

/// Longest wait for one answer.
const PATIENCE: Duration = Duration::from_secs(60);

/// The simulator's control API.
#[derive(Debug, Clone)]
pub(super) struct Control {
    http: reqwest::Client,
    base: String,
}

impl Control {
    /// At this address, without a slash at the end.
    pub(super) fn at(base: &str) -> anyhow::Result<Self> {
        let http = reqwest::Client::builder().no_proxy().timeout(PATIENCE).build()?;
        Ok(Self { http, base: format!("{base}/control") })
    }

    /// Posts JSON; the answer is JSON.
    pub(super) async fn post(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        let answer = self.http.post(format!("{}/{path}", self.base)).json(body).send().await?;
        read(answer).await.with_context(|| format!("the simulator refused {path}"))
    }

    /// Lets a person act on their phone: `verb` is the last part of the address.
    pub(super) async fn act(&self, person: &str, verb: &str, body: &Value) -> anyhow::Result<Value> {
        self.post(&format!("phones/{person}/{verb}"), body).await
    }

    /// The person's whole name, as platforms hand it over.
    pub(super) async fn name_of(&self, person: &str) -> anyhow::Result<String> {
        let all = self.get("phones").await?;
        let phones = all.get("phones").and_then(Value::as_array).context("no phones")?;
        let phone = phones.iter().find(|phone| phone.get("id").and_then(Value::as_str) == Some(person));
        let text = |key: &str| phone.and_then(|phone| phone.get(key)?.as_str());
        let first = text("first_name").with_context(|| format!("nobody is called {person}"))?;
        Ok(text("last_name").map_or_else(|| first.to_owned(), |last| format!("{first} {last}")))
    }

    /// The id of the business's last message on a person's phone.
    pub(super) async fn last_of_business(&self, person: &str, account: &str) -> anyhow::Result<String> {
        let shown = self.shown(person, account).await?;
        let ours = shown.iter().rev().find(|message| is_ours(message));
        let id = ours.and_then(|message| message.get("id")?.as_str());
        Ok(id.context("the business has written nothing here")?.to_owned())
    }

    /// Waits until an answer of the business is on a person's phone.
    pub(super) async fn settle(&self, person: &str, account: &str, text: &str) -> anyhow::Result<()> {
        for _ in 0..100 {
            let shown = self.shown(person, account).await?;
            if shown.iter().any(|message| is_ours(message) && message.to_string().contains(text)) {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        anyhow::bail!("the answer did not reach {person}'s phone")
    }

    async fn shown(&self, person: &str, account: &str) -> anyhow::Result<Vec<Value>> {
        let chat = self.get(&format!("phones/{person}/chats/{account}")).await?;
        Ok(chat.get("messages").and_then(Value::as_array).cloned().unwrap_or_default())
    }

    async fn get(&self, path: &str) -> anyhow::Result<Value> {
        read(self.http.get(format!("{}/{path}", self.base)).send().await?).await
    }

    /// Waits until every event that is on its way has arrived, for some seconds at most.
    pub(super) async fn idle(&self) -> anyhow::Result<()> {
        self.get("idle?timeout_ms=5000").await.map(drop)
    }
}

fn is_ours(message: &Value) -> bool {
    message.get("from").and_then(Value::as_str) == Some("business")
}

async fn read(answer: reqwest::Response) -> anyhow::Result<Value> {
    let status = answer.status();
    let body: Value = answer.json().await?;
    anyhow::ensure!(status.is_success(), "{status}: {}", body.get("error").unwrap_or(&body));
    Ok(body)
}
