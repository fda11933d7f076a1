//! One call to a platform: whether it may be made at this moment, the call, and what came of it.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use channel_core::{
    Act, ChannelAccount, ChannelAdapter, Refusal, RefusalReason, SendError, SendReceipt, Transmission,
};
use chrono::Utc;
use futures::FutureExt as _;
use serde::Deserialize as _;
use shared::policy::{self, Moment, Person, Sender, Situation, TemplateCategory, What};
use shared::{Capabilities, ChannelState, ConversationKind, MessageStatus, WorkspaceId};

use super::allowed::Business;
use super::files::WorkspaceFiles;
use super::finish::Finished;
use super::known_media;
use super::outcome::{self, Facts, Failed, Outcome};
use super::settings::OutboxSettings;
use super::store::Begun;
use crate::app::App;
use crate::channels;

/// Makes the call that was begun.
pub(super) async fn make(
    app: Arc<App>,
    workspace_id: WorkspaceId,
    adapter: Arc<dyn ChannelAdapter>,
    settings: Arc<OutboxSettings>,
    line: Begun,
) -> Finished {
    let act = line.act.as_ref().map(Act::deserialize);
    let (act, unreadable) = match act {
        Some(Ok(act)) => (Some(act), false),
        Some(Err(_)) => (None, true),
        None => (None, false),
    };
    let outcome = match &act {
        None if unreadable => refused(RefusalReason::Malformed, "A newer version of Switchboard wrote this."),
        None => Outcome::Nothing, // nothing is left of it
        Some(act) => {
            let outcome = send(&app, workspace_id, &*adapter, &settings, &line, act).await;
            note(adapter.kind().as_str(), &line, &outcome);
            outcome
        }
    };
    Finished {
        id: line.id,
        channel_id: line.channel_id,
        lane: line.lane,
        token: line.token,
        transmission_id: line.transmission_id,
        message_id: line.message_id,
        conversation_id: line.conversation_id,
        undo: line.undo,
        act,
        outcome,
        at: Utc::now(),
    }
}

async fn send(
    app: &Arc<App>,
    workspace_id: WorkspaceId,
    adapter: &dyn ChannelAdapter,
    settings: &OutboxSettings,
    line: &Begun,
    act: &Act,
) -> Outcome {
    let known = line.status.unwrap_or(MessageStatus::Queued);
    if !matches!(known, MessageStatus::Queued | MessageStatus::Unknown) {
        return Outcome::Nothing; // the platform told us meanwhile
    }
    if line.expires_at.is_some_and(|expires_at| expires_at <= Utc::now()) {
        return Outcome::Nothing;
    }
    if let Some(refused) = not_allowed(&adapter.capabilities(), line, act) {
        return refused;
    }
    let Some(to) = line.recipient.clone() else {
        return refused(RefusalReason::UnknownRecipient, "The person is not known any more.");
    };
    let account = match channels::account(app, workspace_id, line.channel_id).await {
        Ok(Some(account)) => account,
        Ok(None) => return Outcome::NotNow, // disconnected meanwhile
        Err(error) => {
            tracing::warn!(channel.id = %line.channel_id, %error, "a channel's credentials cannot be opened");
            return Outcome::NotNow;
        }
    };
    let act = match known_media::fill_in(app, workspace_id, line.channel_id, act).await {
        Ok(act) => act,
        Err(error) => {
            tracing::debug!(%error, "files go out anew: what the platform has already could not be looked up");
            act.clone()
        }
    };
    let makes_message = act.makes_message();
    let transmission = Transmission {
        reference: reference(line),
        to,
        quote: line.quote.clone(),
        by_human: line.by_human,
        act,
    };
    let answer = call(app, workspace_id, adapter, &account, &transmission).await;
    if let Err(SendError::Unauthorised(words)) = &answer {
        // Another token may have come meanwhile: then the next try has it.
        if let Err(error) = channels::token_refused(app, workspace_id, &account, words).await {
            tracing::warn!(channel.id = %line.channel_id, %error, "a dead token could not be noted");
        }
        return Outcome::NotNow;
    }
    let age = (Utc::now() - line.queued_at).to_std().unwrap_or(Duration::ZERO);
    outcome::judge(answer, Facts { attempts: line.attempts, age, makes_message, moved: line.moved }, settings)
}

