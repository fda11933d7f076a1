//! What came of a call, and what follows.

use std::time::Duration;

use channel_core::{Concern, Refusal, RefusalReason, SendError, SendReceipt, WaitScope};
use rand::RngExt as _;

use super::progress::Why;
use super::settings::OutboxSettings;

/// What came of a line.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Outcome {
    /// The platform has it.
    Sent(SendReceipt),
    /// There was nothing to do: the platform has it already, or it is gone.
    Nothing,
    /// It waits for another try.
    Later(Later),
    /// It will not go out.
    Failed(Failed),
    /// No answer came; it may have gone out.
    Unanswered(String),
    /// The thread has another id now.
    Moved(String),
    /// Nothing was done: as if its turn had not come.
    NotNow,
}

/// A line that waits for another try.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Later {
    pub wait: Duration,
    /// What has to wait.
    pub scope: WaitScope,
    /// The platform itself asked for it: no failure of ours.
    pub told: bool,
    /// Why, for people.
    pub words: String,
}

/// A line that will not go out.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Failed {
    pub refusal: Refusal,
    /// We gave up, or an admin has to act first: it can be put back in line.
    pub dead: bool,
}

impl Failed {
    /// As a transmission keeps it.
    pub fn why(&self) -> Why {
        let reason = serde_json::to_value(self.refusal.reason).ok();
        Why {
            words: self.refusal.words.clone(),
            reason: reason.and_then(|reason| reason.as_str().map(str::to_owned)),
            code: self.refusal.code.clone(),
            retryable: may_be_retried(self.refusal.reason),
            dead: self.dead,
        }
    }
}

/// The same message may go through another time: after the person or an admin has done something, or by chance.
pub(super) const fn may_be_retried(reason: RefusalReason) -> bool {
    !matches!(
        reason,
        RefusalReason::TooLong
            | RefusalReason::TooLarge
            | RefusalReason::KindNotTaken
            | RefusalReason::Empty
            | RefusalReason::FileGone
            | RefusalReason::TargetGone
            | RefusalReason::NothingToDo
            | RefusalReason::TemplateParameters
            | RefusalReason::Malformed
    )
}

/// What is known of the line whose call it was.
#[derive(Debug, Clone, Copy)]
pub(super) struct Facts {
    /// This call included; waits that the platform asked for are not counted.
    pub attempts: i16,
    /// Since when it has been waiting.
    pub age: Duration,
    /// Repeating it can show the person something twice.
    pub makes_message: bool,
    /// It has followed its thread to another id already.
    pub moved: bool,
}

/// Decides what follows from the answer of an adapter.
pub(super) fn judge(
    answer: Result<SendReceipt, SendError>,
    facts: Facts,
    settings: &OutboxSettings,
) -> Outcome {
    match answer {
        Ok(receipt) => Outcome::Sent(receipt),
        Err(SendError::Refused(refusal)) if refusal.reason == RefusalReason::NothingToDo => Outcome::Nothing,
        Err(SendError::Refused(refusal)) => {
            let dead = refusal.concern() == Concern::Account;
            Outcome::Failed(Failed { refusal, dead })
        }
        Err(SendError::Moved { .. }) if facts.moved => {
            let words = "The platform sends this thread from one id to the next.";
            Outcome::Failed(Failed {
                refusal: Refusal::new(RefusalReason::UnknownRecipient, words),
                dead: false,
            })
        }
        Err(SendError::Moved { to }) => Outcome::Moved(to),
        Err(SendError::Uncertain(words)) if facts.makes_message => Outcome::Unanswered(words),
        Err(SendError::Uncertain(words)) => again(facts, settings, Duration::ZERO, WaitScope::Thread, words),
        Err(SendError::Temporary(wait)) if wait.told => {
            if facts.age > settings.age_max {
                return given_up(wait.reason);
            }
            // A little more by chance: what waits together need not come back together.
            let wait_for = wait.retry_after.mul_f64(rand::rng().random_range(1.0..1.1));
            Outcome::Later(Later { wait: wait_for, scope: wait.scope, told: true, words: wait.reason })
        }
        Err(SendError::Temporary(wait)) => again(facts, settings, wait.retry_after, wait.scope, wait.reason),
        // Whoever calls this has dealt with it; nothing was sent.
        Err(SendError::Unauthorised(_)) => Outcome::NotNow,
    }
}

