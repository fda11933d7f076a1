//! Why a send failed, cut by what the caller does next.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Why a send failed, cut by what the caller does next: wait, tell the agent, follow the thread to its new id,
/// look before resending, reconnect. No variant ever holds a token, an address with one, or message text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// **Wait.** Nothing was sent; the same call may succeed later.
    #[error("the provider is busy; try again in {} s", .0.retry_after.as_secs())]
    Temporary(Wait),
    /// **Tell the agent.** Nothing was sent, and the same call will not succeed.
    #[error("the provider refused the message: {0}")]
    Refused(Refusal),
    /// **Follow.** Nothing was sent; the thread has another id now. Move it, then send once more.
    #[error("the thread has moved to another id")]
    Moved {
        /// The thread's id from now on.
        to: String,
    },
    /// **Look before resending.** Never repeat this blindly ([`Act::makes_message`](crate::Act::makes_message)).
    #[error("no answer came, the message may have gone out: {0}")]
    Uncertain(String),
    /// **Reconnect.** Nothing was sent; hold everything of this channel until somebody connects it again.
    #[error("the channel's credentials no longer work: {0}")]
    Unauthorised(String),
}

/// How long to wait, and with what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wait {
    /// Not before.
    pub retry_after: Duration,
    /// The provider itself said so; otherwise it is a guess, to be lengthened with each failure.
    pub told: bool,
    /// What waits.
    pub scope: WaitScope,
    /// Why, for the log and the health page.
    pub reason: String,
}

impl Wait {
    /// A guess, since the provider said nothing.
    #[must_use]
    pub fn guess(reason: impl Into<String>) -> Self {
        Self {
            retry_after: Duration::from_secs(2),
            told: false,
            scope: WaitScope::Thread,
            reason: reason.into(),
        }
    }
}

/// What has to wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WaitScope {
    /// This person's thread.
    Thread,
    /// Everything the account sends.
    Account,
    /// Everything that our application does at the provider.
    Application,
}

/// A message that cannot go out, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{words}")]
pub struct Refusal {
    /// Why, for the program.
    pub reason: RefusalReason,
    /// Why and what can be done, for the agent.
    pub words: String,
    /// The provider's own code, with its sub-code or text; for admins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
}

impl Refusal {
    /// A refusal of our own, before the provider is asked.
    #[must_use]
    pub fn new(reason: RefusalReason, words: impl Into<String>) -> Self {
        Self { reason, words: words.into(), code: None }
    }

    /// What the refusal says something about.
    #[must_use]
    pub const fn concern(&self) -> Concern {
        self.reason.concern()
    }
}

/// Why a message cannot go out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefusalReason {
    /// The person blocked us, left, or has no account any more.
    Unreachable,
    /// The person has never written to us, and we may not begin.
    NotStarted,
    /// The person does not want messages of this kind.
    OptedOut,
    /// The platform does not know this person or thread.
    UnknownRecipient,
    /// The window for free answers is closed; a template may go through.
    WindowClosed,
    /// Longer than the platform takes.
    TooLong,
    /// A file is larger than the platform takes.
    TooLarge,
    /// The platform does not take this kind of file or content.
    KindNotTaken,
    /// There is nothing in it.
    Empty,
    /// A file of ours is gone.
    FileGone,
    /// The message to change, quote or react to is gone, or too old.
    TargetGone,
    /// Changed already, or by then the same: nothing to do.
    NothingToDo,
    /// The template is missing, paused or not approved: read the templates again.
    Template,
    /// The template's parameters do not fit.
    TemplateParameters,
    /// The platform holds it to be spam, or against its rules.
    Policy,
    /// The account lacks a right or a feature: an admin has to act.
    AccountRights,
    /// The account cannot pay, is not registered, or is set up wrongly: an admin has to act.
    AccountSetup,
    /// The provider did not understand us: a fault of ours.
    Malformed,
    /// Anything else.
    Other,
}

/// What a refusal says something about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Concern {
    /// This message only.
    Message,
    /// The person: further messages will fail, too.
    Recipient,
    /// The channel: alert admins.
    Account,
}

impl RefusalReason {
    /// What it says something about.
    #[must_use]
    pub const fn concern(self) -> Concern {
        match self {
            Self::Unreachable | Self::NotStarted | Self::UnknownRecipient => Concern::Recipient,
            Self::AccountRights | Self::AccountSetup => Concern::Account,
            _ => Concern::Message,
        }
    }
}
