//! `chaos`: everything goes wrong at once, and both sides are compared afterwards. The simulator repeats and reorders
//! its deliveries, fails calls and cuts answers; the server is killed every five seconds; meanwhile customers write
//! and agents answer.

mod agents;
mod cast;
mod customers;
mod ledger;
mod settle;
mod verdict;

use std::time::Duration;

use anyhow::ensure;
use futures::future::try_join_all;
use serde_json::{Value, json};
use sqlx::PgConnection;
use tokio::time::{Instant, sleep, sleep_until};

use self::cast::{Cast, Person};
use self::settle::Settler;
use self::verdict::Verdict;
use super::Stage;
use crate::figures::{Goal, Measured, Row, row};
use crate::postgres::{PRODUCT, Role};
use crate::product::Product;
use crate::provider::{Provider, control};
use crate::say;

/// How long the server lives each time.
const LIFE: Duration = Duration::from_secs(5);
/// How long a started one lives at least, however long the start took.
const LIFE_LEAST: Duration = Duration::from_secs(1);
/// How long it may take until nothing is on its way any more.
const CALM_WAIT: Duration = Duration::from_secs(600);
/// Whoever waits is told this often what is open still.
const SAY_PAUSE: Duration = Duration::from_secs(15);

/// Further settings of the server.
type Settings<'a> = [(&'a str, &'a str)];

/// Plays it, and compares.
pub(super) async fn measure(stage: &Stage<'_>) -> anyhow::Result<Vec<Row>> {
    let length = Duration::from_secs(if stage.plan.quick { 20 } else { 120 });
    say(&format!("chaos: {} s of faults, the server killed every {} s", length.as_secs(), LIFE.as_secs()));
    // Accounts of its own: another figure's have the same names under the same seed. Retries after seconds.
    let provider = Provider::start(&stage.plan.server, &["--seed", "77", "--time-factor", "10"]).await?;
    let url = provider.url();
    let settings = [
        ("SWITCHBOARD_PROVIDERS__META__GRAPH_URL", url.as_str()),
        ("SWITCHBOARD_PROVIDERS__TELEGRAM__API_URL", url.as_str()),
    ];
    let product = stage.launcher.start_with(stage.postgres, Role::App, PRODUCT, &settings).await?;
    let address = product.address;
    let mut database = stage.postgres.superuser(PRODUCT).await?;
    let cast = Cast::meet(stage, &product, &provider, &mut database).await?;
    break_things(&provider).await?;

    let until = Instant::now() + length;
    let mut settler = Settler::new(address, &provider, &cast, stage.postgres.superuser(PRODUCT).await?);
    let customers = try_join_all(cast.people.iter().map(|person| customers::write(&provider, person, until)));
    let agents = try_join_all(cast.people.iter().map(|person| agents::answer(address, person, until)));
    let ((product, kills), _, repeats, ()) = tokio::try_join!(
        kill_again_and_again(stage, product, &settings, until),
        customers,
        agents,
        settler.until(until),
    )?;
    provider.delete("/faults").await?;
    let took = calm_down(&provider, &mut settler, &mut database).await?;
    let verdict = Verdict::of(&provider, &cast, settler.sent_late(), &mut database).await?;
    product.stop().await?;

    for example in &verdict.examples {
        say(&format!("    {example}"));
    }
    let (by_hand, again) = settler.counts();
    let note = format!(
        "{} people; killed {kills} times; agents repeated {} requests and settled {by_hand} answers, {again} of them by \
         sending again; quiet {:.0} s after the last fault",
        cast.people.len(),
        repeats.iter().sum::<u64>(),
        took.as_secs_f64(),
    );
    Ok(rows(&verdict, note))
}

/// What goes wrong, of a hundred deliveries and calls.
async fn break_things(provider: &Provider) -> anyhow::Result<()> {
    let mut theirs = provider.connect().await?;
    for rule in [
        json!({ "percent": 10, "fault": { "type": "repeat", "delay_ms": 4_000 } }),
        json!({ "percent": 20, "fault": { "type": "reorder", "hold_ms": 8_000 } }),
        json!({ "percent": 5, "fault": { "type": "server_error" } }),
        json!({ "percent": 1, "fault": { "type": "cut", "processed": true } }),
        json!({ "percent": 1, "fault": { "type": "cut", "processed": false } }),
    ] {
        control(&mut theirs, "/faults", &rule).await?;
    }
    Ok(())
}

