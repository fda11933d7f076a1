//! `outbox`: answers handed to the platform a second, from the first call until nothing waits any more, over a thousand
//! conversations on several numbers. The phones' ledger says what arrived, how often and in which order.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use serde_json::json;
use sqlx::{Connection as _, PgConnection};
use uuid::Uuid;

use super::Stage;
use super::lines::{Lines, prove_everybody};
use crate::figures::{Goal, Measured, Row, row};
use crate::postgres::{PRODUCT, Role};
use crate::product::Product;
use crate::provider::{Provider, control};
use crate::say;
use crate::slices::wait_for_quiet;

/// Numbers in each workspace: each may send 80 a second, as WhatsApp allows.
const NUMBERS: usize = 6;
/// People who have written to each number.
const PEOPLE: usize = 21;
/// Answers to each of them in a slice. All slices together stay below what may go to one person at once (45).
const ANSWERS: i32 = 8;
/// How long a slice may take.
const DRAIN_WAIT: Duration = Duration::from_secs(120);

/// Hands answers over as fast as the numbers' pace allows.
pub(super) async fn measure(stage: &Stage<'_>) -> anyhow::Result<Vec<Row>> {
    let conversations = stage.world.busy.len() * NUMBERS * PEOPLE;
    say(&format!("outbox: {ANSWERS} answers to each of {conversations} people, through the simulator"));
    let provider = Provider::start(&stage.plan.server, &["--no-rate-limits"]).await?;
    let url = provider.url();
    let settings = [("SWITCHBOARD_PROVIDERS__META__GRAPH_URL", url.as_str())];
    let product = stage.launcher.start_with(stage.postgres, Role::App, PRODUCT, &settings).await?;
    let mut database = stage.postgres.superuser(PRODUCT).await?;
    let numbers = connect_numbers(stage, &product, &provider, &mut database).await?;
    let busy_ids: Vec<Uuid> = stage.world.busy.iter().map(|workspace| workspace.id.0).collect();
    meet(&provider, &numbers, &busy_ids, &mut database).await?;

    let slicing = stage.plan.slicing;
    let mut measured = Measured::default();
    for number in 0..slicing.count {
        let tag = format!("outbox-{number}");
        let busy = wait_for_quiet(slicing).await;
        let queued = enqueue(&mut database, &busy_ids, &tag).await?;
        let begun = Instant::now();
        wait_until_sent(&mut database, begun).await?;
        let seconds = begun.elapsed().as_secs_f64();
        let verdict = verdict(&provider, &numbers, &tag, queued).await?;
        say(&format!("    slice {number}: {queued} in {seconds:.2} s, {:.0}/s", queued as f64 / seconds));
        measured.values.push(queued as f64 / seconds);
        measured.foreign_cpu.push(busy);
        measured.void = measured.void.or(verdict);
    }
    database.close().await?;
    product.stop().await?;
    Ok(vec![row("outbox", "1/s", Goal::AtLeast(2_000.0), measured)])
}

/// Numbers of every workspace; the provider's names of them.
async fn connect_numbers(
    stage: &Stage<'_>,
    product: &Product,
    provider: &Provider,
    database: &mut PgConnection,
) -> anyhow::Result<Vec<String>> {
    prove_everybody(database).await?;
    let mut lines = Lines::open(product, provider).await?;
    let mut numbers = Vec::new();
    for workspace in &stage.world.busy {
        for _ in 0..NUMBERS {
            numbers.push(lines.number(workspace, &json!({ "sends_statuses": false })).await?);
        }
    }
    Ok(numbers)
}

