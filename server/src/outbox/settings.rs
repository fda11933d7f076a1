//! How patient the outbox is.

use std::time::Duration;

use shared::Pace;

/// How patient the outbox is.
#[derive(Debug, Clone)]
pub struct OutboxSettings {
    /// How long a channel is this process's; one that died gives its channels back after this.
    pub lease: Duration,
    /// How often leases are renewed, and looked for what nobody rang for.
    pub poll: Duration,
    /// How often a channel's lanes are looked through in case a ring was missed.
    pub scan: Duration,
    /// How long a lane waits for a word about a call that had no answer.
    pub unanswered_wait: Duration,
    /// Failures in a row after which a line is given up.
    pub attempts_max: i16,
    /// Longest time a line is tried.
    pub age_max: Duration,
    /// Stretches or shortens the waits after failures, and between messages.
    pub patience: f64,
    /// Calls on their way at the same time: of a workspace, and of one channel.
    pub calls_max: usize,
    /// See [`Self::calls_max`].
    pub calls_of_channel_max: usize,
    /// Channels that one process sends for.
    pub channels_max: usize,
}

impl OutboxSettings {
    /// A channel's pace at this patience.
    pub(super) fn pace(&self, pace: Pace) -> Pace {
        let faster = |per_second: u32| f64::from(per_second) / self.patience;
        Pace {
            // Saturates where it would be more than a number can say.
            account_per_second: pace.account_per_second.map(|per_second| faster(per_second) as u32),
            thread_interval: pace.thread_interval.mul_f64(self.patience),
            ..pace
        }
    }
}

impl Default for OutboxSettings {
    fn default() -> Self {
        Self {
            lease: Duration::from_secs(10),
            poll: Duration::from_secs(2),
            scan: Duration::from_secs(15),
            unanswered_wait: Duration::from_secs(30),
            attempts_max: 12,
            age_max: Duration::from_hours(24),
            patience: 1.0,
            calls_max: 512,
            calls_of_channel_max: 128,
            channels_max: 10_000,
        }
    }
}
