//! From a failed call to what its caller does next.

use std::time::Duration;

use channel_core::{
    CallError, FileGone, Lost, MediaError, Refusal, RefusalReason, SendError, Wait, WaitScope,
};

use super::{Failed, GraphError, Meaning, Pause};

const NO_TOKEN: &str = "That is no access token of Meta's.";

impl From<Failed> for SendError {
    fn from(failed: Failed) -> Self {
        match failed {
            Failed::Lost(Lost::NotWritten(words)) => Self::Temporary(Wait::guess(words)),
            Failed::Lost(Lost::Unknown(words)) => Self::Uncertain(words.to_owned()),
            Failed::Garbled { status: 413 } => {
                Self::Refused(Refusal::new(RefusalReason::TooLarge, "The file is larger than Meta takes."))
            }
            Failed::Garbled { status: 429 } => Self::Temporary(Wait {
                scope: WaitScope::Account,
                ..Wait::guess("Meta's limit for calls is reached")
            }),
            Failed::Garbled { status: 503 } => Self::Temporary(Wait::guess("Meta is not available")),
            Failed::Garbled { status: status @ 300..=499 } => Self::Refused(Refusal {
                reason: RefusalReason::AccountSetup,
                words: "Something other than Meta answered.".to_owned(),
                code: Some(status.to_string()),
            }),
            Failed::Garbled { status } => Self::Uncertain(format!("an answer that is not Meta's ({status})")),
            Failed::NoToken => Self::Unauthorised("there is no usable token".to_owned()),
            Failed::File(FileGone::Deleted) => {
                Self::Refused(Refusal::new(RefusalReason::FileGone, "The file is no longer there."))
            }
            Failed::File(gone @ FileGone::NotNow) => Self::Temporary(Wait::guess(gone.to_string())),
            Failed::Refused(error) => match error.meaning() {
                Meaning::Wait(pause) => Self::Temporary(paused(&error, pause)),
                Meaning::Dead(words) => Self::Unauthorised(told(&error, words)),
                Meaning::Refused(..) => Self::Refused(error.refusal()),
                Meaning::PerhapsDone => Self::Uncertain("Meta's answer got lost on its own side".to_owned()),
            },
        }
    }
}

impl From<Failed> for CallError {
    fn from(failed: Failed) -> Self {
        match failed {
            Failed::Lost(lost) => Self::Temporary(Wait::guess(lost.words())),
            Failed::Garbled { status: status @ (300..=428 | 430..=499) } => Self::Refused {
                words: "Something other than Meta answered.".to_owned(),
                code: Some(status.to_string()),
            },
            Failed::Garbled { status } => {
                Self::Temporary(Wait::guess(format!("an answer that is not Meta's ({status})")))
            }
            Failed::NoToken => Self::Unauthorised(NO_TOKEN.to_owned()),
            Failed::File(gone) => Self::Temporary(Wait::guess(gone.to_string())),
            Failed::Refused(error) => match error.meaning() {
                Meaning::Wait(pause) => Self::Temporary(paused(&error, pause)),
                Meaning::Dead(words) => Self::Unauthorised(told(&error, words)),
                Meaning::Refused(..) => {
                    Self::Refused { words: error.refusal().words, code: Some(error.shown()) }
                }
                Meaning::PerhapsDone => {
                    Self::Temporary(Wait::guess("Meta's answer got lost on its own side"))
                }
            },
        }
    }
}

impl From<Failed> for MediaError {
    fn from(failed: Failed) -> Self {
        // Of the file, not of the account: the token has just been accepted.
        if let Failed::Refused(error) = &failed
            && matches!((error.code, error.subcode), (33, _) | (100, _) | (131_052, _))
        {
            return Self::Gone { words: "Meta no longer has this file.".to_owned() };
        }
        match CallError::from(failed) {
            CallError::Temporary(wait) => Self::Temporary(wait),
            CallError::Refused { words, .. } => Self::Gone { words },
            CallError::Unauthorised(words) => Self::Unauthorised(words),
        }
    }
}

fn paused(error: &GraphError, pause: Pause) -> Wait {
    Wait {
        retry_after: error.wait.unwrap_or(Duration::from_secs(pause.seconds)),
        told: error.wait.is_some(),
        scope: pause.scope,
        reason: told(error, pause.words),
    }
}

/// Our words, with what an admin needs to look the error up.
fn told(error: &GraphError, words: &str) -> String {
    match &error.trace {
        Some(trace) => format!("{words} (error {}, trace {trace})", error.shown_code()),
        None => format!("{words} (error {})", error.shown_code()),
    }
}
