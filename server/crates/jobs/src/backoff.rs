//! How long a failed job waits.

use std::time::Duration;

use rand::RngExt as _;

const FIRST: Duration = Duration::from_secs(2);
const LONGEST: Duration = Duration::from_secs(600);

/// The wait after the `attempt`th failure (from 1): 2 s, 4 s, 8 s … up to 10 min, each a quarter shorter or
/// longer by chance, so that what failed together does not come back together.
#[must_use]
pub fn retry_delay(attempt: i16) -> Duration {
    let doublings = u32::try_from(attempt.saturating_sub(1)).unwrap_or(0).min(20);
    let delay = FIRST.saturating_mul(1 << doublings).min(LONGEST);
    delay.mul_f64(rand::rng().random_range(0.75..1.25))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_stay_bounded() {
        let seconds = |attempt| retry_delay(attempt).as_secs_f64();
        assert!((1.5..2.5).contains(&seconds(1)));
        assert!((6.0..10.0).contains(&seconds(3)));
        assert!((450.0..750.0).contains(&seconds(i16::MAX)));
        assert!((1.5..2.5).contains(&seconds(i16::MIN)));
    }
}
