//! The simulator's clock: the machine's, moved by a control call, with waits that may run faster.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::sync::watch;

/// Time as the providers see it.
///
/// A move changes "now" for windows, expiries and retries alike; the factor shortens waits only, so that an hour
/// of retries fits into a test.
pub struct Clock {
    offset_ms: watch::Sender<i64>,
    wait_factor: f64,
}

impl Clock {
    /// A clock at the machine's time. Waits take `1 / wait_factor` of their length; below 0.001 counts as 0.001.
    #[must_use]
    pub fn new(wait_factor: f64) -> Self {
        Self { offset_ms: watch::Sender::new(0), wait_factor: wait_factor.max(0.001) }
    }

    /// Unix milliseconds.
    #[must_use]
    pub fn now_ms(&self) -> i64 {
        let real = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(real.as_millis()).unwrap_or(i64::MAX).saturating_add(*self.offset_ms.borrow())
    }

    /// Unix seconds, as both providers write them.
    #[must_use]
    pub fn now_s(&self) -> i64 {
        self.now_ms().div_euclid(1000)
    }

    /// Moves the clock, forward or back. Whoever waits notices at once.
    pub fn advance(&self, by_ms: i64) {
        self.offset_ms.send_modify(|offset| *offset = offset.saturating_add(by_ms));
    }

    /// How much faster waits run than real time.
    #[must_use]
    pub fn wait_factor(&self) -> f64 {
        self.wait_factor
    }

    /// Waits so many of the provider's milliseconds, less what the clock is moved forward meanwhile.
    pub async fn wait(&self, length_ms: i64) {
        let mut moves = self.offset_ms.subscribe();
        let mut offset = *moves.borrow_and_update();
        let mut left_ms = length_ms;
        while left_ms > 0 {
            let began = tokio::time::Instant::now();
            let real = Duration::from_secs_f64(left_ms as f64 / 1000.0 / self.wait_factor);
            tokio::select! {
                () = tokio::time::sleep(real) => return,
                moved = moves.changed() => {
                    if moved.is_err() {
                        return;
                    }
                    let waited_ms = (began.elapsed().as_secs_f64() * 1000.0 * self.wait_factor) as i64;
                    let now = *moves.borrow_and_update();
                    left_ms -= waited_ms + (now - offset).max(0);
                    offset = now;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::Clock;

    #[tokio::test]
    async fn a_wait_ends_when_the_clock_is_moved_past_it() {
        let clock = Arc::new(Clock::new(1.0));
        let waiting = tokio::spawn({
            let clock = Arc::clone(&clock);
            async move { clock.wait(86_400_000).await }
        });
        tokio::task::yield_now().await;
        clock.advance(86_400_001);
        tokio::time::timeout(std::time::Duration::from_secs(5), waiting).await.unwrap().unwrap();
    }
}
