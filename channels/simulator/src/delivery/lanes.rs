//! Lanes: what is in one lane goes out one by one, and what fails holds up only its own lane.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;
use tokio::sync::Semaphore;

use super::{attempt, retry};
use crate::faults::{Fault, Occasion};
use crate::ledger::{Outcome, What};
use crate::sim::Sim;

/// One event on its way to a webhook.
#[derive(Debug, Clone)]
pub struct Parcel {
    /// The account whose webhook gets it.
    pub account: String,
    /// Its lane within the account: a chat, or a kind of event.
    pub lane: String,
    /// The phone concerned, for faults that strike one phone.
    pub phone: Option<String>,
    /// The event's name in the ledger.
    pub event: String,
    /// The kind: `message`, `callback_query`, `messages` …
    pub kind: &'static str,
    /// Telegram: the whole update. Meta: one item of `changes[]`.
    pub payload: Value,
    /// When it came to be, Unix milliseconds.
    pub made_ms: i64,
}

#[derive(Default)]
struct Lane {
    queue: VecDeque<Parcel>,
    busy: bool,
}

/// The post office.
pub struct Post {
    lanes: Mutex<HashMap<(String, String), Lane>>,
    seats: Mutex<HashMap<String, (usize, Arc<Semaphore>)>>,
    /// Parcels in lanes, in flight, held back or to be tried again.
    open: AtomicUsize,
    last_delivery: AtomicU64,
    waiting_max: usize,
}

impl Post {
    /// An empty office.
    #[must_use]
    pub fn new(waiting_max: usize) -> Self {
        Self {
            lanes: Mutex::default(),
            seats: Mutex::default(),
            open: AtomicUsize::new(0),
            last_delivery: AtomicU64::new(0),
            waiting_max,
        }
    }

    /// Parcels not yet settled.
    #[must_use]
    pub fn open(&self) -> usize {
        self.open.load(Ordering::Relaxed)
    }

    /// Parcels not yet settled, without those that wait for a webhook that is not set.
    #[must_use]
    pub fn moving(&self) -> usize {
        let lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        let resting: usize = lanes.values().filter(|lane| !lane.busy).map(|lane| lane.queue.len()).sum();
        self.open().saturating_sub(resting)
    }

    /// Parcels of one account that wait in lanes.
    #[must_use]
    pub fn waiting(&self, account: &str) -> usize {
        let lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        lanes.iter().filter(|((of, _), _)| of == account).map(|(_, lane)| lane.queue.len()).sum()
    }

    /// Forgets what waits for one account (`drop_pending_updates`).
    pub fn drop_waiting(&self, account: &str) {
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        for (_, lane) in lanes.iter_mut().filter(|((of, _), _)| of == account) {
            self.open.fetch_sub(lane.queue.len(), Ordering::Relaxed);
            lane.queue.clear();
        }
    }

    /// Takes the oldest waiting parcels of an account out of their lanes, for `getUpdates`.
    pub fn take_waiting(&self, account: &str) -> Vec<Parcel> {
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        let mut taken: Vec<Parcel> = Vec::new();
        for (_, lane) in lanes.iter_mut().filter(|((of, _), lane)| of == account && !lane.busy) {
            taken.extend(lane.queue.drain(..));
        }
        self.open.fetch_sub(taken.len(), Ordering::Relaxed);
        taken.sort_by_key(|parcel| parcel.payload.get("update_id").and_then(Value::as_i64));
        taken
    }

    /// Puts a parcel at the end of its lane. Returns false, and drops it, when too much is waiting already.
    pub fn push(&self, sim: &Arc<Sim>, parcel: Parcel) -> bool {
        if self.open.fetch_add(1, Ordering::Relaxed) >= self.waiting_max {
            self.open.fetch_sub(1, Ordering::Relaxed);
            return false;
        }
        self.line_up(sim, parcel);
        true
    }

