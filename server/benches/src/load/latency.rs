//! How long things took.

use std::time::Duration;

use hdrhistogram::Histogram;
use serde::{Deserialize, Serialize};

/// Percentiles, in microseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Latency {
    /// How many.
    pub count: u64,
    /// Half were faster.
    pub p50_us: u64,
    /// 99 of 100 were.
    pub p99_us: u64,
    /// 999 of 1000 were.
    pub p999_us: u64,
    /// The slowest.
    pub max_us: u64,
}

/// Gathers them.
pub struct Latencies(Histogram<u64>);

impl Latencies {
    /// None yet; a minute is the longest that is told apart.
    ///
    /// # Errors
    /// Never: the bounds are fixed.
    pub fn new() -> anyhow::Result<Self> {
        Ok(Self(Histogram::new_with_bounds(1, 60_000_000, 3)?))
    }

    /// One more.
    pub fn add(&mut self, took: Duration) {
        self.0.saturating_record(u64::try_from(took.as_micros()).unwrap_or(u64::MAX));
    }

    /// The percentiles.
    pub fn summary(&self) -> Latency {
        Latency {
            count: self.0.len(),
            p50_us: self.0.value_at_quantile(0.5),
            p99_us: self.0.value_at_quantile(0.99),
            p999_us: self.0.value_at_quantile(0.999),
            max_us: self.0.max(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_slow_answer_in_a_hundred_is_the_maximum_but_not_the_median() {
        let mut latencies = Latencies::new().unwrap();
        (0..99).for_each(|_| latencies.add(Duration::from_millis(1)));
        latencies.add(Duration::from_millis(500));
        let summary = latencies.summary();
        assert_eq!(summary.count, 100);
        assert!((990..=1010).contains(&summary.p50_us), "{summary:?}");
        assert!(summary.max_us >= 500_000, "{summary:?}");
    }
}
