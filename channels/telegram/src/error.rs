//! What Telegram's refusals mean. Their texts are no contract: the code counts first, then a part of the text in
//! lower case, and there is always an answer for the rest (`protocols/telegram.md` 7).

mod meaning;

use std::time::Duration;

use channel_core::{CallError, Lost, MediaError, Refusal, RefusalReason, SendError, Wait, WaitScope};

/// Wait this long when Telegram says "too many" without a time.
const UNTOLD_WAIT: Duration = Duration::from_secs(5);

/// A call that has no result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failed {
    /// The exchange broke.
    Lost(Lost),
    /// Something answered, but not as Telegram does.
    Garbled {
        /// The HTTP status.
        status: u16,
    },
    /// Telegram said no.
    Refused(ApiError),
    /// There is no token, or it cannot be one.
    NoToken,
    /// A file of ours cannot be read.
    File(channel_core::FileGone),
}

/// Telegram's answer when it says no.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiError {
    /// `error_code`, an HTTP status as a rule.
    pub code: u16,
    /// `description`, without the token, cut to a sane length.
    pub description: String,
    /// `parameters.retry_after`.
    pub retry_after: Option<Duration>,
    /// `parameters.migrate_to_chat_id`.
    pub migrate_to: Option<i64>,
}

impl ApiError {
    /// The description, in lower case, has this part.
    pub fn says(&self, part: &str) -> bool {
        self.description.to_ascii_lowercase().contains(part)
    }

    /// The text could not be read as formatted: it may go without.
    pub fn is_about_formatting(&self) -> bool {
        self.code == 400 && (self.says("can't parse entities") || self.says("entity_"))
    }

    /// The reference to a file is not good (any more): it may be uploaded again.
    pub fn is_about_file_id(&self) -> bool {
        self.code == 400
            && ["wrong file", "file_id", "file identifier", "file reference"]
                .iter()
                .any(|part| self.says(part))
    }

    /// The quoted message is gone, in spite of asking to send without it.
    pub fn is_about_quote(&self) -> bool {
        self.code == 400 && (self.says("message to be replied not found") || self.says("quote"))
    }

    /// The message already is as it should become.
    pub fn is_done_already(&self) -> bool {
        self.code == 400 && self.says("message is not modified")
    }

    /// The token works no longer, or never did.
    pub fn is_dead_token(&self) -> bool {
        self.code == 401 || (self.code == 404 && !self.says("method not found"))
    }

    fn wait(&self) -> Option<Wait> {
        match self.code {
            429 => Some(Wait {
                retry_after: self.retry_after.unwrap_or(UNTOLD_WAIT),
                told: self.retry_after.is_some(),
                scope: WaitScope::Account,
                reason: "Telegram asks for a pause".to_owned(),
            }),
            500..=599 => Some(Wait::guess(format!("Telegram answered {}", self.code))),
            _ => None,
        }
    }

    fn shown(&self) -> String {
        format!("{}: {}", self.code, self.description)
    }
}

const DEAD_TOKEN: &str = "Telegram does not accept the bot's token any more";

impl From<Failed> for SendError {
    fn from(failed: Failed) -> Self {
        match failed {
            Failed::Lost(Lost::NotWritten(words)) => Self::Temporary(Wait::guess(words)),
            Failed::Lost(Lost::Unknown(words)) => Self::Uncertain(words.to_owned()),
            Failed::Garbled { status: 413 } => Self::Refused(too_large()),
            Failed::Garbled { status: 503 } => Self::Temporary(Wait::guess("Telegram is not available")),
            Failed::Garbled { status: status @ 300..=499 } => Self::Refused(Refusal {
                reason: RefusalReason::AccountSetup,
                words: "Something other than Telegram answered.".to_owned(),
                code: Some(status.to_string()),
            }),
            Failed::Garbled { status } => {
                Self::Uncertain(format!("an answer that is not Telegram's ({status})"))
            }
            Failed::NoToken => Self::Unauthorised("there is no usable token".to_owned()),
            Failed::File(channel_core::FileGone::Deleted) => {
                Self::Refused(Refusal::new(RefusalReason::FileGone, "The file is no longer there."))
            }
            Failed::File(gone @ channel_core::FileGone::NotNow) => {
                Self::Temporary(Wait::guess(gone.to_string()))
            }
            Failed::Refused(error) => refused(&error),
        }
    }
}

fn refused(error: &ApiError) -> SendError {
    if let Some(to) = error.migrate_to {
        return SendError::Moved { to: to.to_string() };
    }
    if error.is_dead_token() {
        return SendError::Unauthorised(DEAD_TOKEN.to_owned());
    }
    // A gateway gave up waiting: what stood behind it may have gone on.
    if error.code == 504 {
        return SendError::Uncertain("Telegram's gateway did not wait for the answer".to_owned());
    }
    if let Some(wait) = error.wait() {
        return SendError::Temporary(wait);
    }
    let (reason, words) = meaning::of(error);
    let words =
        if words.is_empty() { format!("Telegram refused: {}", error.description) } else { words.to_owned() };
    SendError::Refused(Refusal { reason, words, code: Some(error.shown()) })
}

/// The file is larger than Telegram takes.
pub fn too_large() -> Refusal {
    Refusal::new(RefusalReason::TooLarge, "The file is larger than Telegram takes (50 MB).")
}

impl From<Failed> for CallError {
    fn from(failed: Failed) -> Self {
        match failed {
            Failed::Lost(lost) => Self::Temporary(Wait::guess(lost.words())),
            Failed::Garbled { status } => {
                Self::Temporary(Wait::guess(format!("an answer that is not Telegram's ({status})")))
            }
            Failed::NoToken => Self::Unauthorised(
                "That is not a bot token. BotFather shows it as digits, a colon, and letters.".to_owned(),
            ),
            Failed::File(gone) => Self::Temporary(Wait::guess(gone.to_string())),
            Failed::Refused(error) if error.is_dead_token() => Self::Unauthorised(
                "Telegram does not know this token. BotFather can show the bot's current one.".to_owned(),
            ),
            Failed::Refused(error) => match error.wait() {
                Some(wait) => Self::Temporary(wait),
                None => Self::Refused {
                    words: format!("Telegram refused: {}", error.description),
                    code: Some(error.code.to_string()),
                },
            },
        }
    }
}

impl From<Failed> for MediaError {
    fn from(failed: Failed) -> Self {
        match failed {
            Failed::Refused(error) if error.code == 400 && error.says("too big") => {
                Self::TooLarge { limit_bytes: shared::Capabilities::TELEGRAM.fetch_bytes_max }
            }
            Failed::Refused(error) if error.code == 400 && error.says("temporarily unavailable") => {
                Self::Temporary(Wait::guess("Telegram says that the file is not there at the moment"))
            }
            Failed::Refused(error) if error.code == 400 => {
                Self::Gone { words: "Telegram no longer has this file.".to_owned() }
            }
            other => match CallError::from(other) {
                CallError::Temporary(wait) => Self::Temporary(wait),
                CallError::Refused { words, .. } => Self::Gone { words },
                CallError::Unauthorised(words) => Self::Unauthorised(words),
            },
        }
    }
}

#[cfg(test)]
mod tests;
