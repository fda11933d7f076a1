//! How each delivery of a batch ends: the verdicts on its events, put together.

use shared::MessageId;
use uuid::Uuid;

use crate::webhooks::DeliveryOutcome;
use crate::webhooks::store::{Ended, Pending};

/// Tries before a delivery is given up, and shown to admins as failed.
const TRIES_MAX: i16 = 5;
/// Longest reason that is kept, in characters.
const REASON_CHARS_MAX: usize = 1_000;

/// What became of the events of each delivery, by its place in the batch.
#[derive(Default)]
pub(super) struct Verdicts(Vec<Tally>);

struct Tally {
    id: i64,
    /// Tries before this one.
    attempts: i16,
    /// At least one event had an effect.
    done: bool,
    /// At least one was here already.
    repeated: bool,
    /// Why others had none.
    ignored: Vec<String>,
    /// Which ones could not be read.
    broken: Vec<String>,
    message_id: Option<Uuid>,
    /// It ended as a whole, whatever its events.
    whole: Option<Ended>,
}

impl Verdicts {
    /// Adds a delivery; its place in the batch.
    pub(super) fn open(&mut self, delivery: &Pending) -> usize {
        self.0.push(Tally {
            id: delivery.id,
            attempts: delivery.attempts,
            done: false,
            repeated: false,
            ignored: Vec::new(),
            broken: Vec::new(),
            message_id: None,
            whole: None,
        });
        self.0.len() - 1
    }

    /// The delivery cannot be read, and never will.
    pub(super) fn unreadable(&mut self, delivery: usize, reason: String) {
        if let Some(tally) = self.0.get_mut(delivery) {
            tally.whole = Some(tally.ended(DeliveryOutcome::Failed, Some(reason)));
        }
    }

    /// Reading it went wrong in a way that may pass.
    pub(super) fn tried_in_vain(&mut self, delivery: usize, reason: String) {
        if let Some(tally) = self.0.get_mut(delivery) {
            tally.whole = Some(failed_try(tally.id, tally.attempts, reason));
        }
    }

    /// An event had an effect. What had waited since an earlier delivery has none to report to.
    pub(super) fn done(&mut self, delivery: Option<usize>) {
        if let Some(tally) = self.of(delivery) {
            tally.done = true;
        }
    }

    /// An event became, or changed, a message.
    pub(super) fn message(&mut self, delivery: Option<usize>, id: MessageId) {
        if let Some(tally) = self.of(delivery) {
            tally.done = true;
            tally.message_id.get_or_insert(id.0);
        }
    }

    /// What an event says is here already.
    pub(super) fn repeated(&mut self, delivery: Option<usize>, id: Option<MessageId>) {
        if let Some(tally) = self.of(delivery) {
            tally.repeated = true;
            tally.message_id = tally.message_id.or(id.map(|id| id.0));
        }
    }

    /// An event has no effect, and why.
    pub(super) fn ignored(&mut self, delivery: Option<usize>, reason: impl Into<String>) {
        if let Some(tally) = self.of(delivery) {
            let reason = reason.into();
            if !tally.ignored.contains(&reason) {
                tally.ignored.push(reason);
            }
        }
    }

    /// An event cannot be read; `at` says which.
    pub(super) fn broken(&mut self, delivery: Option<usize>, at: &str, reason: &str) {
        if let Some(tally) = self.of(delivery) {
            tally.broken.push(format!("not readable at {at}: {reason}"));
        }
    }

    /// How each delivery ended.
    pub(super) fn conclude(self) -> Vec<Ended> {
        self.0.into_iter().map(Tally::conclude).collect()
    }

    fn of(&mut self, delivery: Option<usize>) -> Option<&mut Tally> {
        self.0.get_mut(delivery?)
    }
}

