//! People write, over keep-alive connections.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::{Duration, Instant};

use tokio::task::LocalSet;
use tokio::time::sleep_until;

use super::latency::Latencies;
use super::writer::Request;
use super::{Connection, Outcome, Pace, Post, Writer};

/// Makes every text about as long as the baseline's.
const FILLER: &str = "Is the blue one back in stock? I looked at the shop on Saturday and there was none.";
/// How long to wait before connecting again after a failure.
const PAUSE: Duration = Duration::from_millis(50);

/// What all connections share.
struct Shared {
    post: Post,
    start: Instant,
    /// The next due message, for [`Pace::Open`].
    next: Cell<u64>,
    latencies: RefCell<Latencies>,
    outcome: RefCell<Outcome>,
}

/// Runs it to its end.
///
/// # Errors
/// When no connection can be made at all.
pub async fn run(post: &Post) -> anyhow::Result<Outcome> {
    run_from(post, Instant::now()).await
}

/// Runs it with times in texts counted from `epoch`.
///
/// # Errors
/// When no connection can be made at all.
pub async fn run_from(post: &Post, epoch: Instant) -> anyhow::Result<Outcome> {
    let mut connections = Vec::with_capacity(post.connections);
    for _ in 0..post.connections {
        connections.push(Connection::open(post.address).await?);
    }
    let shared = Rc::new(Shared {
        post: post.clone(),
        start: Instant::now(),
        next: Cell::new(0),
        latencies: RefCell::new(Latencies::new()?),
        outcome: RefCell::default(),
    });
    let local = LocalSet::new();
    for (number, connection) in connections.into_iter().enumerate() {
        let shared = Rc::clone(&shared);
        local.spawn_local(async move { write(&shared, number, connection, epoch).await });
    }
    local.await;
    let mut outcome = shared.outcome.take();
    outcome.seconds = shared.start.elapsed().as_secs_f64();
    outcome.latency = shared.latencies.borrow().summary();
    Ok(outcome)
}

/// One connection's share: writers `number`, `number + connections`, …
async fn write(shared: &Shared, number: usize, mut connection: Connection, epoch: Instant) {
    let post = &shared.post;
    let mine: Vec<(usize, &Writer)> =
        post.writers.iter().enumerate().skip(number).step_by(post.connections.max(1)).collect();
    let end = shared.start + Duration::from_secs_f64(post.seconds);
    let mut round = 0_u64;
    loop {
        let mut is_silent = true;
        for (writer_number, writer) in &mine {
            let due = match post.pace {
                Pace::Closed => Instant::now(),
                Pace::Open { per_second } => {
                    let at = shared.next.replace(shared.next.get() + 1);
                    shared.start + Duration::from_secs_f64(at as f64 / per_second)
                }
            };
            if due >= end {
                return;
            }
            sleep_until(due.into()).await;
            let micros = due.saturating_duration_since(epoch).as_micros();
            let text = format!("{} v{writer_number} n{round} t{micros}; {FILLER}", post.tag);
            let Some(request) = writer.request(&text, round) else { continue };
            is_silent = false;
            match send(&mut connection, &request).await {
                Ok(None) => {
                    shared.latencies.borrow_mut().add(due.elapsed());
                    let mut outcome = shared.outcome.borrow_mut();
                    outcome.answered += 1;
                    outcome.reports += u64::from(request.is_report);
                }
                failure => {
                    note_failure(shared, &text, failure);
                    tokio::time::sleep(PAUSE).await;
                    match Connection::open(post.address).await {
                        Ok(fresh) => connection = fresh,
                        Err(_) => return,
                    }
                }
            }
        }
        if is_silent {
            return;
        }
        round += 1;
    }
}

/// `None` when it was acknowledged; else what came instead.
async fn send(connection: &mut Connection, request: &Request) -> anyhow::Result<Option<String>> {
    let answer = connection.post(&request.path, &request.headers, &request.body).await?;
    let acknowledged = answer.status == request.expected;
    Ok((!acknowledged).then(|| format!("{} {}", answer.status, String::from_utf8_lossy(answer.body))))
}

fn note_failure(shared: &Shared, text: &str, failure: anyhow::Result<Option<String>>) {
    let mut outcome = shared.outcome.borrow_mut();
    outcome.failed += 1;
    outcome.failed_texts.push(text.split(" t").next().unwrap_or_default().to_owned());
    if outcome.first_failure.is_none() {
        outcome.first_failure = match failure {
            Ok(answer) => answer,
            Err(error) => Some(format!("{error:#}")),
        };
    }
}
