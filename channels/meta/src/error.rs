//! What Graph answers when it says no, and how calls fail.
//!
//! Logic is built on `code`, then `error_subcode`; HTTP status and titles are not stable
//! (`protocols/meta-common.md` 7).

mod convert;
mod meaning;

use std::time::Duration;

use channel_core::{FileGone, Lost, Refusal, RefusalReason};

pub use meaning::{Meaning, Pause};

use crate::json::Object;

/// Longest text of Meta's that is kept, in characters.
const WORDS_CHARS_MAX: usize = 300;

/// A call that has no result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failed {
    /// The exchange broke.
    Lost(Lost),
    /// Something answered, but not as Graph does.
    Garbled {
        /// The HTTP status.
        status: u16,
    },
    /// Graph said no.
    Refused(Box<GraphError>),
    /// There is no token, or it cannot be one.
    NoToken,
    /// A file of ours cannot be read.
    File(FileGone),
}

/// An error of Graph's: in an answer, in a status, or in a delivery.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GraphError {
    /// `code`.
    pub code: i64,
    /// `error_subcode`.
    pub subcode: Option<i64>,
    /// `message`, or `title` where there is none; without anything that looks like a token.
    pub message: String,
    /// `error_data.details`, likewise.
    pub details: Option<String>,
    /// `error_user_msg`, likewise.
    pub user_message: Option<String>,
    /// `is_transient`.
    pub transient: bool,
    /// `fbtrace_id`: what Meta's support asks for.
    pub trace: Option<String>,
    /// The status of the answer; none in a delivery.
    pub http_status: Option<u16>,
    /// How long Meta says that we must wait.
    pub wait: Option<Duration>,
}

impl GraphError {
    /// Reads an error object: the `error` of an answer, or one of `errors[]`.
    #[must_use]
    pub fn read(error: Object<'_>) -> Self {
        let words = |key: &str| error.text(key).map(cleaned);
        let details = error.object("error_data").and_then(|data| data.text("details")).map(cleaned);
        Self {
            code: error.whole("code").unwrap_or_default(),
            subcode: error.whole("error_subcode").filter(|subcode| *subcode != 0),
            message: words("message").or_else(|| words("title")).unwrap_or_default(),
            details,
            user_message: words("error_user_msg"),
            transient: error.flag("is_transient"),
            trace: error.owned("fbtrace_id").map(|trace| trace.chars().take(64).collect()),
            http_status: None,
            wait: None,
        }
    }

    /// Code and sub-code, for admins: `190/463`.
    #[must_use]
    pub fn shown_code(&self) -> String {
        match self.subcode {
            Some(subcode) => format!("{}/{subcode}", self.code),
            None => self.code.to_string(),
        }
    }

    /// Code, sub-code, Meta's own words and its trace, for admins and for Meta's support.
    #[must_use]
    pub fn shown(&self) -> String {
        let mut text = self.shown_code();
        for part in [Some(self.words()), self.trace.as_deref()].into_iter().flatten() {
            if !part.is_empty() {
                text.push_str(": ");
                text.push_str(part);
            }
        }
        text
    }

    /// Meta's own words, the most useful ones first.
    #[must_use]
    pub fn words(&self) -> &str {
        self.user_message.as_deref().or(self.details.as_deref()).unwrap_or(&self.message)
    }

    /// Message or details, in lower case, have this part.
    #[must_use]
    pub fn says(&self, part: &str) -> bool {
        let has = |text: &str| text.to_ascii_lowercase().contains(part);
        has(&self.message) || self.details.as_deref().is_some_and(has)
    }

    /// What it means for what we do next.
    #[must_use]
    pub fn meaning(&self) -> Meaning {
        meaning::of(self)
    }

    /// The error as the end of a message, whatever its class: for one that a status or a delivery reports.
    #[must_use]
    pub fn refusal(&self) -> Refusal {
        let (reason, words) = match self.meaning() {
            Meaning::Refused(reason, words) => (reason, words),
            Meaning::Dead(words) => (RefusalReason::AccountRights, words),
            Meaning::Wait(pause) => (RefusalReason::Other, pause.words),
            Meaning::PerhapsDone => (RefusalReason::Other, "Meta does not say whether the message went out."),
        };
        let words = match (words, self.words()) {
            ("", "") => format!("Meta refused it with error {}.", self.shown_code()),
            ("", theirs) => format!("Meta refused it: {theirs}"),
            (ours, _) => ours.to_owned(),
        };
        Refusal { reason, words, code: Some(self.shown()) }
    }
}

/// Without control characters and without what looks like a token (Meta quotes malformed ones), cut to a sane length.
fn cleaned(text: &str) -> String {
    let short: String = text.chars().filter(|c| !c.is_control()).take(WORDS_CHARS_MAX).collect();
    if !short.split(|c: char| !is_token_character(c)).any(looks_like_token) {
        return short;
    }
    let mut clean = String::with_capacity(short.len());
    let mut rest = short.as_str();
    while !rest.is_empty() {
        let end = rest.find(|c| !is_token_character(c)).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        clean.push_str(if looks_like_token(word) { "<token>" } else { word });
        let gap = after.find(is_token_character).unwrap_or(after.len());
        let (between, next) = after.split_at(gap);
        clean.push_str(between);
        rest = next;
    }
    clean
}

const fn is_token_character(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '|' | '_' | '-')
}

/// Meta's tokens begin with `EAA`, `EAB`, `IGAA` …; an app's own is its id, `|` and its secret. Ids are digits only.
fn looks_like_token(word: &str) -> bool {
    let long = word.len() >= 32 && word.chars().any(|c| c.is_ascii_alphabetic());
    long || (word.starts_with("EA") && word.len() >= 16) || (word.contains('|') && word.len() >= 16)
}

#[cfg(test)]
mod tests;