fn again(
    facts: Facts,
    settings: &OutboxSettings,
    least: Duration,
    scope: WaitScope,
    words: String,
) -> Outcome {
    if facts.attempts >= settings.attempts_max || facts.age > settings.age_max {
        return given_up(words);
    }
    let wait =
        jobs::retry_delay(facts.attempts).mul_f64(settings.patience).max(least.mul_f64(settings.patience));
    Outcome::Later(Later { wait, scope, told: false, words })
}

fn given_up(words: String) -> Outcome {
    let words = format!("It could not be handed over for too long: {words}. It can be sent again.");
    Outcome::Failed(Failed { refusal: Refusal::new(RefusalReason::Other, words), dead: true })
}

#[cfg(test)]
mod tests {
    use channel_core::Wait;

    use super::*;

    const FACTS: Facts = Facts { attempts: 1, age: Duration::ZERO, makes_message: true, moved: false };

    fn judge_error(error: SendError, facts: Facts) -> Outcome {
        judge(Err(error), facts, &OutboxSettings::default())
    }

    fn wait(told: bool) -> SendError {
        let reason = "too many".to_owned();
        let retry_after = Duration::from_secs(7);
        SendError::Temporary(Wait { retry_after, told, scope: WaitScope::Account, reason })
    }

    #[test]
    fn a_wait_that_was_asked_for_is_kept_and_never_counted() {
        for attempts in [1, 1000] {
            let Outcome::Later(later) = judge_error(wait(true), Facts { attempts, ..FACTS }) else {
                panic!()
            };
            assert!(later.told && later.scope == WaitScope::Account);
            assert!((7.0..=7.8).contains(&later.wait.as_secs_f64()), "{:?}", later.wait);
        }
        let old = Facts { age: Duration::from_hours(25), ..FACTS };
        assert!(matches!(judge_error(wait(true), old), Outcome::Failed(Failed { dead: true, .. })));
    }

    #[test]
    fn failures_wait_longer_each_time_and_end_as_a_dead_letter() {
        let waits: Vec<f64> = [1, 4, 7]
            .into_iter()
            .map(|attempts| match judge_error(wait(false), Facts { attempts, ..FACTS }) {
                Outcome::Later(later) => later.wait.as_secs_f64(),
                other => panic!("{other:?}"),
            })
            .collect();
        assert!(waits[0] >= 7.0 && waits[1] > waits[0] && waits[2] > waits[1], "{waits:?}");
        let last = Facts { attempts: OutboxSettings::default().attempts_max, ..FACTS };
        let Outcome::Failed(failed) = judge_error(wait(false), last) else { panic!() };
        assert!(failed.dead && failed.why().retryable);
    }

    #[test]
    fn silence_is_repeated_only_where_repeating_does_no_harm() {
        let silence = || SendError::Uncertain("no answer".to_owned());
        assert!(matches!(judge_error(silence(), FACTS), Outcome::Unanswered(_)));
        let edit = Facts { makes_message: false, ..FACTS };
        assert!(matches!(judge_error(silence(), edit), Outcome::Later(_)));
    }

    #[test]
    fn a_thread_is_followed_once() {
        let moved = || SendError::Moved { to: "-1001".to_owned() };
        assert_eq!(judge_error(moved(), FACTS), Outcome::Moved("-1001".to_owned()));
        assert!(matches!(judge_error(moved(), Facts { moved: true, ..FACTS }), Outcome::Failed(_)));
    }

    #[test]
    fn a_refusal_of_the_account_is_a_dead_letter_and_one_of_the_message_is_not() {
        let refused = |reason| judge_error(SendError::Refused(Refusal::new(reason, "no")), FACTS);
        let Outcome::Failed(failed) = refused(RefusalReason::AccountSetup) else { panic!() };
        assert!(failed.dead && failed.why().retryable);
        let Outcome::Failed(failed) = refused(RefusalReason::TooLarge) else { panic!() };
        assert!(!failed.dead && !failed.why().retryable);
        assert_eq!(failed.why().reason.as_deref(), Some("too_large"));
        assert_eq!(refused(RefusalReason::NothingToDo), Outcome::Nothing);
    }
}
