//! The answer.

use std::time::Duration;

use super::{Moment, TemplateCategory, What};

/// Whether what was asked for may be sent, and what else may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// Until when what was asked for may be sent, or why not.
    pub answer: Result<Permit, Refusal>,
    /// Everything new that may be sent at this moment.
    pub forms: Forms,
}

impl Verdict {
    /// What was asked for may be sent.
    #[must_use]
    pub const fn is_allowed(&self) -> bool {
        self.answer.is_ok()
    }
}

/// It may be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Permit {
    /// The first moment at which this no longer holds; `None` is for ever. Ask again then: a person may still have
    /// another permit.
    pub until: Option<Moment>,
    /// Only as a person's own act, and marked as such for the platform (Meta's `HUMAN_AGENT`).
    pub as_human_agent: bool,
    /// It waits in line for as long as this lasts.
    pub hold: Option<Hold>,
}

impl Permit {
    pub(super) const ALWAYS: Self = Self { until: None, as_human_agent: false, hold: None };

    pub(super) const fn until(moment: Moment) -> Self {
        Self { until: Some(moment), ..Self::ALWAYS }
    }

    /// What both allow.
    pub(super) fn and(self, other: Self) -> Self {
        let until = match (self.until, other.until) {
            (Some(one), Some(two)) => Some(one.min(two)),
            (one, two) => one.or(two),
        };
        Self {
            until,
            as_human_agent: self.as_human_agent || other.as_human_agent,
            hold: self.hold.or(other.hold),
        }
    }
}

/// Why what is sent waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hold {
    /// An admin has paused the channel.
    Paused,
    /// Its credentials no longer work.
    Reconnect,
}

/// It may not be sent, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The channel is disconnected.
    Disconnected,
    /// The channel, or this kind of conversation, has no such thing.
    NotPossible(What),
    /// The owner of the account does not let us, or no longer.
    NotLetByOwner,
    /// Messages do not reach the person.
    Unreachable,
    /// The person does not want such templates.
    OptedOut(TemplateCategory),
    /// The person has never written, and we may not begin with this.
    NotStarted {
        /// But we may with a template.
        templates: bool,
    },
    /// The person wrote too long ago.
    WindowClosed {
        /// When it closed.
        at: Moment,
        /// How long it was open.
        window: Duration,
        /// Templates go through.
        templates: bool,
    },
    /// Machines may no longer answer, people may.
    OnlyAPerson {
        /// For so long.
        until: Moment,
    },
    /// It is too late to change, to take back, to react, to answer in private.
    TooLate {
        /// How long it could be done.
        time: Duration,
    },
    /// There is no comment to answer in private.
    NothingToAnswer,
    /// The comment has had its one private answer.
    AnsweredInPrivate,
    /// The message is not ours to change.
    NotOurs,
    /// The platform does not have the message yet.
    NotSentYet,
    /// The message was taken back.
    TargetGone,
}

/// A way of saying something new.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Form {
    /// Words.
    Text,
    /// A file.
    File,
    /// A place.
    Location,
    /// Contact cards.
    ContactCards,
    /// Words with buttons.
    Buttons,
    /// Words with a menu.
    List,
    /// A template, at least of some category.
    Template,
    /// A private answer to a comment.
    PrivateReply,
}

impl Form {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Text,
        Self::File,
        Self::Location,
        Self::ContactCards,
        Self::Buttons,
        Self::List,
        Self::Template,
        Self::PrivateReply,
    ];

    pub(super) const fn what(self) -> What {
        match self {
            Self::Text => What::Text,
            Self::File => What::File,
            Self::Location => What::Location,
            Self::ContactCards => What::ContactCards,
            Self::Buttons => What::Buttons,
            Self::List => What::List,
            Self::Template => What::Template(TemplateCategory::Other),
            Self::PrivateReply => What::PrivateReply,
        }
    }
}

/// A set of forms.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Forms(u8);

impl Forms {
    /// Whether it is among them.
    #[must_use]
    pub const fn has(self, form: Form) -> bool {
        self.0 & (1 << form as u8) != 0
    }

    /// There is none.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

impl FromIterator<Form> for Forms {
    fn from_iter<Of: IntoIterator<Item = Form>>(forms: Of) -> Self {
        Self(forms.into_iter().fold(0, |set, form| set | 1 << form as u8))
    }
}
