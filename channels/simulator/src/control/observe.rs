//! Clock, faults, ledger and the live stream.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::response::Sse;
use axum::response::sse::{Event, KeepAlive};
use futures::Stream;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::broadcast::error::RecvError;

use super::answer::{Answer, Refusal, read, write};
use crate::faults::NewRule;
use crate::ledger::{self, summarise};
use crate::sim::Sim;

/// Whether it is alive, and how much it holds.
pub async fn health(State(sim): State<Arc<Sim>>) -> Answer {
    let mut sizes = sim.world().sizes();
    if let Some(sizes) = sizes.as_object_mut() {
        sizes.insert("now_ms".into(), sim.clock.now_ms().into());
        sizes.insert("events_open".into(), sim.post.open().into());
        sizes.insert("file_bytes".into(), sim.files.bytes().into());
        sizes.insert("seed".into(), sim.chance.seed().into());
    }
    Ok(Json(sizes))
}

/// The time there.
pub async fn clock(State(sim): State<Arc<Sim>>) -> Answer {
    Ok(Json(json!({ "now_ms": sim.clock.now_ms(), "time_factor": sim.clock.wait_factor() })))
}

/// How far to move.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Move {
    advance_ms: i64,
}

/// Moves the clock.
pub async fn move_clock(State(sim): State<Arc<Sim>>, Json(by): Json<Value>) -> Answer {
    let by: Move = read(by)?;
    sim.clock.advance(by.advance_ms);
    clock(State(sim)).await
}

/// How long to wait.
#[derive(Deserialize)]
pub struct Patience {
    timeout_ms: Option<u64>,
}

/// Waits until no webhook event is on its way or to be tried again. `idle` says whether that came about.
pub async fn idle(State(sim): State<Arc<Sim>>, Query(patience): Query<Patience>) -> Answer {
    let until =
        tokio::time::Instant::now() + Duration::from_millis(patience.timeout_ms.unwrap_or(5_000).min(60_000));
    while sim.post.moving() > 0 && tokio::time::Instant::now() < until {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let open = sim.post.moving();
    Ok(Json(json!({ "idle": open == 0, "events_open": open })))
}

/// Entries of the ledger.
pub async fn ledger(State(sim): State<Arc<Sim>>, Query(query): Query<ledger::Query>) -> Answer {
    let world = sim.world();
    let entries = world.ledger.read(&query).map(write).collect::<Result<Vec<_>, _>>()?;
    Ok(Json(
        json!({ "entries": entries, "last_seq": world.ledger.last_seq(), "forgotten": world.ledger.forgotten() }),
    ))
}

/// What arrived and what was sent, counted.
pub async fn summary(State(sim): State<Arc<Sim>>, Query(query): Query<ledger::Query>) -> Answer {
    Ok(Json(write(&summarise(&sim.world().ledger, &query))?))
}

/// What to forget.
#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
#[derive(Default)]
pub struct Forget {
    faults: bool,
}

/// Forgets chats and the ledger; accounts, phones and webhooks stay.
pub async fn reset(State(sim): State<Arc<Sim>>, body: Option<Json<Value>>) -> Answer {
    let forget: Forget = body.map_or(Ok(Forget::default()), |Json(body)| read(body))?;
    sim.world().forget_chats();
    if forget.faults {
        sim.faults.remove(None);
    }
    sim.live.reset();
    Ok(Json(json!({ "ok": true })))
}

/// Rules in force.
pub async fn faults(State(sim): State<Arc<Sim>>) -> Answer {
    Ok(Json(json!({ "faults": write(&sim.faults.list())? })))
}

/// Puts a rule in force.
pub async fn add_fault(State(sim): State<Arc<Sim>>, Json(rule): Json<Value>) -> Answer {
    let rule: NewRule = read(rule)?;
    if !(0.0..=100.0).contains(&rule.percent) {
        return Err(Refusal::invalid("percent: 0 to 100"));
    }
    Ok(Json(json!({ "id": sim.faults.add(rule) })))
}

/// Takes one out of force.
pub async fn remove_fault(State(sim): State<Arc<Sim>>, Path(id): Path<u64>) -> Answer {
    match sim.faults.remove(Some(id)) {
        0 => Err(Refusal::not_found("fault")),
        _ => Ok(Json(json!({ "ok": true }))),
    }
}

/// Takes all out of force.
pub async fn clear_faults(State(sim): State<Arc<Sim>>) -> Answer {
    Ok(Json(json!({ "removed": sim.faults.remove(None) })))
}

/// Changes on the phones, as they happen. A listener that is too slow is told `{"type":"resync"}`.
pub async fn live(State(sim): State<Arc<Sim>>) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let changes = sim.live.subscribe();
    let stop = sim.stop.clone();
    let stream = futures::stream::unfold((changes, stop), |(mut changes, stop)| async move {
        let line = tokio::select! {
            line = changes.recv() => line,
            () = stop.cancelled() => return None,
        };
        let line = match line {
            Ok(line) => line,
            Err(RecvError::Lagged(_)) => r#"{"type":"resync"}"#.to_owned(),
            Err(RecvError::Closed) => return None,
        };
        Some((Ok(Event::default().data(line)), (changes, stop)))
    });
    Sse::new(stream).keep_alive(KeepAlive::default())
}
