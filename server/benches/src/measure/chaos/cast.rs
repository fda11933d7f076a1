//! Who takes part: people with a number or a bot each that they write to, and the agent who answers them.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use serde_json::json;
use shared::ConversationId;
use sqlx::PgConnection;

use super::super::Stage;
use super::super::lines::{Lines, prove_everybody};
use super::customers;
use crate::product::Product;
use crate::provider::{Provider, control};

/// Workspaces, each with a number and a bot.
const WORKSPACES: usize = 4;
/// People who write to each of those.
const PEOPLE: usize = 6;
const MEET_WAIT: Duration = Duration::from_secs(60);

/// Somebody who writes to one account.
#[derive(Debug)]
pub(super) struct Person {
    /// Their phone at the provider.
    pub phone: String,
    /// The provider's name of the account they write to.
    pub account: String,
    /// Where we have them.
    pub conversation_id: ConversationId,
    /// The session of whoever answers.
    pub session: String,
}

/// Everybody.
pub(super) struct Cast {
    pub people: Vec<Person>,
}

impl Cast {
    /// Connects the accounts and lets everybody say hello, so that agents know where to answer.
    pub async fn meet(
        stage: &Stage<'_>,
        product: &Product,
        provider: &Provider,
        database: &mut PgConnection,
    ) -> anyhow::Result<Self> {
        prove_everybody(database).await?;
        let (mut lines, mut theirs) = (Lines::open(product, provider).await?, provider.connect().await?);
        let mut strangers = Vec::new();
        for (at, workspace) in stage.world.busy.iter().take(WORKSPACES).enumerate() {
            let agent = workspace.members.last().context("an agent")?;
            let (number, bot) = (lines.number(workspace, &json!({})).await?, lines.bot(workspace).await?);
            for (account, prefix) in [(number, format!("wa{at}")), (bot, format!("tg{at}"))] {
                let people = json!({ "id": prefix, "count": PEOPLE, "auto_read": true });
                control(&mut theirs, "/phones", &people).await?;
                for person in 0..PEOPLE {
                    let phone = format!("{prefix}-{person}");
                    customers::say(&mut theirs, &phone, &account, 0).await?;
                    strangers.push((phone, account.clone(), agent.session.clone()));
                }
            }
        }
        let known = conversations(database, strangers.len()).await?;
        let people = strangers.into_iter().map(|(phone, account, session)| {
            let conversation_id = *known.get(&phone).context("a conversation")?;
            Ok(Person { phone, account, conversation_id, session })
        });
        Ok(Self { people: people.collect::<anyhow::Result<_>>()? })
    }
}

/// Waits until everybody's hello is here; where each of them is.
async fn conversations(
    database: &mut PgConnection,
    wanted: usize,
) -> anyhow::Result<HashMap<String, ConversationId>> {
    let begun = Instant::now();
    loop {
        let rows: Vec<(String, ConversationId)> = sqlx::query_as(
            "select split_part(text, '/', 2), conversation_id from messages where direction = 1 and text like 'in/%/0'",
        )
        .fetch_all(&mut *database)
        .await?;
        if rows.len() >= wanted {
            return Ok(rows.into_iter().collect());
        }
        ensure!(begun.elapsed() < MEET_WAIT, "{} of {wanted} conversations came", rows.len());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
