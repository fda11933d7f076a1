//! `accept` and `inbound`, from the same slices, and `ack`: what platforms post, signed as they sign it.

use std::time::Duration;

use sqlx::Executor as _;

use super::{Figure, Stage};
use crate::check::{self, Faults};
use crate::figures::{Goal, Measured, Row, row};
use crate::load::{self, Outcome, Pace, Post, Work, Writer};
use crate::platform;
use crate::postgres::{PRODUCT, Role};
use crate::product::Product;
use crate::say;
use crate::seed::World;
use crate::slices::wait_for_quiet;

/// Keep-alive connections, and the baseline's clients.
const CONNECTIONS: usize = 64;
/// Messages a second that `ack` asks for.
const ACK_PER_SECOND: f64 = 3_000.0;

/// Rates in closed loop: acknowledged a second while visitors write; and in conversations a second, from the
/// first request until the backlog is gone.
pub(super) async fn rates(stage: &Stage<'_>) -> anyhow::Result<Vec<Row>> {
    say("accept, inbound: WhatsApp and Telegram post as fast as they are answered");
    let product = start(stage).await?;
    let slicing = stage.plan.slicing;
    let turn = |number| World::turn_of(&stage.world.mixed, number, slicing.count + 1);
    warm_up(stage, &product, turn(slicing.count)).await?;
    let (mut accept, mut inbound) = (Measured::default(), Measured::default());
    let mut faults = Faults::default();
    for number in 0..slicing.count {
        let busy = wait_for_quiet(slicing).await;
        let baseline = stage.postgres.single_inserts_per_second(CONNECTIONS, slicing.length).await?;
        let tag = format!("rates-{number}");
        let written = post(stage, &product, turn(number), &tag, Pace::Closed, slicing.length).await?;
        let Written { outcome, drain, unheard } = written;
        faults = faults.and(check::faults(stage.postgres, &tag, &outcome).await?).and(lost(unheard));
        note_failures(&mut accept, &outcome);
        let answered = outcome.answered as f64;
        accept.values.push(answered / outcome.seconds);
        inbound.values.push(answered / (outcome.seconds + drain.as_secs_f64()));
        for measured in [&mut accept, &mut inbound] {
            measured.baselines.push(baseline);
            measured.foreign_cpu.push(busy);
            measured.void = faults.verdict();
        }
        say(&format!(
            "    slice {number}: {:.0}/s accepted (p99 {:.1} ms), {:.0}/s in conversations, pgbench {baseline:.0}/s",
            answered / outcome.seconds,
            outcome.latency.p99_us as f64 / 1e3,
            answered / (outcome.seconds + drain.as_secs_f64()),
        ));
    }
    product.stop().await?;
    let mut rows = Vec::new();
    if stage.plan.wants(&[Figure::Accept]) {
        rows.push(row("accept", "1/s", Goal::RatioAtLeast(1.5), accept));
    }
    if stage.plan.wants(&[Figure::Inbound]) {
        rows.push(row("inbound", "1/s", Goal::RatioAtLeast(0.5), inbound));
    }
    Ok(rows)
}

/// The 99th percentile of acknowledgements at a fixed rate, from each message's due time.
pub(super) async fn ack(stage: &Stage<'_>) -> anyhow::Result<Vec<Row>> {
    say("ack: 3,000 reports a second on the messages of one number, answered or not");
    let product = start(stage).await?;
    let slicing = stage.plan.slicing;
    let turn = |number| World::turn_of(&stage.world.reports, number, slicing.count + 1);
    warm_up(stage, &product, turn(slicing.count)).await?;
    let (mut p99, mut p999) = (Measured::default(), Measured::default());
    let mut faults = Faults::default();
    for number in 0..slicing.count {
        let busy = wait_for_quiet(slicing).await;
        let tag = format!("ack-{number}");
        let pace = Pace::Open { per_second: ACK_PER_SECOND };
        let written = post(stage, &product, turn(number), &tag, pace, slicing.length).await?;
        let Written { outcome, unheard, .. } = written;
        faults = faults.and(check::faults(stage.postgres, &tag, &outcome).await?).and(lost(unheard));
        note_failures(&mut p99, &outcome);
        let reached = outcome.answered as f64 / outcome.seconds;
        if reached < ACK_PER_SECOND * 0.95 {
            p99.notes.push(format!("slice {number} reached only {reached:.0}/s"));
        }
        p99.values.push(outcome.latency.p99_us as f64 / 1e3);
        p999.values.push(outcome.latency.p999_us as f64 / 1e3);
        for measured in [&mut p99, &mut p999] {
            measured.foreign_cpu.push(busy);
            measured.void = faults.verdict();
        }
        say(&format!("    slice {number}: {:?}", outcome.latency));
    }
    product.stop().await?;
    Ok(vec![row("ack", "ms", Goal::AtMost(25.0), p99), row("ack_p999", "ms", Goal::AtMost(250.0), p999)])
}

/// A server with an application at Meta, where files are given out.
async fn start(stage: &Stage<'_>) -> anyhow::Result<Product> {
    let graph_url = platform::start().await?;
    let settings = platform::settings(&graph_url);
    stage.launcher.start_with(stage.postgres, Role::App, PRODUCT, &settings).await
}

/// Connections, statements, caches and the planner's statistics as they are in a server that has been running for
/// some minutes; contacts and conversations of everybody exist afterwards.
async fn warm_up(stage: &Stage<'_>, product: &Product, writers: Vec<Writer>) -> anyhow::Result<()> {
    post(stage, product, writers, "warm", Pace::Closed, Duration::from_secs(1)).await?;
    stage.postgres.superuser(PRODUCT).await?.execute("analyze").await?;
    Ok(())
}

/// Visitors write for a while; returns what happened, and how long the backlog took afterwards.
pub(super) async fn write(
    stage: &Stage<'_>,
    product: &Product,
    tag: &str,
    pace: Pace,
    length: Duration,
) -> anyhow::Result<(Outcome, Duration)> {
    let writers = stage.world.writers().into_iter().map(Writer::Visitor).collect();
    let written = post(stage, product, writers, tag, pace, length).await?;
    Ok((written.outcome, written.drain))
}

/// What came of it.
struct Written {
    outcome: Outcome,
    /// How long the backlog took afterwards.
    drain: Duration,
    /// Reports that were acknowledged and are nowhere.
    unheard: i64,
}

/// They write for a while.
async fn post(
    stage: &Stage<'_>,
    product: &Product,
    writers: Vec<Writer>,
    tag: &str,
    pace: Pace,
    length: Duration,
) -> anyhow::Result<Written> {
    let before = check::reports(stage.postgres).await?;
    let work = Work::Post(Post {
        address: product.address,
        writers,
        tag: tag.to_owned(),
        connections: CONNECTIONS,
        pace,
        seconds: length.as_secs_f64(),
    });
    let outcome = load::make(&work).await?;
    let drain = check::wait_until_drained(stage.postgres).await?;
    let heard = check::reports(stage.postgres).await? - before;
    let unheard = i64::try_from(outcome.reports)?.saturating_sub(heard).max(0);
    Ok(Written { outcome, drain, unheard })
}

fn lost(count: i64) -> Faults {
    Faults { lost: count, ..Faults::default() }
}

fn note_failures(measured: &mut Measured, outcome: &Outcome) {
    if let Some(first) = &outcome.first_failure {
        measured.notes.push(format!("{} not acknowledged, first: {first}", outcome.failed));
    }
}