    fn line_up(&self, sim: &Arc<Sim>, parcel: Parcel) {
        let key = (parcel.account.clone(), parcel.lane.clone());
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        let lane = lanes.entry(key.clone()).or_default();
        lane.queue.push_back(parcel);
        if !lane.busy {
            lane.busy = true;
            drop(lanes);
            sim.spawn(run_lane(Arc::clone(sim), key));
        }
    }

    /// Wakes an account's lanes: it has a webhook now.
    pub fn wake(&self, sim: &Arc<Sim>, account: &str) {
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        for (key, lane) in lanes.iter_mut() {
            if key.0 == account && !lane.busy && !lane.queue.is_empty() {
                lane.busy = true;
                sim.spawn(run_lane(Arc::clone(sim), key.clone()));
            }
        }
    }

    pub(super) fn next_delivery(&self) -> u64 {
        self.last_delivery.fetch_add(1, Ordering::Relaxed) + 1
    }

    pub(super) fn settle(&self, count: usize) {
        self.open.fetch_sub(count, Ordering::Relaxed);
    }

    /// The seats at one account's webhook (`max_connections`).
    pub(super) fn seats(&self, account: &str, connections_max: usize) -> Arc<Semaphore> {
        let mut seats = self.seats.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = seats.entry(account.to_owned()).or_insert_with(|| (0, Arc::new(Semaphore::new(0))));
        if kept.0 != connections_max {
            *kept = (connections_max, Arc::new(Semaphore::new(connections_max)));
        }
        Arc::clone(&kept.1)
    }

    fn next(&self, key: &(String, String)) -> Option<Parcel> {
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        let lane = lanes.get_mut(key)?;
        if let Some(parcel) = lane.queue.pop_front() {
            return Some(parcel);
        }
        lanes.remove(key);
        None
    }

    fn more(&self, key: &(String, String), count: usize) -> Vec<Parcel> {
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(lane) = lanes.get_mut(key) else { return Vec::new() };
        let count = count.min(lane.queue.len());
        lane.queue.drain(..count).collect()
    }

    /// Puts a parcel back in front and lets the lane rest until it is woken.
    fn park(&self, key: &(String, String), parcels: Vec<Parcel>) {
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        let lane = lanes.entry(key.clone()).or_default();
        for parcel in parcels.into_iter().rev() {
            lane.queue.push_front(parcel);
        }
        lane.busy = false;
    }
}

/// Empties one lane and ends.
async fn run_lane(sim: Arc<Sim>, key: (String, String)) {
    while let Some(parcel) = sim.post.next(&key) {
        if attempt::target(&sim, &key.0).is_none() {
            sim.post.park(&key, vec![parcel]);
            // A webhook may have been set between the look and the rest.
            if attempt::target(&sim, &key.0).is_some() {
                sim.post.wake(&sim, &key.0);
            }
            return;
        }
        let phone = parcel.phone.clone();
        let occasion = Occasion { account: &key.0, method: "webhook", phone: phone.as_deref() };
        let mut parcels = vec![parcel];
        match sim.faults.draw(occasion, Fault::is_of_webhooks) {
            Some(Fault::Lose) => {
                lose(&sim, &parcels);
                continue;
            }
            Some(Fault::Reorder { hold_ms }) => {
                sim.spawn(later(Arc::clone(&sim), parcels, hold_ms));
                continue;
            }
            Some(Fault::Delay { ms }) => sim.clock.wait(ms).await,
            Some(Fault::Repeat { times, delay_ms }) => {
                for _ in 0..times {
                    sim.post.open.fetch_add(1, Ordering::Relaxed);
                    sim.spawn(later(Arc::clone(&sim), parcels.clone(), delay_ms));
                }
            }
            Some(Fault::Batch { max, wait_ms }) if key.0.starts_with("wa:") => {
                sim.clock.wait(wait_ms).await;
                parcels.extend(sim.post.more(&key, max.saturating_sub(1)));
            }
            Some(Fault::BadSignature) => attempt::send_forged(&sim, &parcels).await,
            _ => {}
        }
        if key.0.starts_with("wa:") {
            // Meta promises no order: a refused delivery is tried again on its own and holds up nobody.
            if let Err(retry_after_s) = attempt::send(&sim, &parcels, 1, None).await {
                sim.spawn(keep_trying(Arc::clone(&sim), parcels, retry_after_s));
            } else {
                sim.post.settle(parcels.len());
            }
        } else if !deliver_in_lane(&sim, &key, parcels).await {
            return;
        }
    }
}

