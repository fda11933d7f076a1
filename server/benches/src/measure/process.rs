//! `memory` and `cold_start`: the server as a process.

use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use uuid::Uuid;

use super::{Stage, inbound};
use crate::check;
use crate::figures::{Goal, Measured, Row, row};
use crate::load::{Connection, Pace, Visitor};
use crate::postgres::{PRODUCT, Role};
use crate::product::Product;
use crate::say;
use crate::slices::wait_for_quiet;

/// How long a start may take before it is given up.
const START_WAIT: Duration = Duration::from_secs(30);

/// Memory a minute after the start, and after a minute of messages as fast as they are answered.
pub(super) async fn memory(stage: &Stage<'_>) -> anyhow::Result<Vec<Row>> {
    let wait = Duration::from_secs(if stage.plan.quick { 5 } else { 60 });
    say(&format!("memory: {} s after the start, then after {0} s of messages", wait.as_secs()));
    let product = stage.start().await?;
    tokio::time::sleep(wait).await;
    let idle = product.resident_mb().context("the server is gone")?;
    let (outcome, _) = inbound::write(stage, &product, "memory", Pace::Closed, wait).await?;
    let loaded = product.resident_mb().context("the server is gone")?;
    let faults = check::faults(stage.postgres, "memory", &outcome).await?;
    product.stop().await?;
    let mut loaded = Measured::once(loaded);
    loaded.notes.push(format!(
        "after {} messages at {:.0}/s",
        outcome.answered,
        outcome.answered as f64 / outcome.seconds
    ));
    loaded.void = faults.verdict();
    Ok(vec![
        row("memory", "MB", Goal::AtMost(60.0), Measured::once(idle)),
        row("memory_loaded", "MB", Goal::AtMost(200.0), loaded),
    ])
}

/// From running the binary to the first message that is acknowledged as durable, on a migrated database.
pub(super) async fn cold_start(stage: &Stage<'_>) -> anyhow::Result<Vec<Row>> {
    say("cold_start: from running the binary to the first acknowledged message");
    let visitors = stage.world.writers();
    let visitor = visitors.first().context("no visitor")?;
    let mut measured = Measured::default();
    for _ in 0..stage.plan.slicing.count {
        let busy = wait_for_quiet(stage.plan.slicing).await;
        let begun = Instant::now();
        let product = stage.launcher.spawn(stage.postgres, Role::App, PRODUCT)?;
        while !is_acknowledged(&product, visitor).await.unwrap_or(false) {
            ensure!(begun.elapsed() < START_WAIT, "the server does not start: {}", stage.launcher.said());
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        measured.values.push(begun.elapsed().as_secs_f64() * 1e3);
        measured.foreign_cpu.push(busy);
        product.kill().await?; // the next start finds what a crash leaves
    }
    Ok(vec![row("cold_start", "ms", Goal::AtMost(500.0), measured)])
}

async fn is_acknowledged(product: &Product, visitor: &Visitor) -> anyhow::Result<bool> {
    let mut connection = Connection::open(product.address).await?;
    let path = format!("/widget/v1/{}/messages", visitor.widget_id);
    let headers = format!("Authorization: Bearer {}\r\n", visitor.token);
    let body = format!(r#"{{"clientMessageId":"{}","text":"Is anybody there yet?"}}"#, Uuid::new_v4());
    Ok(connection.post(&path, &headers, &body).await?.status == 201)
}
