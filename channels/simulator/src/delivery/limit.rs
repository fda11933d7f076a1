//! A token bucket by the simulator's clock.

/// So many at once, then so many per second.
#[derive(Debug, Clone, Copy)]
pub struct Bucket {
    per_second: f64,
    burst: f64,
    left: f64,
    at_ms: i64,
}

impl Default for Bucket {
    /// WhatsApp's throughput; whoever loads a bucket sets its true rate.
    fn default() -> Self {
        Self::new(80.0, 80.0)
    }
}

impl Bucket {
    /// A full bucket.
    #[must_use]
    pub fn new(per_second: f64, burst: f64) -> Self {
        Self { per_second, burst, left: burst, at_ms: 0 }
    }

    /// Takes one.
    ///
    /// # Errors
    /// How many milliseconds until there is one.
    pub fn take(&mut self, now_ms: i64) -> Result<(), i64> {
        if self.at_ms != 0 {
            let passed_s = (now_ms - self.at_ms).max(0) as f64 / 1000.0;
            self.left = (self.left + passed_s * self.per_second).min(self.burst);
        }
        self.at_ms = now_ms;
        if self.left >= 1.0 {
            self.left -= 1.0;
            return Ok(());
        }
        Err(((1.0 - self.left) / self.per_second * 1000.0).ceil() as i64)
    }
}

#[cfg(test)]
mod tests {
    use super::Bucket;

    #[test]
    fn a_bucket_gives_its_burst_and_then_its_rate() {
        let mut bucket = Bucket::new(2.0, 3.0);
        assert_eq!((0..5).filter(|_| bucket.take(1_000).is_ok()).count(), 3);
        assert_eq!(bucket.take(1_000), Err(500));
        assert_eq!(bucket.take(1_500), Ok(()));
    }
}
