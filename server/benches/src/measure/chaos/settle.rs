//! What an agent does about an answer of which nobody knows whether it went out: looks at the phone, and says so.

use std::collections::{HashMap, HashSet};
use std::net::SocketAddr;
use std::time::Duration;

use serde_json::{Value, json};
use shared::{ConversationId, MessageId};
use sqlx::PgConnection;
use tokio::time::{Instant, sleep};

use super::agents::Client;
use super::cast::{Cast, Person};
use crate::provider::Provider;
use crate::say;

/// Agents look this often.
const PAUSE: Duration = Duration::from_secs(1);

const SETTLE: &str = "mutation($id: ID!, $out: Boolean!) { settleMessage(messageId: $id, wentOut: $out) {
    message { id } problem { code message } } }";

/// Settles for everybody.
pub(super) struct Settler<'a> {
    address: SocketAddr,
    provider: &'a Provider,
    people: HashMap<ConversationId, &'a Person>,
    database: PgConnection,
    /// Unknown when last looked: one glance is too short to be sure.
    seen: HashSet<MessageId>,
    settled: HashSet<String>,
    again: HashSet<String>,
    sent_late: HashSet<String>,
}

impl<'a> Settler<'a> {
    pub fn new(address: SocketAddr, provider: &'a Provider, cast: &'a Cast, database: PgConnection) -> Self {
        let people = cast.people.iter().map(|person| (person.conversation_id, person)).collect();
        Self {
            address,
            provider,
            people,
            database,
            seen: HashSet::new(),
            settled: HashSet::new(),
            again: HashSet::new(),
            sent_late: HashSet::new(),
        }
    }

    /// Looks again and again until the end.
    pub async fn until(&mut self, until: Instant) -> anyhow::Result<()> {
        while Instant::now() < until {
            self.round().await?;
            sleep(PAUSE).await;
        }
        Ok(())
    }

    /// Settles what was unknown the last time already. What the server does not take is tried the next time.
    pub async fn round(&mut self) -> anyhow::Result<()> {
        let unknown: Vec<(MessageId, ConversationId, String)> = sqlx::query_as(
            "select id, conversation_id, text from messages where text like 'out/%' and status = 6 order by seq",
        )
        .fetch_all(&mut self.database)
        .await?;
        let ids = unknown.iter().map(|message| message.0).collect();
        let seen = std::mem::replace(&mut self.seen, ids);
        for (id, conversation_id, text) in unknown.into_iter().filter(|message| seen.contains(&message.0)) {
            let Some(person) = self.people.get(&conversation_id).copied() else { continue };
            let on_phone = self.look(person).await?;
            let went_out = on_phone.contains(&text);
            let mut client = Client::new(self.address, &person.session);
            let answer = client.ask(SETTLE, &json!({ "id": id, "out": went_out })).await;
            if !went_out && self.is_late(person, &text).await? {
                self.sent_late.insert(text.clone());
            }
            let Ok(answer) = answer else { continue };
            if !answer.pointer("/settleMessage/message/id").is_some_and(Value::is_string) {
                say(&format!("    {text} was not settled: {answer}"));
            }
            if !went_out {
                self.again.insert(text.clone());
            }
            self.settled.insert(text);
        }
        Ok(())
    }

    /// Whether a later answer has arrived by now, or is on its way: what is sent again cannot overtake it.
    async fn is_late(&mut self, person: &Person, text: &str) -> anyhow::Result<bool> {
        let begun: Vec<String> = sqlx::query_scalar(
            "select m.text from outbox o join messages m on m.workspace_id = o.workspace_id and m.id = o.message_id
             where o.conversation_id = $1 and o.state = 2",
        )
        .bind(person.conversation_id)
        .fetch_all(&mut self.database)
        .await?;
        let on_phone = self.look(person).await?;
        Ok(begun.iter().chain(&on_phone).any(|other| number(other) > number(text)))
    }

    /// Answers that the phone shows.
    async fn look(&self, person: &Person) -> anyhow::Result<HashSet<String>> {
        let Person { phone, account, .. } = person;
        let arrived = self.provider.get(&format!("/ledger/summary?phone={phone}&account={account}")).await?;
        let arrived = arrived.get("arrived").and_then(Value::as_array).cloned().unwrap_or_default();
        let texts = arrived.iter().filter_map(|one| one.get("text")?.as_str().map(str::to_owned));
        Ok(texts.collect())
    }

    /// Answers that went out after later ones, by the agent's own word: their place is no fault.
    pub fn sent_late(&self) -> &HashSet<String> {
        &self.sent_late
    }

    /// How many were settled, and of those how many by sending them again.
    pub fn counts(&self) -> (usize, usize) {
        (self.settled.len(), self.again.len())
    }
}

/// The place of a text in its conversation.
pub(super) fn number(text: &str) -> Option<u32> {
    text.rsplit('/').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn a_text_tells_its_place() {
        assert!(number("out/tg0-3/12") > number("out/tg0-3/9"));
        assert_eq!(number("hello"), None);
    }
}
