//! Answering comes before processing: while many senders wait for their delivery to be stored, processing
//! holds back a little.
//!
//! A provider that gets no answer in time sends again, and after too many failures stops sending at all;
//! a message that is processed half a second later costs nobody anything. Processing in larger batches is
//! also cheaper per message, so the backlog is gone soon after the rush.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::time::{Instant, sleep};

/// This many senders waiting at once are a rush.
const RUSH: usize = 24;
/// Most that processing holds back between two batches.
const HOLD_MAX: Duration = Duration::from_millis(800);
/// A rush goes on for this long after it was last seen: senders who were just answered are about to send again.
const LULL: Duration = Duration::from_millis(50);

/// How many senders wait for an answer. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Pressure(Arc<State>);

#[derive(Debug)]
struct State {
    started: Instant,
    waiting: AtomicUsize,
    /// When a rush was last seen, in milliseconds since `started`; 0 for never.
    rush_seen: AtomicU64,
}

impl Default for Pressure {
    fn default() -> Self {
        let started = Instant::now();
        Self(Arc::new(State { started, waiting: AtomicUsize::new(0), rush_seen: AtomicU64::new(0) }))
    }
}

impl Pressure {
    /// One more waits, until the guard is dropped.
    pub(super) fn wait(&self) -> Waits {
        if self.0.waiting.fetch_add(1, Ordering::Relaxed) + 1 >= RUSH {
            self.0.rush_seen.store(self.0.now(), Ordering::Relaxed);
        }
        Waits(Arc::clone(&self.0))
    }

    /// Returns at once unless there is a rush; then when it is over, or after [`HOLD_MAX`].
    pub(super) async fn give_way(&self) {
        let end = Instant::now() + HOLD_MAX;
        while self.0.is_rushed() && Instant::now() < end {
            sleep(LULL / 2).await;
        }
    }
}

impl State {
    /// Milliseconds, never 0.
    fn now(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX).saturating_add(1)
    }

    fn is_rushed(&self) -> bool {
        let seen = self.rush_seen.load(Ordering::Relaxed);
        let lull = u64::try_from(LULL.as_millis()).unwrap_or(u64::MAX);
        seen > 0 && self.now().saturating_sub(seen) < lull || self.waiting.load(Ordering::Relaxed) >= RUSH
    }
}

/// A sender who waits.
pub(super) struct Waits(Arc<State>);

impl Drop for Waits {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;

    use super::*;

    #[tokio::test]
    async fn processing_gives_way_to_a_rush_but_not_for_ever() {
        let pressure = Pressure::default();
        assert!(futures::poll!(pin!(pressure.give_way())).is_ready());

        let mut rush: Vec<Waits> = (0..RUSH).map(|_| pressure.wait()).collect();
        assert!(futures::poll!(pin!(pressure.give_way())).is_pending());
        pressure.give_way().await; // comes back

        rush.clear();
        tokio::time::sleep(LULL).await;
        assert!(futures::poll!(pin!(pressure.give_way())).is_ready());
    }
}
