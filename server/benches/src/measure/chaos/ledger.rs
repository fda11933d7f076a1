//! What the provider's ledger tells, read in pages.

use std::collections::HashMap;

use anyhow::{Context as _, ensure};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::provider::Provider;

/// Lines read at once.
const PAGE: usize = 5_000;

/// A message that a person sent.
#[derive(Debug, Deserialize)]
pub(super) struct Sent {
    pub phone: String,
    pub kind: String,
    pub text: String,
    /// The event that carries it.
    pub event: String,
}

/// A message of ours that a phone shows.
#[derive(Debug, Deserialize)]
pub(super) struct Arrived {
    pub phone: String,
    pub id: String,
    pub text: String,
}

/// A receipt that the platform issued.
#[derive(Debug, Deserialize)]
pub(super) struct Receipt {
    pub id: String,
    pub status: String,
}

#[derive(Debug, Deserialize)]
struct Attempt {
    at_ms: i64,
    events: Vec<String>,
    outcome: String,
    took_ms: i64,
}

/// When an event was first sent to us, and when we first said that we have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Taken {
    pub begun_ms: i64,
    pub answered_ms: Option<i64>,
}

/// All lines of a kind, oldest first.
pub(super) async fn lines<T: DeserializeOwned>(provider: &Provider, what: &str) -> anyhow::Result<Vec<T>> {
    let (mut all, mut after) = (Vec::new(), 0);
    loop {
        let page = provider.get(&format!("/ledger?what={what}&after={after}&limit={PAGE}")).await?;
        ensure!(page.get("forgotten").and_then(Value::as_u64) == Some(0), "the ledger forgot lines");
        let Some(Value::Array(entries)) = page.get("entries").cloned() else { break };
        let Some(last) = entries.last() else { break };
        after = last.get("seq").and_then(Value::as_u64).context("a line without a number")?;
        for entry in entries {
            all.push(serde_json::from_value(entry)?);
        }
    }
    Ok(all)
}

/// What became of each event.
pub(super) async fn taken(provider: &Provider) -> anyhow::Result<HashMap<String, Taken>> {
    Ok(first_times(lines(provider, "webhook").await?))
}

fn first_times(attempts: Vec<Attempt>) -> HashMap<String, Taken> {
    let mut all: HashMap<String, Taken> = HashMap::new();
    for Attempt { at_ms, events, outcome, took_ms } in attempts {
        let answered_ms = (outcome == "answered").then_some(at_ms);
        for event in events {
            let taken = all.entry(event).or_insert(Taken { begun_ms: i64::MAX, answered_ms: None });
            taken.begun_ms = taken.begun_ms.min(at_ms - took_ms);
            taken.answered_ms = taken.answered_ms.into_iter().chain(answered_ms).min();
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_taken_with_the_first_answer_and_begun_with_the_first_attempt() {
        let attempt = |at_ms, outcome: &str| Attempt {
            at_ms,
            events: vec!["e".to_owned()],
            outcome: outcome.to_owned(),
            took_ms: 10,
        };
        let all = first_times(vec![
            attempt(100, "unreachable"),
            attempt(300, "answered"),
            attempt(200, "refused"),
            attempt(900, "answered"),
        ]);
        assert_eq!(all["e"], Taken { begun_ms: 90, answered_ms: Some(300) });
    }
}