/// Ends the server without a word and starts it again, in its old place; the last one, and how many died.
async fn kill_again_and_again(
    stage: &Stage<'_>,
    mut product: Product,
    settings: &Settings<'_>,
    until: Instant,
) -> anyhow::Result<(Product, u32)> {
    let (address, mut kills) = (product.address, 0);
    let mut born = Instant::now();
    loop {
        let end = (born + LIFE).max(Instant::now() + LIFE_LEAST);
        if end >= until {
            sleep_until(until).await;
            return Ok((product, kills));
        }
        sleep_until(end).await;
        product.kill().await?;
        kills += 1;
        born = Instant::now();
        product = stage.launcher.start_at(address, stage.postgres, Role::App, PRODUCT, settings).await?;
    }
}

/// Waits until nothing is on its way and nothing is open on either side; how long that took.
async fn calm_down(
    provider: &Provider,
    settler: &mut Settler<'_>,
    database: &mut PgConnection,
) -> anyhow::Result<Duration> {
    let begun = Instant::now();
    let mut said = begun;
    loop {
        settler.round().await?;
        let Some(waiting) = waiting(provider, database).await? else { return Ok(begun.elapsed()) };
        ensure!(begun.elapsed() < CALM_WAIT, "after {} s there is still {waiting}", CALM_WAIT.as_secs());
        if said.elapsed() >= SAY_PAUSE {
            say(&format!("    {waiting}"));
            said = Instant::now();
        }
        sleep(Duration::from_millis(500)).await;
    }
}

/// What is on its way or open still.
async fn waiting(provider: &Provider, database: &mut PgConnection) -> anyhow::Result<Option<String>> {
    let (pending, lines, unknown, files): (i64, i64, i64, i64) = sqlx::query_as(
        "select (select count(*) from pending_deliveries), (select count(*) from outbox),
                (select count(*) from messages where text like 'out/%' and status = 6),
                (select count(*) from attachments a join messages m on m.workspace_id = a.workspace_id and m.id = a.message_id
                 where m.text like 'in/%' and a.state = 2)",
    )
    .fetch_one(database)
    .await?;
    let idle = provider.get("/idle?timeout_ms=100").await?;
    let open = idle.get("events_open").and_then(Value::as_i64).unwrap_or(1);
    let is_calm = [pending, lines, unknown, files, open].iter().all(|count| *count == 0);
    Ok((!is_calm).then(|| {
        format!(
            "{open} on their way, {pending} pending, {lines} in the outbox, {unknown} unknown, {files} files"
        )
    }))
}

fn rows(verdict: &Verdict, note: String) -> Vec<Row> {
    let none = |name: &str, count: usize, note: String| {
        let measured = Measured { notes: vec![note], ..Measured::once(count as f64) };
        row(name, "messages", Goal::AtMost(0.0), measured)
    };
    let Verdict { heard, said, files, .. } = verdict;
    vec![
        none("chaos_in_lost", heard.lost, format!("of {} that customers wrote; {note}", heard.of)),
        none("chaos_in_doubled", heard.doubled, "in the inbox more than once".to_owned()),
        none("chaos_in_order", heard.out_of_order, "before one that had been taken earlier".to_owned()),
        none("chaos_files", files.missing, format!("of {} with a picture that is not here", files.of)),
        none("chaos_out_lost", said.lost, format!("of {} answers that were acknowledged", said.of)),
        none("chaos_out_doubled", said.doubled, "in the inbox or on a phone more than once".to_owned()),
        none("chaos_out_order", said.out_of_order, "on a phone after a later one".to_owned()),
        none("chaos_untrue", verdict.untrue, "answers whose state is not that of the phone".to_owned()),
    ]
}
