//! What Telegram's refusals mean. Their texts are no contract: the code counts first, then a part of the text in
//! lower case, and there is always an answer for the rest (`protocols/telegram.md` 7).

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
    let (reason, words) = meaning(error);
    let words =
        if words.is_empty() { format!("Telegram refused: {}", error.description) } else { words.to_owned() };
    SendError::Refused(Refusal { reason, words, code: Some(error.shown()) })
}

/// From code and text to what it means; without words, Telegram's own are shown.
fn meaning(error: &ApiError) -> (RefusalReason, &'static str) {
    use RefusalReason as R;
    let table: &[(&[&str], R, &str)] = match error.code {
        403 => FORBIDDEN,
        413 => return (R::TooLarge, "The file is larger than Telegram takes (50 MB)."),
        409 => return (R::AccountSetup, "Another program uses this bot at the same time."),
        400 => BAD_REQUEST,
        _ => return (R::Other, ""),
    };
    let found = table.iter().find(|(parts, ..)| parts.iter().any(|part| error.says(part)));
    let rest = if error.code == 403 {
        (R::Unreachable, "Telegram does not let the bot write here.")
    } else {
        (R::Other, "")
    };
    found.map_or(rest, |(_, reason, words)| (*reason, *words))
}

const BLOCKED: &str = "This person has blocked the bot. They can be written to when they unblock it.";
const GROUP: &str = "The bot is not in this chat any more.";

const FORBIDDEN: &[(&[&str], RefusalReason, &str)] = &[
    (&["blocked by the user"], RefusalReason::Unreachable, BLOCKED),
    (&["user is deactivated"], RefusalReason::Unreachable, "This person has deleted their Telegram account."),
    (
        &["can't initiate conversation"],
        RefusalReason::NotStarted,
        "This person has never started the bot; a bot cannot write first.",
    ),
    (&["kicked", "not a member", "chat was deleted"], RefusalReason::Unreachable, GROUP),
    (
        &["not enough rights", "no rights"],
        RefusalReason::AccountRights,
        "The bot lacks the right to do this.",
    ),
];

const BAD_REQUEST: &[(&[&str], RefusalReason, &str)] = &[
    (
        &["business_peer", "business peer"],
        RefusalReason::WindowClosed,
        "In a business account's chat the bot can answer for 24 hours after the last message.",
    ),
    (
        &["business_connection", "business connection"],
        RefusalReason::AccountRights,
        "The business account does not let the bot answer any more. Its owner can change that in Telegram.",
    ),
    (
        &["not enough rights", "no rights", "administrator rights"],
        RefusalReason::AccountRights,
        "The bot lacks the right to do this.",
    ),
    (
        &["chat not found", "user not found", "peer_id_invalid"],
        RefusalReason::UnknownRecipient,
        "Telegram does not know this chat.",
    ),
    (&["user_is_blocked", "user is blocked"], RefusalReason::Unreachable, BLOCKED),
    (
        &["message is too long", "message_too_long", "caption is too long", "caption_too_long"],
        RefusalReason::TooLong,
        "The text is longer than Telegram takes.",
    ),
    (
        &["text must be non-empty", "message text is empty", "text is empty"],
        RefusalReason::Empty,
        "There is nothing to send.",
    ),
    (
        &["file is too big", "too large", "file_parts_invalid"],
        RefusalReason::TooLarge,
        "The file is larger than Telegram takes (50 MB).",
    ),
    (
        &[
            "message to edit not found",
            "message to delete not found",
            "message can't be deleted",
            "message can't be edited",
            "message to react not found",
            "message not found",
            "message_id_invalid",
            "message to be replied not found",
            "message thread not found",
            "query is too old",
            "query id is invalid",
        ],
        RefusalReason::TargetGone,
        "The message is gone, or too old for this.",
    ),
    (&["message is not modified"], RefusalReason::NothingToDo, "It already is like this."),
    (
        &["reaction_invalid", "reaction is invalid", "reactions_too_many"],
        RefusalReason::KindNotTaken,
        "Telegram does not take this reaction.",
    ),
    (
        &[
            "photo_invalid_dimensions",
            "image_process_failed",
            "photo_ext_invalid",
            "wrong type of the web page content",
            "wrong file",
            "failed to get http url content",
            "video_content_type_invalid",
            "voice_messages_forbidden",
            "sticker",
            "file_reference",
            "failed to send message",
        ],
        RefusalReason::KindNotTaken,
        "",
    ),
    (&["can't parse", "entity_", "button_", "keyboard"], RefusalReason::Malformed, ""),
];

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
mod tests {
    use super::*;

