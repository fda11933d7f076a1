//! What the agent reads: what is the matter, and what to do.

use std::fmt;
use std::time::Duration;

use super::{Hold, Refusal, What};

impl Refusal {
    /// A name that stays, for the API and for logs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Disconnected => "DISCONNECTED",
            Self::NotPossible(_) => "NOT_POSSIBLE",
            Self::NotLetByOwner => "NOT_LET_BY_OWNER",
            Self::Unreachable => "UNREACHABLE",
            Self::OptedOut(_) => "OPTED_OUT",
            Self::NotStarted { .. } => "NOT_STARTED",
            Self::WindowClosed { .. } => "WINDOW_CLOSED",
            Self::OnlyAPerson { .. } => "ONLY_A_PERSON",
            Self::TooLate { .. } => "TOO_LATE",
            Self::NothingToAnswer => "NOTHING_TO_ANSWER",
            Self::AnsweredInPrivate => "ANSWERED_IN_PRIVATE",
            Self::NotOurs => "NOT_OURS",
            Self::NotSentYet => "NOT_SENT_YET",
            Self::TargetGone => "TARGET_GONE",
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Disconnected => {
                "This channel is disconnected. The history stays; an admin can connect it again in the settings."
            }
            Self::NotPossible(what) => return write!(f, "This channel cannot {}.", doing(*what)),
            Self::NotLetByOwner => {
                "The owner of this account does not let us do this. They can change it in their app's settings."
            }
            Self::Unreachable => {
                "Messages do not reach this person: they blocked us, left, or have no account any more. \
                 Once they write again, you can answer."
            }
            Self::OptedOut(_) => "This person does not want marketing messages. Other templates may be sent.",
            Self::NotStarted { templates: true } => {
                "This person has not written to you yet. Begin with an approved template."
            }
            Self::NotStarted { templates: false } => {
                "This person has not written to you yet, and on this channel only they can begin."
            }
            Self::WindowClosed { window, templates, .. } => {
                let then =
                    if *templates { "Send a template, or wait until they write." } else { "Wait until they write." };
                return write!(f, "The last message of this person is more than {} old. {then}", Span(*window));
            }
            Self::OnlyAPerson { .. } => "It is too late for an automatic answer; a person may still write one.",
            Self::TooLate { time } => return write!(f, "This can be done for {} only.", Span(*time)),
            Self::NothingToAnswer => "There is no comment to answer in private.",
            Self::AnsweredInPrivate => "This comment has been answered in private: the platform allows that once.",
            Self::NotOurs => "Only messages that were sent from here can be changed.",
            Self::NotSentYet => "The platform does not have this message yet. Try again once it is sent.",
            Self::TargetGone => "This message was deleted.",
        })
    }
}

fn doing(what: What) -> &'static str {
    match what {
        What::Text => "send text",
        What::File => "send files",
        What::Location => "send a place",
        What::ContactCards => "send contact cards",
        What::Buttons => "send buttons",
        What::List => "send a menu of choices",
        What::Template(_) => "send templates",
        What::PrivateReply => "answer in private",
        What::Reaction(_) => "send reactions",
        What::Edit(_) => "change what was sent",
        What::Delete(_) => "take back what was sent",
    }
}

impl fmt::Display for Hold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Paused => {
                "This channel is paused: what you send goes out once an admin switches it on again."
            }
            Self::Reconnect => {
                "This channel's access has ended: what you send goes out once an admin connects it again."
            }
        })
    }
}

/// Hours, or days from two on.
struct Span(Duration);

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hours = self.0.as_secs() / 3600;
        if hours > 48 { write!(f, "{} days", hours / 24) } else { write!(f, "{hours} hours") }
    }
}
