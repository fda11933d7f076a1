//! What may be sent in a conversation now, and what may be done with a message: `shared::policy`, asked with what the
//! inbox knows.

use shared::policy::{self, Forms, Hold, Moment, Permit, Person, Refusal, Sender, Situation, Target, What};
use shared::{AuthorKind, Capabilities, Direction, MessageStatus};

use crate::api::Timestamp;
use crate::api::conversations::Conversation;
use crate::api::messages::Message;

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;
/// From here on the countdown shows seconds.
const SECONDS_FROM_MS: i64 = 10 * MINUTE_MS;

/// Whether the agent may write freely.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Yes.
    Open {
        /// For so long.
        until: Option<Timestamp>,
        /// What is sent waits in line, and why.
        hold: Option<Hold>,
    },
    /// No.
    Locked {
        /// Why, and what to do.
        words: String,
        /// The window closed then.
        closed_at: Option<Timestamp>,
    },
}

/// What may be sent, and in which forms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answering {
    /// Free answers.
    pub standing: Standing,
    /// Everything that may be sent.
    pub forms: Forms,
}

impl Answering {
    /// As things stand at `now`, by the server's clock.
    #[must_use]
    pub fn of(conversation: &Conversation, now: Timestamp) -> Self {
        let Some(can) = Capabilities::of(conversation.channel.kind) else {
            let words = "This version cannot send on this channel yet.".to_owned();
            return Self { standing: Standing::Locked { words, closed_at: None }, forms: Forms::default() };
        };
        let verdict = policy::may_send(&situation(conversation, &can, now, What::Text));
        let standing = match verdict.answer {
            Ok(Permit { until, hold, .. }) => Standing::Open { until: until.map(timestamp), hold },
            Err(refusal) => locked(conversation, refusal),
        };
        Self { standing, forms: verdict.forms }
    }

    /// How long this shows the same, in milliseconds: until the countdown's next step, or for a minute.
    #[must_use]
    pub fn holds_for_ms(&self, now: Timestamp) -> u32 {
        let left = match &self.standing {
            Standing::Open { until: Some(until), .. } => until.since_ms(now),
            _ => return MINUTE_MS as u32,
        };
        let step = if left <= SECONDS_FROM_MS { 1_000 } else { MINUTE_MS };
        // A moment more: a timer that rings early would show the same again.
        u32::try_from(left.rem_euclid(step)).unwrap_or_default() + 20
    }
}

fn locked(conversation: &Conversation, refusal: Refusal) -> Standing {
    let mut words = refusal.to_string();
    // A sentence says more than ours; a mere state (`kicked`) says less.
    if refusal == Refusal::Unreachable
        && let Some(reason) = conversation.unreachable_reason.as_ref().filter(|reason| reason.contains(' '))
    {
        words = format!("{words} The platform says: {reason}");
    }
    let closed_at = match refusal {
        Refusal::WindowClosed { at, .. } => Some(timestamp(at)),
        _ => None,
    };
    Standing::Locked { words, closed_at }
}

fn situation<'a>(
    conversation: &'a Conversation,
    capabilities: &'a Capabilities,
    now: Timestamp,
    what: What,
) -> Situation<'a> {
    Situation {
        capabilities,
        channel: conversation.channel.state,
        paused: !conversation.channel.active,
        kind: conversation.kind,
        now: Moment(now.0),
        last_inbound: conversation.last_inbound_at.map(|at| Moment(at.0)),
        sender: Sender::Human,
        person: Person { reachable: conversation.reachable, opted_out: &conversation.opted_out },
        human_agent_granted: false,
        business: None,
        comment: None,
        what,
    }
}

fn timestamp(moment: Moment) -> Timestamp {
    Timestamp(moment.0)
}

/// Why a template of this category cannot be sent; `None`: it can.
#[must_use]
pub fn template_refused(conversation: &Conversation, category: &str, now: Timestamp) -> Option<String> {
    let can = Capabilities::of(conversation.channel.kind)?;
    let what = What::Template(policy::TemplateCategory::from_word(category));
    policy::may_send(&situation(conversation, &can, now, what))
        .answer
        .err()
        .map(|refusal| refusal.to_string())
}

/// What may be done with a message that is there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MessageActs {
    /// An answer can quote it.
    pub quote: bool,
    /// It can get other words.
    pub edit: bool,
    /// It can be taken back.
    pub delete: bool,
    /// We can react to it.
    pub react: bool,
    /// The platform refused it, and can be given it again.
    pub retry: bool,
    /// Nobody knows whether it went out: the agent can say.
    pub settle: bool,
}

impl MessageActs {
    /// As things stand at `now`, by the server's clock.
    #[must_use]
    pub fn of(message: &Message, conversation: &Conversation, now: Timestamp) -> Self {
        let said = matches!(message.direction, Direction::Inbound | Direction::Outbound);
        let deleted = message.deleted_at.is_some();
        let Some(can) = Capabilities::of(conversation.channel.kind).filter(|_| said && !deleted) else {
            return Self::default();
        };
        let ours = message.direction == Direction::Outbound;
        let status = message.status.filter(|_| ours);
        let has_it =
            !matches!(status, Some(MessageStatus::Queued | MessageStatus::Failed | MessageStatus::Unknown));
        let target = Target {
            sent_at: has_it.then_some(Moment(message.sent_at.0)),
            ours: ours && message.author.kind != AuthorKind::Outside,
            deleted,
        };
        let may = |what| policy::may_send(&situation(conversation, &can, now, what)).is_allowed();
        Self {
            quote: can.quotes && has_it,
            edit: !message.text.is_empty() && may(What::Edit(target)),
            delete: may(What::Delete(target)),
            react: may(What::Reaction(target)),
            retry: status == Some(MessageStatus::Failed),
            settle: status == Some(MessageStatus::Unknown),
        }
    }
}

/// How long the window stays open: `21 h 04`, `42 min`, `9:41`.
#[must_use]
pub fn time_left(ms: i64) -> String {
    let ms = ms.max(0);
    let minutes = ms / MINUTE_MS;
    if ms <= SECONDS_FROM_MS {
        format!("{minutes}:{:02}", ms / 1000 % 60)
    } else if ms < HOUR_MS {
        format!("{minutes} min")
    } else if ms < 100 * HOUR_MS {
        format!("{} h {:02}", minutes / 60, minutes % 60)
    } else {
        format!("{} days", minutes / 60 / 24)
    }
}

/// Less than an hour is left.
#[must_use]
pub fn is_urgent(ms: i64) -> bool {
    ms < HOUR_MS
}

#[cfg(test)]
mod tests;