    fn send_error(code: u16, description: &str) -> SendError {
        let description = description.to_owned();
        SendError::from(Failed::Refused(ApiError { code, description, retry_after: None, migrate_to: None }))
    }

    fn reason(code: u16, description: &str) -> RefusalReason {
        match send_error(code, description) {
            SendError::Refused(refusal) => refusal.reason,
            other => panic!("{other}"),
        }
    }

    #[test]
    fn refusals_are_told_apart() {
        use RefusalReason as R;
        for (code, description, expected) in [
            (403, "Forbidden: bot was blocked by the user", R::Unreachable),
            (403, "Forbidden: user is deactivated", R::Unreachable),
            (403, "Forbidden: bot can't initiate conversation with a user", R::NotStarted),
            (403, "Forbidden: bot was kicked from the supergroup chat", R::Unreachable),
            (403, "Forbidden: something new", R::Unreachable),
            (400, "Bad Request: chat not found", R::UnknownRecipient),
            (400, "Bad Request: message is too long", R::TooLong),
            (400, "Bad Request: MESSAGE_TOO_LONG", R::TooLong),
            (400, "Bad Request: message to edit not found", R::TargetGone),
            (
                400,
                "Bad Request: query is too old and response timeout expired or query ID is invalid",
                R::TargetGone,
            ),
            (400, "Bad Request: REACTION_INVALID", R::KindNotTaken),
            (400, "Bad Request: PHOTO_INVALID_DIMENSIONS", R::KindNotTaken),
            (400, "Bad Request: BUSINESS_PEER_USAGE_MISSING", R::WindowClosed),
            (400, "Bad Request: something new", R::Other),
            (409, "Conflict: terminated by other getUpdates request", R::AccountSetup),
            (413, "Request Entity Too Large", R::TooLarge),
            (418, "I'm a teapot", R::Other),
        ] {
            assert_eq!(reason(code, description), expected, "{description}");
        }
    }

    #[test]
    fn a_dead_token_asks_for_a_new_one_and_a_busy_server_for_patience() {
        assert!(matches!(send_error(401, "Unauthorized"), SendError::Unauthorised(_)));
        assert!(matches!(send_error(404, "Not Found"), SendError::Unauthorised(_)));
        assert!(matches!(send_error(404, "Not Found: method not found"), SendError::Refused(_)));
        assert!(matches!(send_error(502, "Bad Gateway"), SendError::Temporary(_)));
        assert!(matches!(send_error(504, "Gateway Timeout"), SendError::Uncertain(_)));
    }

    #[test]
    fn a_pause_is_as_long_as_telegram_says() {
        let error = ApiError {
            code: 429,
            description: "Too Many Requests: retry after 7".to_owned(),
            retry_after: Some(Duration::from_secs(7)),
            migrate_to: None,
        };
        let SendError::Temporary(wait) = SendError::from(Failed::Refused(error)) else { panic!("a wait") };
        assert_eq!(
            (wait.retry_after, wait.told, wait.scope),
            (Duration::from_secs(7), true, WaitScope::Account)
        );
    }

    #[test]
    fn what_may_have_gone_out_is_uncertain_and_what_cannot_have_is_not() {
        let unknown = SendError::from(Failed::Lost(Lost::Unknown("x")));
        assert!(matches!(unknown, SendError::Uncertain(_)));
        let unwritten = SendError::from(Failed::Lost(Lost::NotWritten("x")));
        assert!(matches!(unwritten, SendError::Temporary(_)));
        assert!(matches!(SendError::from(Failed::Garbled { status: 200 }), SendError::Uncertain(_)));
        assert!(matches!(SendError::from(Failed::Garbled { status: 502 }), SendError::Uncertain(_)));
        assert!(matches!(SendError::from(Failed::Garbled { status: 503 }), SendError::Temporary(_)));
    }
}