/// A panic in an adapter is silence: the request may have been written.
async fn call(
    app: &Arc<App>,
    workspace_id: WorkspaceId,
    adapter: &dyn ChannelAdapter,
    account: &ChannelAccount,
    transmission: &Transmission,
) -> Result<SendReceipt, SendError> {
    let files = WorkspaceFiles { app: Arc::clone(app), workspace_id };
    let sending = AssertUnwindSafe(adapter.send(account, transmission, &files)).catch_unwind();
    sending.await.unwrap_or_else(|_| {
        tracing::error!(channel.id = %account.channel_id, "the adapter panicked");
        Err(SendError::Uncertain("a fault of Switchboard".to_owned()))
    })
}

/// The same for every try of one transmission, and unique otherwise: the platform gives it back.
fn reference(line: &Begun) -> String {
    match line.transmission_id {
        Some(id) => id.to_string(),
        None => format!("act_{}_{}", line.channel_id.0.simple(), line.id),
    }
}

/// Whether the person may still be written to like this: the window may have closed while it waited.
fn not_allowed(capabilities: &Capabilities, line: &Begun, act: &Act) -> Option<Outcome> {
    let what = what_of(act, line.template_category.as_deref())?;
    let situation = Situation {
        capabilities,
        channel: ChannelState::Connected,
        paused: false,
        kind: line.conversation_kind.unwrap_or(ConversationKind::Direct),
        now: Moment::from(Utc::now()),
        last_inbound: line.last_inbound_at.map(Moment::from),
        sender: if line.by_human { Sender::Human } else { Sender::Machine },
        person: Person { reachable: line.reachable, opted_out: &line.opted_out },
        human_agent_granted: false,
        business: Business::of(
            line.connection_enabled,
            line.connection_may_reply,
            line.connection_may_delete,
        )
        .connection(),
        comment: None,
        what,
    };
    // Nothing is known of a conversation that is not ours to judge.
    line.conversation_id?;
    let refusal = policy::may_send(&situation).answer.err()?;
    Some(refused(reason_of(&refusal), &refusal.to_string()))
}

/// What an act is to the policy; none for acts that were judged when they were asked for.
pub(super) fn what_of(act: &Act, template_category: Option<&str>) -> Option<What> {
    Some(match act {
        Act::Text { buttons: Some(_), .. } => What::Buttons,
        Act::Text { .. } => What::Text,
        Act::Media { .. } | Act::Album { .. } => What::File,
        Act::List { .. } => What::List,
        Act::Location(_) => What::Location,
        Act::Contacts(_) => What::ContactCards,
        Act::Template(_) => {
            What::Template(template_category.map_or(TemplateCategory::Other, TemplateCategory::from_word))
        }
        _ => return None,
    })
}

/// The policy's word among those of platforms.
pub(super) fn reason_of(refusal: &policy::Refusal) -> RefusalReason {
    use policy::Refusal as R;
    match refusal {
        R::Unreachable => RefusalReason::Unreachable,
        R::OptedOut(_) => RefusalReason::OptedOut,
        R::NotStarted { .. } => RefusalReason::NotStarted,
        R::WindowClosed { .. } | R::OnlyAPerson { .. } => RefusalReason::WindowClosed,
        R::NotPossible(_) => RefusalReason::KindNotTaken,
        R::TooLate { .. } | R::TargetGone | R::NotSentYet | R::NotOurs => RefusalReason::TargetGone,
        R::NotLetByOwner | R::Disconnected => RefusalReason::AccountRights,
        R::NothingToAnswer | R::AnsweredInPrivate => RefusalReason::Other,
    }
}

fn refused(reason: RefusalReason, words: &str) -> Outcome {
    Outcome::Failed(Failed { refusal: Refusal::new(reason, words), dead: false })
}

fn note(kind: &'static str, line: &Begun, outcome: &Outcome) {
    let name = outcome.name();
    metrics::counter!("switchboard_outbox_calls_total", "channel" => kind, "outcome" => name).increment(1);
    match outcome {
        Outcome::Sent(_) | Outcome::Nothing => {
            tracing::debug!(channel.id = %line.channel_id, line = line.id, outcome = name, "handed over");
        }
        Outcome::Later(later) => tracing::info!(
            channel.id = %line.channel_id,
            line = line.id,
            attempts = line.attempts,
            wait_ms = later.wait.as_millis(),
            reason = later.words,
            "the platform is busy; trying again later"
        ),
        Outcome::Failed(failed) => tracing::info!(
            channel.id = %line.channel_id,
            line = line.id,
            attempts = line.attempts,
            reason = ?failed.refusal.reason,
            code = failed.refusal.code,
            "not sent"
        ),
        _ => tracing::info!(channel.id = %line.channel_id, line = line.id, outcome = name, "not sent yet"),
    }
}
