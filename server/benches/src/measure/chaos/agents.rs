//! Agents answer, and ask again under the same client id until they know that their answer is kept.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use rand::RngExt as _;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep, timeout};
use uuid::Uuid;

use super::Person;
use crate::load::{Connection, session_header};

/// How long an answer of the server may take.
const ANSWER_WAIT: Duration = Duration::from_secs(10);
/// How often one request is repeated before the server counts as gone for good.
const REPEATS_MAX: u64 = 300;
const PAUSE: Duration = Duration::from_millis(200);

const SEND: &str = "mutation($input: SendMessageInput!) { sendMessage(input: $input) {
    message { id } problem { code message } } }";

/// Answers one person until the end; how often a request had to be repeated.
pub(super) async fn answer(address: SocketAddr, person: &Person, until: Instant) -> anyhow::Result<u64> {
    let mut client = Client::new(address, &person.session);
    let mut repeats = 0;
    for number in 0.. {
        let pause = Duration::from_millis(rand::rng().random_range(600..3_000));
        if Instant::now() + pause >= until {
            break;
        }
        sleep(pause).await;
        let text = format!("out/{}/{number}", person.phone);
        let input =
            json!({ "conversationId": person.conversation_id, "clientId": Uuid::new_v4(), "text": text });
        let mut tries = 0;
        let answer = loop {
            match client.ask(SEND, &json!({ "input": input })).await {
                Ok(answer) => break answer,
                Err(error) => {
                    tries += 1;
                    ensure!(tries < REPEATS_MAX, "{text} was not taken: {error:#}");
                    sleep(PAUSE).await;
                }
            }
        };
        repeats += tries;
        let is_kept = answer.pointer("/sendMessage/message/id").is_some_and(Value::is_string);
        ensure!(is_kept, "{text} was refused: {answer}");
    }
    Ok(repeats)
}

/// An agent's browser.
pub(super) struct Client {
    address: SocketAddr,
    session: String,
    connection: Option<Connection>,
}

impl Client {
    pub fn new(address: SocketAddr, session: &str) -> Self {
        Self { address, session: session.to_owned(), connection: None }
    }

    /// What GraphQL answers, once; after a failure over a new connection.
    pub async fn ask(&mut self, query: &str, variables: &Value) -> anyhow::Result<Value> {
        let body = json!({ "query": query, "variables": variables }).to_string();
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => Connection::open(self.address).await?,
        };
        let headers = session_header(&self.session);
        let answer = timeout(ANSWER_WAIT, connection.post("/graphql", &headers, &body)).await??;
        let text = String::from_utf8_lossy(answer.body);
        ensure!(answer.status == 200, "{} {text}", answer.status);
        let answer: Value = serde_json::from_str(&text)?;
        ensure!(answer.get("errors").is_none(), "{answer}");
        self.connection = Some(connection);
        answer.get("data").cloned().context("an answer without data")
    }
}
