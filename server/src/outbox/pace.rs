//! How fast may be sent: what a channel's capabilities say, and slower for a while after its platform complained.

use std::time::Duration;

use shared::Pace;
use tokio::time::Instant;

/// Lets a few through at once, and one more each interval.
#[derive(Debug, Clone, Copy)]
pub(super) struct Throttle {
    interval: Duration,
    /// How far ahead of the long run it may get.
    ahead: Duration,
    /// Everything let through so far would be spread evenly up to here.
    spent_until: Instant,
}

impl Throttle {
    /// One that nothing went through yet.
    pub fn new(interval: Duration, burst: u32, now: Instant) -> Self {
        let ahead = interval.saturating_mul(burst.saturating_sub(1));
        Self { interval, ahead, spent_until: now }
    }

    /// When the next one may go.
    pub fn ready_at(&self) -> Instant {
        self.spent_until.checked_sub(self.ahead).unwrap_or(self.spent_until)
    }

    /// Counts one that goes now.
    pub fn take(&mut self, now: Instant) {
        self.take_slowly(now, 1);
    }

    /// Counts one that goes now as `weight`.
    fn take_slowly(&mut self, now: Instant, weight: u32) {
        self.spent_until = self.spent_until.max(now) + self.interval.saturating_mul(weight);
    }

    /// Nothing of the past matters any more.
    pub fn is_rested(&self, now: Instant) -> bool {
        self.spent_until <= now
    }
}

/// After a complaint of the platform an account sends at half the pace, after the next at a quarter, down to this
/// share of it …
const SLOWEST: u32 = 8;
/// … and doubles it again after so long without another one.
const FORGIVEN_AFTER: Duration = Duration::from_secs(30);

/// The pace of one account.
#[derive(Debug)]
pub(super) struct AccountPace {
    throttle: Option<Throttle>,
    held_until: Option<Instant>,
    weight: u32,
    complained_at: Instant,
}

impl AccountPace {
    pub fn new(pace: &Pace, now: Instant) -> Self {
        let throttle = pace.account_per_second.map(|per_second| {
            // Within any second: what may go at once, and what the long run adds, are together no more than told.
            // The first of a second belongs to both.
            let burst = (per_second / 10).max(1);
            let steady = (per_second + 1).saturating_sub(burst).max(1);
            let interval = Duration::from_nanos(1_000_000_000_u64.div_ceil(u64::from(steady)));
            Throttle::new(interval, burst, now)
        });
        Self { throttle, held_until: None, weight: 1, complained_at: now }
    }

    /// When the next one may go.
    pub fn ready_at(&self, now: Instant) -> Instant {
        let paced = self.throttle.map_or(now, |throttle| throttle.ready_at());
        self.held_until.map_or(paced, |held| paced.max(held))
    }

    /// Counts one that goes now.
    pub fn take(&mut self, now: Instant) {
        if self.weight > 1 && now.duration_since(self.complained_at) > FORGIVEN_AFTER {
            self.weight /= 2;
            self.complained_at = now;
        }
        if let Some(throttle) = &mut self.throttle {
            throttle.take_slowly(now, self.weight);
        }
    }

    /// The platform told the account to wait, as it does when it was sent too much.
    pub fn complain(&mut self, until: Instant, now: Instant) {
        self.hold(until);
        // Calls that were on their way together complain together.
        if self.weight == 1 || now.duration_since(self.complained_at) > Duration::from_secs(1) {
            self.weight = (self.weight * 2).min(SLOWEST);
        }
        self.complained_at = now;
    }

    /// Nothing goes before this moment.
    pub fn hold(&mut self, until: Instant) {
        self.held_until = Some(self.held_until.map_or(until, |held| held.max(until)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many go within `length` when as many are sent as may be.
    fn count(pace: &mut AccountPace, from: Instant, length: Duration) -> usize {
        let (mut now, mut sent) = (from, 0);
        while now < from + length {
            if pace.ready_at(now) <= now {
                pace.take(now);
                sent += 1;
            } else {
                now = pace.ready_at(now).max(now + Duration::from_micros(1));
            }
        }
        sent
    }

    fn pace(per_second: u32) -> Pace {
        Pace { account_per_second: Some(per_second), thread_interval: Duration::ZERO, thread_burst: 1 }
    }

    #[test]
    fn no_second_has_more_than_an_account_may_send() {
        for per_second in [1, 2, 3, 7, 20, 30, 80, 999, 1000] {
            let now = Instant::now();
            let sent = count(&mut AccountPace::new(&pace(per_second), now), now, Duration::from_secs(1));
            assert!(sent <= per_second as usize, "{sent} of {per_second}");
            assert!(sent * 10 >= per_second as usize * 9, "{sent} of {per_second}");
        }
    }

    #[test]
    fn a_thread_may_burst_and_then_goes_steadily() {
        let now = Instant::now();
        let mut throttle = Throttle::new(Duration::from_secs(6), 45, now);
        for _ in 0..45 {
            assert!(throttle.ready_at() <= now);
            throttle.take(now);
        }
        assert_eq!(throttle.ready_at(), now + Duration::from_secs(6));
        assert!(!throttle.is_rested(now));
        assert!(throttle.is_rested(now + Duration::from_secs(45 * 6)));
    }

    #[test]
    fn a_complaint_halves_the_pace_until_it_is_forgiven() {
        let now = Instant::now();
        let mut paced = AccountPace::new(&pace(100), now);
        paced.complain(now + Duration::from_secs(2), now);
        paced.complain(now + Duration::from_secs(1), now); // together with the first
        assert_eq!(paced.ready_at(now), now + Duration::from_secs(2));
        let slow = count(&mut paced, now + Duration::from_secs(2), Duration::from_secs(1));
        assert!((40..=55).contains(&slow), "{slow}");
        let later = now + Duration::from_secs(40);
        count(&mut paced, later, Duration::from_secs(1));
        let again = count(&mut paced, later + Duration::from_secs(1), Duration::from_secs(1));
        assert!((85..=100).contains(&again), "{again}");
    }

    #[test]
    fn without_a_limit_everything_may_go() {
        let now = Instant::now();
        let none = Pace { account_per_second: None, thread_interval: Duration::ZERO, thread_burst: u32::MAX };
        let mut paced = AccountPace::new(&none, now);
        for _ in 0..10_000 {
            assert!(paced.ready_at(now) <= now);
            paced.take(now);
        }
        let mut thread = Throttle::new(none.thread_interval, none.thread_burst, now);
        thread.take(now);
        assert!(thread.ready_at() <= now);
    }
}
