//! Storing deliveries by group commit: whatever waits while one commit runs shares the next.
//!
//! No timer: an idle system adds no delay, a busy one forms batches by itself.

use std::collections::{BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::{Arc, Mutex, PoisonError};

use shared::{ChannelId, WorkspaceId};
use tokio::sync::{mpsc, oneshot};

use super::delivery::{NewDelivery, NotStored, Receipt};
use super::dirty::DirtySet;
use super::pressure::Pressure;
use super::store;
use crate::db::Db;

/// Commits under way at the same time: while one waits for the disk, the other's senders are answered. A sender
/// always belongs to the same one, so that what they send stays in order.
const COMMITTERS: usize = 2;
/// Most deliveries in one commit.
const BATCH_MAX: usize = 512;
/// Most bytes in one commit, unless a single delivery has more.
const BATCH_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Most deliveries that wait for a committer; beyond, senders are told to come again.
const WAITING_MAX: usize = 1_024;

/// Where deliveries are handed in.
pub struct Receiver {
    waiting: [mpsc::Sender<Waiting>; COMMITTERS],
    /// Taken by [`start`](Self::start).
    committers: Mutex<Vec<mpsc::Receiver<Waiting>>>,
    pressure: Pressure,
}

struct Waiting {
    delivery: NewDelivery,
    answer: oneshot::Sender<Result<Receipt, NotStored>>,
}

impl Default for Receiver {
    fn default() -> Self {
        let mut committers = Vec::with_capacity(COMMITTERS);
        let waiting = std::array::from_fn(|_| {
            let (waiting, committer) = mpsc::channel(WAITING_MAX);
            committers.push(committer);
            waiting
        });
        Self { waiting, committers: Mutex::new(committers), pressure: Pressure::default() }
    }
}

impl Receiver {
    /// Starts the committers of this process. A second call does nothing.
    pub(super) fn start(&self, db: Db, dirty: Arc<DirtySet>) {
        let committers = std::mem::take(&mut *self.committers.lock().unwrap_or_else(PoisonError::into_inner));
        for committer in committers {
            tokio::spawn(commit_all(db.clone(), committer, Arc::clone(&dirty)));
        }
    }

    /// How many wait to be answered.
    pub(super) fn pressure(&self) -> Pressure {
        self.pressure.clone()
    }

    fn committer_of(&self, delivery: &NewDelivery) -> &mpsc::Sender<Waiting> {
        let mut hasher = DefaultHasher::new();
        (delivery.channel_id, &delivery.sender).hash(&mut hasher);
        let [first, second] = &self.waiting;
        if hasher.finish().is_multiple_of(2) { first } else { second }
    }

    /// Stores one delivery and returns once it is durable.
    ///
    /// # Errors
    /// [`NotStored`] at once when too many wait, or when the database refuses: then the sender must
    /// come again, and meets its own first try as a duplicate if that one did arrive.
    pub async fn store(&self, delivery: NewDelivery) -> Result<Receipt, NotStored> {
        let _waits = self.pressure.wait();
        let (answer, answered) = oneshot::channel();
        self.committer_of(&delivery).try_send(Waiting { delivery, answer }).map_err(|_| {
            metrics::counter!("switchboard_deliveries_refused_total").increment(1);
            NotStored
        })?;
        answered.await.unwrap_or(Err(NotStored))
    }
}

async fn commit_all(db: Db, mut waiting: mpsc::Receiver<Waiting>, dirty: Arc<DirtySet>) {
    let mut batch = Vec::with_capacity(BATCH_MAX);
    while waiting.recv_many(&mut batch, BATCH_MAX).await > 0 {
        while !batch.is_empty() {
            let fits = fits(batch.iter().map(|waiting| waiting.delivery.body.len()));
            commit_some(&db, batch.drain(..fits), &dirty).await;
        }
    }
}

/// How many of the next deliveries, of these sizes, go into one commit.
fn fits(sizes: impl Iterator<Item = usize>) -> usize {
    let mut sum = 0_usize;
    let within = sizes.take_while(|size| {
        sum = sum.saturating_add(*size);
        sum <= BATCH_BYTES_MAX
    });
    within.count().max(1)
}

async fn commit_some(db: &Db, waiting: impl Iterator<Item = Waiting>, dirty: &DirtySet) {
    let (deliveries, answers): (Vec<_>, Vec<_>) =
        waiting.map(|waiting| (waiting.delivery, waiting.answer)).unzip();
    metrics::histogram!("switchboard_deliveries_commit_size").record(deliveries.len() as f64);
    let receipts = commit_or_one_by_one(db, &deliveries).await;

    let stored = deliveries.iter().zip(&receipts).filter(|(_, receipt)| **receipt == Ok(Receipt::Stored));
    let workspaces: BTreeSet<WorkspaceId> = stored.map(|(delivery, _)| delivery.workspace_id).collect();
    for workspace in workspaces {
        dirty.wake(workspace);
    }
    for (answer, receipt) in answers.into_iter().zip(receipts) {
        let _ = answer.send(receipt); // a sender who left will come again and be recognised
    }
}

/// One commit for all; if the database finds fault with it, one each, so that no delivery can fail another.
async fn commit_or_one_by_one(db: &Db, deliveries: &[NewDelivery]) -> Vec<Result<Receipt, NotStored>> {
    match commit(db, deliveries).await {
        Ok(receipts) => return receipts.into_iter().map(Ok).collect(),
        Err(error) => {
            tracing::warn!(%error, deliveries = deliveries.len(), "a commit of deliveries failed");
            if deliveries.len() == 1 || !matches!(error, sqlx::Error::Database(_)) {
                return vec![Err(NotStored); deliveries.len()];
            }
        }
    }
    let mut receipts = Vec::with_capacity(deliveries.len());
    for delivery in deliveries {
        let receipt = commit(db, std::slice::from_ref(delivery)).await;
        receipts.push(receipt.ok().and_then(|all| all.first().copied()).ok_or(NotStored));
    }
    receipts
}

type Key<'a> = (WorkspaceId, ChannelId, &'a str);

