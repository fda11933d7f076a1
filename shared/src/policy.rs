//! May I send this now? The one answer, for the composer, the API, automation and campaigns.
//!
//! Pure: the clock, what the platform allows and what is known of the person come in with the [`Situation`]. A
//! platform may still refuse, and its word wins; what is refused here is not even tried.

mod moment;
mod situation;
#[cfg(test)]
mod tests;
mod verdict;
mod words;

use std::time::Duration;

pub use moment::Moment;
pub use situation::{BusinessConnection, Comment, Person, Sender, Situation, Target, TemplateCategory, What};
pub use verdict::{Form, Forms, Hold, Permit, Refusal, Verdict};

use crate::capabilities::{Allowed, Reactions};
use crate::channel::ChannelState;
use crate::conversation::ConversationKind;

/// Kept clear before the end of every time limit: clocks differ, and a send takes its time.
pub const MARGIN: Duration = Duration::from_mins(1);

/// How long a bot may answer in the name of somebody's own account (Telegram, `BusinessBotRights.can_reply`).
const BUSINESS_WINDOW: Duration = Duration::from_hours(24);

/// Says whether what the situation asks for may be sent, until when or why not, and what else may be.
#[must_use]
pub fn may_send(situation: &Situation<'_>) -> Verdict {
    let forms = Form::ALL.iter().copied().filter(|form| answer(situation, form.what()).is_ok()).collect();
    Verdict { answer: answer(situation, situation.what), forms }
}

fn answer(situation: &Situation<'_>, what: What) -> Result<Permit, Refusal> {
    if situation.channel == ChannelState::Disconnected {
        return Err(Refusal::Disconnected);
    }
    if !possible(situation, what) {
        return Err(Refusal::NotPossible(what));
    }
    by_business_connection(situation, what)?;
    // A public answer stands below the post, whoever may read it.
    let public = in_public(situation) && matches!(what, What::Text);
    if !situation.person.reachable && !public {
        return Err(Refusal::Unreachable);
    }
    let permit = match what {
        What::Template(category) => by_wish(situation, category),
        What::PrivateReply => private_reply(situation),
        What::Delete(target) => on_ours(situation, target, situation.capabilities.delete),
        What::Edit(target) => {
            let as_edit = on_ours(situation, target, situation.capabilities.edit)?;
            Ok(as_edit.and(in_window(situation)?))
        }
        What::Reaction(target) => {
            let as_reaction = to_message(situation, target)?;
            Ok(as_reaction.and(in_window(situation)?))
        }
        _ => in_window(situation),
    }?;
    Ok(Permit { hold: hold(situation), ..permit })
}

/// Whether the channel has such a thing at all.
fn possible(situation: &Situation<'_>, what: What) -> bool {
    let can = situation.capabilities;
    if in_public(situation) {
        let private = matches!(what, What::PrivateReply) && can.private_reply != Allowed::Never;
        return private || matches!(what, What::Text);
    }
    match what {
        What::Text => true,
        What::File => !can.media.is_empty(),
        What::Location => can.locations,
        What::ContactCards => can.contact_cards,
        What::Buttons => can.buttons.is_some(),
        What::List => can.lists.is_some(),
        What::Template(_) => can.templates,
        What::PrivateReply => false,
        // Telegram: not for messages of a business account.
        What::Reaction(_) => can.reactions != Reactions::None && situation.business.is_none(),
        What::Edit(_) => can.edit != Allowed::Never,
        What::Delete(_) => can.delete != Allowed::Never,
    }
}

fn in_public(situation: &Situation<'_>) -> bool {
    situation.kind == ConversationKind::Comment
}

/// What the owner of the account that we speak for lets us do.
fn by_business_connection(situation: &Situation<'_>, what: What) -> Result<(), Refusal> {
    let Some(connection) = situation.business else { return Ok(()) };
    let right = match what {
        What::Delete(_) => connection.may_delete_sent,
        _ => connection.may_reply,
    };
    if connection.enabled && right { Ok(()) } else { Err(Refusal::NotLetByOwner) }
}

