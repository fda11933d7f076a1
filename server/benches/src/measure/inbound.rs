//! `accept` and `inbound`, from the same slices, and `ack`.

use std::time::Duration;

use sqlx::Executor as _;

use super::{Figure, Stage};
use crate::check::{self, Faults};
use crate::figures::{Goal, Measured, Row, row};
use crate::load::{self, Outcome, Pace, Post, Work};
use crate::postgres::PRODUCT;
use crate::product::Product;
use crate::say;
use crate::slices::wait_for_quiet;

/// Keep-alive connections, and the baseline's clients.
const CONNECTIONS: usize = 64;
/// Messages a second that `ack` asks for.
const ACK_PER_SECOND: f64 = 3_000.0;

/// Rates in closed loop: acknowledged a second while visitors write; and in conversations a second, from the
/// first request until the backlog is gone.
pub(super) async fn rates(stage: &Stage<'_>) -> anyhow::Result<Vec<Row>> {
    say("accept, inbound: visitors write as fast as they are answered");
    let product = stage.start().await?;
    warm_up(stage, &product).await?;
    let slicing = stage.plan.slicing;
    let (mut accept, mut inbound) = (Measured::default(), Measured::default());
    let mut faults = Faults::default();
    for number in 0..slicing.count {
        let busy = wait_for_quiet(slicing).await;
        let baseline = stage.postgres.single_inserts_per_second(CONNECTIONS, slicing.length).await?;
        let tag = format!("rates-{number}");
        let (outcome, drain) = write(stage, &product, &tag, Pace::Closed, slicing.length).await?;
        faults = faults.and(check::faults(stage.postgres, &tag, &outcome).await?);
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
    say("ack: 3,000 messages a second, answered or not");
    let product = stage.start().await?;
    warm_up(stage, &product).await?;
    let slicing = stage.plan.slicing;
    let (mut p99, mut p999) = (Measured::default(), Measured::default());
    let mut faults = Faults::default();
    for number in 0..slicing.count {
        let busy = wait_for_quiet(slicing).await;
        let tag = format!("ack-{number}");
        let pace = Pace::Open { per_second: ACK_PER_SECOND };
        let (outcome, _) = write(stage, &product, &tag, pace, slicing.length).await?;
        faults = faults.and(check::faults(stage.postgres, &tag, &outcome).await?);
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

/// Connections, statements, caches and the planner's statistics as they are in a server that has been running for
/// some minutes; contacts and conversations of all visitors exist afterwards.
async fn warm_up(stage: &Stage<'_>, product: &Product) -> anyhow::Result<()> {
    write(stage, product, "warm", Pace::Closed, Duration::from_secs(1)).await?;
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
    let work = Work::Post(Post {
        address: product.address,
        visitors: stage.world.writers(),
        tag: tag.to_owned(),
        connections: CONNECTIONS,
        pace,
        seconds: length.as_secs_f64(),
    });
    let outcome = load::make(&work).await?;
    let drain = check::wait_until_drained(stage.postgres).await?;
    Ok((outcome, drain))
}

fn note_failures(measured: &mut Measured, outcome: &Outcome) {
    if let Some(first) = &outcome.first_failure {
        measured.notes.push(format!("{} not acknowledged, first: {first}", outcome.failed));
    }
}
