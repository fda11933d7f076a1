//! `screen`: from a visitor's message to the agents' sockets.

use super::Stage;
use crate::check::{self, Faults};
use crate::figures::{Goal, Measured, Row, row};
use crate::load::{self, Pace, Post, Screen, Work, Writer};
use crate::say;
use crate::seed::VIEWERS;
use crate::slices::wait_for_quiet;

/// Messages a second over all workspaces.
const PER_SECOND: f64 = 200.0;

/// A thousand sockets in a hundred workspaces.
pub(super) async fn measure(stage: &Stage<'_>) -> anyhow::Result<Vec<Row>> {
    say("screen: 1,000 sockets in 100 workspaces, 200 messages a second");
    let product = stage.start().await?;
    let watched = &stage.world.watched;
    let sessions: Vec<String> =
        watched.iter().flat_map(|workspace| &workspace.members).map(|seat| seat.session.clone()).collect();
    // Workspace after workspace for each place, so that messages are spread evenly.
    let places = watched.iter().map(|workspace| workspace.visitors.len()).max().unwrap_or(0);
    let visitors: Vec<_> = (0..places)
        .flat_map(|place| watched.iter().filter_map(move |workspace| workspace.visitors.get(place).cloned()))
        .map(Writer::Visitor)
        .collect();

    let slicing = stage.plan.slicing;
    let (mut p99, mut p50, mut missed) = (Measured::default(), Measured::default(), Measured::default());
    let mut faults = Faults::default();
    for number in 0..slicing.count {
        let busy = wait_for_quiet(slicing).await;
        let tag = format!("screen-{number}");
        let post = Post {
            address: product.address,
            writers: visitors.clone(),
            tag: tag.clone(),
            connections: 20,
            pace: Pace::Open { per_second: PER_SECOND },
            seconds: slicing.length.as_secs_f64() * 2.0,
        };
        let work =
            Work::Screen(Screen { post, sessions: sessions.clone(), viewers: u64::try_from(VIEWERS)? });
        let outcome = load::make(&work).await?;
        check::wait_until_drained(stage.postgres).await?;
        faults = faults.and(check::faults(stage.postgres, &tag, &outcome).await?);
        if let Some(first) = &outcome.first_failure {
            p99.notes.push(format!("{} not acknowledged, first: {first}", outcome.failed));
        }
        p99.values.push(outcome.latency.p99_us as f64 / 1e3);
        p50.values.push(outcome.latency.p50_us as f64 / 1e3);
        missed.values.push(outcome.missed_events as f64);
        for measured in [&mut p99, &mut p50, &mut missed] {
            measured.foreign_cpu.push(busy);
            measured.void = faults.verdict();
        }
        say(&format!("    slice {number}: {:?}, {} events missed", outcome.latency, outcome.missed_events));
    }
    product.stop().await?;
    if missed.values.iter().any(|count| *count > 0.0) {
        p99.void = Some("events were missed".to_owned());
    }
    Ok(vec![
        row("screen", "ms", Goal::AtMost(50.0), p99),
        row("screen_p50", "ms", Goal::None, p50),
        row("screen_missed", "events", Goal::AtMost(0.0), missed),
    ])
}