/// Lets people write to each number, and waits until their conversations are here.
async fn meet(
    provider: &Provider,
    numbers: &[String],
    workspaces: &[Uuid],
    database: &mut PgConnection,
) -> anyhow::Result<()> {
    let mut theirs = provider.connect().await?;
    for (at, account) in numbers.iter().enumerate() {
        control(&mut theirs, "/phones", &json!({ "id": format!("n{at}"), "count": PEOPLE })).await?;
        for person in 0..PEOPLE {
            let body = json!({ "to": account, "text": "Is the blue one back in stock?" });
            control(&mut theirs, &format!("/phones/n{at}-{person}/send"), &body).await?;
        }
    }
    let wanted = i64::try_from(numbers.len() * PEOPLE)?;
    let begun = Instant::now();
    loop {
        let there: i64 = sqlx::query_scalar(
            "select count(*) from conversations c join channels h on h.workspace_id = c.workspace_id
                and h.id = c.channel_id where h.kind = 2 and h.workspace_id = any($1)",
        )
        .bind(workspaces)
        .fetch_one(&mut *database)
        .await?;
        if there >= wanted {
            sqlx::query("analyze").execute(database).await?;
            return Ok(());
        }
        ensure!(begun.elapsed() < DRAIN_WAIT, "{there} of {wanted} conversations came");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Puts answers in line as the product does, all in one commit, and rings; how many.
async fn enqueue(database: &mut PgConnection, workspaces: &[Uuid], tag: &str) -> anyhow::Result<i64> {
    let mut tx = database.begin().await?;
    sqlx::query(
        "create temporary table answer on commit drop as
         select c.workspace_id, c.id as conversation_id, c.channel_id, c.identity_id, c.last_seq + g as seq, g,
                gen_random_uuid() as message_id, gen_random_uuid() as transmission_id,
                $2 || '/' || c.number || '/' || g as text
         from conversations c
         join channels h on h.workspace_id = c.workspace_id and h.id = c.channel_id
         cross join generate_series(1, $1) g
         where h.kind = 2 and h.workspace_id = any($3)",
    )
    .bind(ANSWERS)
    .bind(tag)
    .bind(workspaces)
    .execute(&mut *tx)
    .await?;
    for statement in [
        "insert into messages (workspace_id, id, conversation_id, seq, channel_id, direction, author_kind, text, sent_at, status)
         select workspace_id, message_id, conversation_id, seq, channel_id, 2, 3, text, now(), 1 from answer",
        "insert into transmissions (workspace_id, id, message_id, channel_id, status, act)
         select workspace_id, transmission_id, message_id, channel_id, 1,
                jsonb_build_object('text', jsonb_build_object('text', jsonb_build_object('plain', text)))
         from answer",
        "insert into outbox (workspace_id, channel_id, lane, transmission_id, message_id, conversation_id, by_human)
         select workspace_id, channel_id, identity_id, transmission_id, message_id, conversation_id, true
         from answer order by g, conversation_id",
        "update conversations c set last_seq = a.seq
         from (select workspace_id, conversation_id, max(seq) as seq from answer group by 1, 2) a
         where c.workspace_id = a.workspace_id and c.id = a.conversation_id",
        "select pg_notify('sb_outbox', workspace_id::text || ':' || channel_id::text || ':' || max(identity_id::text))
         from answer group by workspace_id, channel_id",
    ] {
        sqlx::query(statement).execute(&mut *tx).await?;
    }
    let count: i64 = sqlx::query_scalar("select count(*) from answer").fetch_one(&mut *tx).await?;
    tx.commit().await?;
    Ok(count)
}

async fn wait_until_sent(database: &mut PgConnection, begun: Instant) -> anyhow::Result<()> {
    loop {
        let left: Option<i32> =
            sqlx::query_scalar("select 1 from outbox limit 1").fetch_optional(&mut *database).await?;
        if left.is_none() {
            return Ok(());
        }
        ensure!(begun.elapsed() < DRAIN_WAIT, "lines stay in the outbox");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// What is wrong with what the phones have got; none when nothing is.
#[expect(clippy::indexing_slicing, reason = "a JSON value answers null for what it has not")]
async fn verdict(
    provider: &Provider,
    numbers: &[String],
    tag: &str,
    queued: i64,
) -> anyhow::Result<Option<String>> {
    let (mut arrived, mut doubled, mut out_of_order) = (0, 0, 0);
    for account in numbers {
        let summary = provider.get(&format!("/ledger/summary?account={account}")).await?;
        doubled += summary["doubled"].as_array().map_or(0, Vec::len);
        let mut last: HashMap<&str, u32> = HashMap::new();
        for message in summary["arrived"].as_array().map(Vec::as_slice).unwrap_or_default() {
            let (Some(phone), Some(text)) = (message["phone"].as_str(), message["text"].as_str()) else {
                continue;
            };
            let mut parts = text.split('/');
            if parts.next() != Some(tag) {
                continue; // of another slice
            }
            arrived += 1;
            let number: u32 =
                parts.nth(1).and_then(|number| number.parse().ok()).context("an answer's number")?;
            if last.insert(phone, number).is_some_and(|before| before > number) {
                out_of_order += 1;
            }
        }
    }
    let lost = queued - i64::from(arrived);
    let wrong = lost != 0 || doubled != 0 || out_of_order != 0;
    Ok(wrong.then(|| format!("{lost} lost, {doubled} doubled, {out_of_order} out of order")))
}