impl Tally {
    /// Processed if anything had an effect; then only what could not be read is worth a word.
    fn conclude(mut self) -> Ended {
        if let Some(whole) = self.whole.take() {
            return whole;
        }
        let (outcome, reasons) = match (self.done, self.repeated) {
            (true, _) => (DeliveryOutcome::Processed, std::mem::take(&mut self.broken)),
            (false, _) if !self.broken.is_empty() => {
                let broken = std::mem::take(&mut self.broken);
                (
                    DeliveryOutcome::Failed,
                    broken.into_iter().chain(std::mem::take(&mut self.ignored)).collect(),
                )
            }
            (false, true) => (DeliveryOutcome::Duplicate, std::mem::take(&mut self.ignored)),
            (false, false) if self.ignored.is_empty() => {
                (DeliveryOutcome::Ignored, vec!["it says nothing".to_owned()])
            }
            (false, false) => (DeliveryOutcome::Ignored, std::mem::take(&mut self.ignored)),
        };
        let reason = (!reasons.is_empty()).then(|| reasons.join("; "));
        self.ended(outcome, reason.map(|reason| reason.chars().take(REASON_CHARS_MAX).collect()))
    }

    fn ended(&self, outcome: DeliveryOutcome, reason: Option<String>) -> Ended {
        Ended {
            id: self.id,
            outcome,
            reason,
            attempts: self.attempts.saturating_add(1),
            retry_seconds: 0,
            message_id: self.message_id,
        }
    }
}

/// One more try that failed: later again, or never.
pub(super) fn failed_try(id: i64, attempts: i16, reason: String) -> Ended {
    let tries = attempts.saturating_add(1);
    let given_up = tries >= TRIES_MAX;
    Ended {
        id,
        outcome: if given_up { DeliveryOutcome::Failed } else { DeliveryOutcome::Waiting },
        reason: Some(reason),
        attempts: tries,
        retry_seconds: 1 << attempts.clamp(0, TRIES_MAX),
        message_id: None,
    }
}

#[cfg(test)]
mod tests {
    use chrono::Utc;
    use shared::ChannelId;

    use super::*;

    fn one(say: impl Fn(&mut Verdicts, Option<usize>)) -> (DeliveryOutcome, Option<String>) {
        let mut verdicts = Verdicts::default();
        let place = verdicts.open(&Pending {
            id: 7,
            channel_id: ChannelId::new(),
            kind: 5,
            sender: String::new(),
            received_at: Utc::now(),
            attempts: 0,
            body: Vec::new(),
        });
        say(&mut verdicts, Some(place));
        let ended = verdicts.conclude().pop().unwrap();
        (ended.outcome, ended.reason)
    }

    #[test]
    fn one_effect_makes_a_delivery_processed_and_what_is_broken_is_named() {
        assert_eq!(one(|v, d| v.done(d)), (DeliveryOutcome::Processed, None));
        let mixed = one(|v, d| {
            v.ignored(d, "nothing new");
            v.broken(d, "/messages/1", "no id");
            v.done(d);
        });
        assert_eq!(
            mixed,
            (DeliveryOutcome::Processed, Some("not readable at /messages/1: no id".to_owned()))
        );
    }

    #[test]
    fn without_an_effect_the_reasons_are_told_once_each() {
        assert_eq!(one(|_, _| ()), (DeliveryOutcome::Ignored, Some("it says nothing".to_owned())));
        assert_eq!(one(|v, d| v.repeated(d, None)), (DeliveryOutcome::Duplicate, None));
        let ignored = one(|v, d| ["a", "b", "a"].into_iter().for_each(|reason| v.ignored(d, reason)));
        assert_eq!(ignored, (DeliveryOutcome::Ignored, Some("a; b".to_owned())));
        let broken = one(|v, d| {
            v.repeated(d, None);
            v.broken(d, "/x", "y");
        });
        assert_eq!(broken, (DeliveryOutcome::Failed, Some("not readable at /x: y".to_owned())));
    }

    #[test]
    fn what_waited_since_an_earlier_delivery_reports_to_none() {
        assert_eq!(one(|v, _| v.done(None)).0, DeliveryOutcome::Ignored);
    }
}