async fn commit(db: &Db, deliveries: &[NewDelivery]) -> sqlx::Result<Vec<Receipt>> {
    let stored = store::insert(db, deliveries).await?;
    let stored: HashMap<Key<'_>, i64> = stored
        .iter()
        .map(|row| ((row.workspace_id, row.channel_id, row.dedupe_key.as_str()), row.id))
        .collect();

    // The first of a key in this batch is the one that was stored, if any was; later ones are repeats of it.
    let mut first: HashMap<Key<'_>, [u8; 32]> = HashMap::with_capacity(deliveries.len());
    let mut earlier: Vec<&NewDelivery> = Vec::new();
    let mut receipts = Vec::with_capacity(deliveries.len());
    for delivery in deliveries {
        let key = key(delivery);
        let receipt = match first.get(&key) {
            Some(fingerprint) if *fingerprint == delivery.fingerprint => Receipt::Duplicate,
            Some(_) => Receipt::Conflict,
            None if stored.contains_key(&key) => {
                first.insert(key, delivery.fingerprint);
                Receipt::Stored
            }
            None => {
                earlier.push(delivery);
                Receipt::Duplicate // until compared below
            }
        };
        metrics::counter!("switchboard_deliveries_received_total", "channel" => delivery.kind.as_str())
            .increment(1);
        receipts.push(receipt);
    }
    if !earlier.is_empty() {
        let known = store::fingerprints(db, &earlier).await?;
        let known: HashMap<Key<'_>, &[u8]> = known
            .iter()
            .map(|row| {
                ((row.workspace_id, row.channel_id, row.dedupe_key.as_str()), row.body_sha256.as_slice())
            })
            .collect();
        for (delivery, receipt) in deliveries.iter().zip(&mut receipts) {
            if known.get(&key(delivery)).is_some_and(|print| *print != delivery.fingerprint) {
                *receipt = Receipt::Conflict;
            }
        }
    }
    Ok(receipts)
}

fn key(delivery: &NewDelivery) -> Key<'_> {
    (delivery.workspace_id, delivery.channel_id, delivery.dedupe_key.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_commit_takes_many_small_deliveries_or_one_that_is_larger_than_allowed() {
        assert_eq!(fits([600; BATCH_MAX].into_iter()), BATCH_MAX);
        assert_eq!(fits([BATCH_BYTES_MAX / 2, BATCH_BYTES_MAX / 2, 1].into_iter()), 2);
        assert_eq!(fits([BATCH_BYTES_MAX + 1, 1].into_iter()), 1);
    }
}