/// Telegram's way: the lane waits for its first parcel. False when the lane was put to rest.
async fn deliver_in_lane(sim: &Arc<Sim>, key: &(String, String), parcels: Vec<Parcel>) -> bool {
    let mut attempts = 1;
    let delivery = sim.post.next_delivery();
    while let Err(retry_after_s) = attempt::send(sim, &parcels, attempts, Some(delivery)).await {
        if !wait_for_retry(sim, &parcels, attempts, retry_after_s).await {
            give_up(sim, &parcels);
            return true;
        }
        if attempt::target(sim, &key.0).is_none() {
            sim.post.park(key, parcels);
            return false;
        }
        attempts += 1;
    }
    sim.post.settle(parcels.len());
    true
}

/// Delivers outside the lane: repeats, and what was held back.
async fn later(sim: Arc<Sim>, parcels: Vec<Parcel>, delay_ms: i64) {
    sim.clock.wait(delay_ms).await;
    match attempt::send(&sim, &parcels, 1, None).await {
        Ok(()) => sim.post.settle(parcels.len()),
        Err(retry_after_s) => keep_trying(sim, parcels, retry_after_s).await,
    }
}

async fn keep_trying(sim: Arc<Sim>, parcels: Vec<Parcel>, mut retry_after_s: Option<i64>) {
    let mut attempts = 1;
    let delivery = sim.post.next_delivery();
    while wait_for_retry(&sim, &parcels, attempts, retry_after_s).await {
        attempts += 1;
        match attempt::send(&sim, &parcels, attempts, Some(delivery)).await {
            Ok(()) => return sim.post.settle(parcels.len()),
            Err(after) => retry_after_s = after,
        }
    }
    give_up(&sim, &parcels);
}

/// Waits as the provider does; false when the events are too old.
async fn wait_for_retry(
    sim: &Arc<Sim>,
    parcels: &[Parcel],
    attempts: u32,
    retry_after_s: Option<i64>,
) -> bool {
    let Some(parcel) = parcels.first() else { return false };
    let age_ms = sim.clock.now_ms() - parcel.made_ms;
    let lifetime_ms = retry::lifetime_ms(&parcel.account, parcel.kind);
    let Some(wait_ms) = retry::wait_ms(&parcel.account, attempts, age_ms, lifetime_ms, retry_after_s) else {
        return false;
    };
    sim.clock.wait(wait_ms).await;
    sim.clock.now_ms() - parcel.made_ms <= lifetime_ms
}

fn give_up(sim: &Arc<Sim>, parcels: &[Parcel]) {
    record(sim, parcels, Outcome::Dropped);
}

fn lose(sim: &Arc<Sim>, parcels: &[Parcel]) {
    record(sim, parcels, Outcome::Lost);
}

fn record(sim: &Arc<Sim>, parcels: &[Parcel], outcome: Outcome) {
    if let Some(first) = parcels.first() {
        let events = parcels.iter().map(|parcel| parcel.event.clone()).collect();
        let delivery = sim.post.next_delivery();
        let line = What::Webhook { delivery, events, attempt: 0, outcome, status: None, took_ms: 0 };
        let now = sim.clock.now_ms();
        sim.world().ledger.write(now, &first.account, first.phone.as_deref(), line);
    }
    sim.post.settle(parcels.len());
}