/// Free answers: for so long after the person last wrote, and a while longer for people than for machines.
fn in_window(situation: &Situation<'_>) -> Result<Permit, Refusal> {
    if in_public(situation) {
        return Ok(Permit::ALWAYS);
    }
    let can = situation.capabilities;
    let window = situation.business.map_or(can.reply_window, |_| {
        Some(can.reply_window.map_or(BUSINESS_WINDOW, |window| window.min(BUSINESS_WINDOW)))
    });
    let Some(last_inbound) = situation.last_inbound else {
        let may_begin = window.is_none() && (can.may_start || situation.kind == ConversationKind::Chat);
        return if may_begin {
            Ok(Permit::ALWAYS)
        } else {
            Err(Refusal::NotStarted { templates: can.templates })
        };
    };
    let Some(window) = window else { return Ok(Permit::ALWAYS) };
    let closes = end_of(last_inbound, window);
    if situation.now < closes {
        return Ok(Permit::until(closes));
    }
    let closed = Refusal::WindowClosed { at: closes, window, templates: can.templates };
    let Some(for_people) = can.human_agent_window.filter(|_| situation.human_agent_granted) else {
        return Err(closed);
    };
    let until = end_of(last_inbound, for_people);
    match situation.sender {
        _ if situation.now >= until => {
            Err(Refusal::WindowClosed { at: until, window: for_people, templates: can.templates })
        }
        Sender::Human => Ok(Permit { as_human_agent: true, ..Permit::until(until) }),
        Sender::Machine => Err(Refusal::OnlyAPerson { until }),
    }
}

/// Templates have no window, but some people do not want some of them.
fn by_wish(situation: &Situation<'_>, category: TemplateCategory) -> Result<Permit, Refusal> {
    if situation.person.opted_out.iter().any(|kind| category.is_of(kind)) {
        return Err(Refusal::OptedOut(category));
    }
    Ok(Permit::ALWAYS)
}

fn private_reply(situation: &Situation<'_>) -> Result<Permit, Refusal> {
    match situation.comment {
        None => Err(Refusal::NothingToAnswer),
        Some(Comment { answered: true, .. }) => Err(Refusal::AnsweredInPrivate),
        Some(Comment { at, .. }) => within(situation, at, situation.capabilities.private_reply),
    }
}

/// Changing what we sent ourselves.
fn on_ours(situation: &Situation<'_>, target: Target, allowed: Allowed) -> Result<Permit, Refusal> {
    if !target.ours {
        return Err(Refusal::NotOurs);
    }
    within(situation, platform_time(target)?, allowed)
}

fn to_message(situation: &Situation<'_>, target: Target) -> Result<Permit, Refusal> {
    let allowed = situation.capabilities.reaction_age_max.map_or(Allowed::Always, Allowed::For);
    within(situation, platform_time(target)?, allowed)
}

fn platform_time(target: Target) -> Result<Moment, Refusal> {
    if target.deleted {
        return Err(Refusal::TargetGone);
    }
    target.sent_at.ok_or(Refusal::NotSentYet)
}

fn within(situation: &Situation<'_>, since: Moment, allowed: Allowed) -> Result<Permit, Refusal> {
    match allowed {
        Allowed::Never => Err(Refusal::NotPossible(situation.what)),
        Allowed::Always => Ok(Permit::ALWAYS),
        Allowed::For(time) => {
            let until = end_of(since, time);
            if situation.now < until { Ok(Permit::until(until)) } else { Err(Refusal::TooLate { time }) }
        }
    }
}

fn end_of(start: Moment, time: Duration) -> Moment {
    start.plus(time).minus(MARGIN)
}

/// What is sent all the same waits in line for as long.
fn hold(situation: &Situation<'_>) -> Option<Hold> {
    if situation.channel == ChannelState::Reconnect {
        Some(Hold::Reconnect)
    } else if situation.paused {
        Some(Hold::Paused)
    } else {
        None
    }
}
