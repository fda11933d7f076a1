//! All that the answer depends on.

use super::Moment;
use crate::capabilities::Capabilities;
use crate::channel::ChannelState;
use crate::conversation::ConversationKind;

/// What is to be sent, by whom, to whom, through what, and when.
#[derive(Debug, Clone, Copy)]
pub struct Situation<'a> {
    /// What the channel can do.
    pub capabilities: &'a Capabilities,
    /// How its connection stands.
    pub channel: ChannelState,
    /// An admin has switched it off for a while.
    pub paused: bool,
    /// The kind of conversation.
    pub kind: ConversationKind,
    /// The present.
    pub now: Moment,
    /// When the person last wrote, by the platform's clock; `None` when they never did.
    pub last_inbound: Option<Moment>,
    /// Who sends.
    pub sender: Sender,
    /// Who gets it.
    pub person: Person<'a>,
    /// The platform has granted our application the longer window for people (Meta's `HUMAN_AGENT`).
    pub human_agent_granted: bool,
    /// We answer in the name of somebody's own account; `None` everywhere else.
    pub business: Option<BusinessConnection>,
    /// The comment that a private reply answers; in comment conversations only.
    pub comment: Option<Comment>,
    /// What is to be sent.
    pub what: What,
}

/// Who sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sender {
    /// A person who decided to send this, now.
    Human,
    /// Automation, a campaign, a bot, a program that uses the API.
    Machine,
}

/// What is known of the person.
#[derive(Debug, Clone, Copy)]
pub struct Person<'a> {
    /// Messages reach them: they did not block us, and have an account.
    pub reachable: bool,
    /// Kinds of messages they do not want, in the platform's words: `marketing_messages`.
    pub opted_out: &'a [String],
}

/// What the owner of an account lets us do in their name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BusinessConnection {
    /// It works.
    pub enabled: bool,
    /// We may answer; otherwise only read.
    pub may_reply: bool,
    /// We may take back what we sent.
    pub may_delete_sent: bool,
}

/// A public comment that may be answered in private, once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Comment {
    /// When it was written, by the platform's clock.
    pub at: Moment,
    /// It has been.
    pub answered: bool,
}

/// What is to be sent, or done to a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// Words of our own; in public, an answer below the comment.
    Text,
    /// A file, with or without words.
    File,
    /// A place.
    Location,
    /// Contact cards.
    ContactCards,
    /// Words with buttons.
    Buttons,
    /// Words with a menu of choices.
    List,
    /// An approved template.
    Template(TemplateCategory),
    /// A private message that answers a public comment.
    PrivateReply,
    /// Our reaction to a message, or taking it off.
    Reaction(Target),
    /// Other words for a message of ours.
    Edit(Target),
    /// Taking a message of ours back.
    Delete(Target),
}

/// The message that something is done to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target {
    /// When the platform got it or gave it to us; `None` while it has not.
    pub sent_at: Option<Moment>,
    /// We sent it, through this very program: what the business wrote elsewhere is not ours to change.
    pub ours: bool,
    /// It was taken back.
    pub deleted: bool,
}

/// What a template is for: it decides who wants it, and what it costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TemplateCategory {
    /// Offers, news.
    Marketing,
    /// About an order, an appointment, an account.
    Utility,
    /// One-time codes.
    Authentication,
    /// One that this version does not know.
    Other,
}

impl TemplateCategory {
    /// Reads the platform's word; capitals do not matter.
    #[must_use]
    pub fn from_word(word: &str) -> Self {
        let is = |known: &str| word.eq_ignore_ascii_case(known);
        if is("marketing") {
            Self::Marketing
        } else if is("utility") {
            Self::Utility
        } else if is("authentication") {
            Self::Authentication
        } else {
            Self::Other
        }
    }

    /// Whether a kind of messages that somebody does not want covers it.
    #[must_use]
    pub fn is_of(self, kind: &str) -> bool {
        self == Self::Marketing && kind.eq_ignore_ascii_case("marketing_messages")
    }
}
