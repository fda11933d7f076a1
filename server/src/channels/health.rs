//! How channels are doing: what their providers say, asked every few minutes and on demand. The last answer is kept;
//! what changed since the one before is recorded, and alerts where it is bad.

mod changes;
mod expiry;
mod figures;
mod gauges;
mod job;
mod renew;

use channel_core::{CallError, Check, CheckState, Health};
use serde_json::json;
use shared::{AuditAction, ChannelId, ChannelState, TargetKind, WorkspaceId};

use super::accounts::{self, LiveAccount};
use super::events::{ChannelEventKind, NewChannelEvent, record_event};
use super::provider::{adapter_of, call_problem};
use super::store::Channel;
use super::store::health::{self as store, Kept};
use super::{Outcome, channels_by_ids, unauthorised};
use crate::app::App;
use crate::audit::Entry;
use crate::db::WorkspaceTx;
use crate::error::AppError;
use crate::graphql::Problem;
use crate::realtime::Event;
use crate::viewer::{Actor, Viewer};

pub use figures::{ChannelHealth, HealthState, health_of};
pub(crate) use gauges::keep_gauges;
pub use job::{PROBE, probe_job};

/// A check of our own: what came back when the provider was asked.
const PROVIDER: &str = "provider";

/// Asks the provider now, for an admin.
///
/// # Errors
/// [`AppError::NotFound`], or when the database or the key file refuses.
pub async fn check_channel(app: &App, by: &Viewer, id: ChannelId) -> Result<Outcome<Channel>, AppError> {
    let live = accounts::live_account(app, by.workspace_id, id).await?;
    let Some(live) = live.filter(|live| live.connected) else { return Err(AppError::NotFound("channel")) };
    if live.state == ChannelState::Disconnected {
        return Ok(Err(Problem::new("DISCONNECTED", "The channel is disconnected: connect it first.")));
    }
    let asked = match ask(app, by.workspace_id, &live).await? {
        Asked::Nobody => {
            return Ok(Err(Problem::new("UNSUPPORTED", "There is no provider behind this channel.")));
        }
        Asked::Busy(error) => Err(call_problem(error)),
        Asked::Told => Ok(()),
    };
    let mut tx = app.db.workspace(by.workspace_id).await?;
    let channel = channels_by_ids(&mut tx, &[id]).await?.pop().ok_or(AppError::NotFound("channel"))?;
    tx.audit(
        Entry::new(by.actor(), AuditAction::ChannelChecked)
            .on(TargetKind::Channel, id.0)
            .with(json!({ "name": channel.name, "answered": asked.is_ok() })),
    );
    tx.commit().await?;
    Ok(asked.map(|()| channel))
}

/// What came of asking.
enum Asked {
    /// There is no provider behind the channel.
    Nobody,
    /// The provider said how the account is, or that it is not.
    Told,
    /// It did not answer.
    Busy(CallError),
}

/// Asks the provider, and keeps what it says.
async fn ask(app: &App, workspace_id: WorkspaceId, live: &LiveAccount) -> Result<Asked, AppError> {
    let adapter = adapter_of(app, workspace_id, live.kind).ok();
    let (Some(adapter), Some(webhook)) = (adapter, live.webhook()) else { return Ok(Asked::Nobody) };
    let id = live.account.channel_id;
    let answer = adapter.probe(&live.account, webhook).await;
    let outcome = match &answer {
        Ok(health) => severity(health.state()),
        Err(CallError::Unauthorised(_)) => "token_dead",
        Err(CallError::Refused { .. }) => "refused",
        Err(CallError::Temporary(_)) => "busy",
    };
    metrics::counter!("switchboard_channel_checks_total", "kind" => live.kind.as_str(), "outcome" => outcome)
        .increment(1);
    let health = match answer {
        Ok(health) => health,
        Err(CallError::Unauthorised(words)) => {
            let dead = broken("token", &words);
            if unauthorised::token_refused(app, workspace_id, &live.account, &words).await? {
                keep(app, workspace_id, id, dead, false).await?;
            }
            return Ok(Asked::Told);
        }
        Err(CallError::Refused { words, .. }) => broken(PROVIDER, &words),
        Err(busy) => {
            note_silence(app, workspace_id, id, &busy).await?;
            return Ok(Asked::Busy(busy));
        }
    };
    let usable = !health.checks.iter().any(|check| {
        check.state == CheckState::Broken && matches!(check.name.as_str(), "token" | "permissions" | PROVIDER)
    });
    keep(app, workspace_id, id, health, usable).await?;
    Ok(Asked::Told)
}

fn broken(name: &str, words: &str) -> Health {
    let check = Check { name: name.to_owned(), state: CheckState::Broken, words: words.to_owned() };
    Health { checks: vec![check], ..Health::default() }
}

/// Keeps an answer, and records what changed. `usable`: the provider accepts the token, so a channel that waits to be
/// connected again need not wait any longer.
async fn keep(
    app: &App,
    workspace_id: WorkspaceId,
    id: ChannelId,
    mut health: Health,
    usable: bool,
) -> Result<(), AppError> {
    let mut tx = app.db.workspace(workspace_id).await?;
    let Some(before) = store::lock(&mut tx, id).await? else { return Ok(()) };
    if health.token_expires_at.is_none() {
        health.token_expires_at = before.credential_expires_at;
    }
    let now = chrono::Utc::now();
    let mut events = Vec::new();
    if before.state == ChannelState::Connected {
        events = changes::between(before.kept.as_ref(), &health);
        events.extend(expiry::alarm(before.kept.as_ref(), &health, now));
    }
    let recovered = usable && before.state == ChannelState::Reconnect;
    if recovered {
        recover(&mut tx, id).await?;
    }
    for event in events {
        record_event(&mut tx, id, event).await?;
    }
    if before.kept.as_ref().is_none_or(|kept| kept.health.state() != health.state()) {
        tx.publish(Event::workspace());
    }
    store::put(&mut tx, id, &health, now).await?;
    tx.commit().await?;
    if recovered {
        app.accounts.forget(workspace_id, id).await;
    }
    Ok(())
}

/// The provider accepts the token after all: a refusal of a moment, or somebody put it right there.
async fn recover(tx: &mut WorkspaceTx, id: ChannelId) -> Result<(), AppError> {
    store::recover(tx, id).await?;
    let words = "The provider accepts the token again: what waited goes out.";
    record_event(tx, id, NewChannelEvent::new(ChannelEventKind::Connected, CheckState::Good, words)).await?;
    tx.audit(
        Entry::new(Actor::system(), AuditAction::ChannelReconnected)
            .on(TargetKind::Channel, id.0)
            .with(json!({ "reason": "the provider accepts the token again" })),
    );
    tx.publish(Event::workspace());
    Ok(())
}

/// The provider does not answer. A moment of that is nothing; half an hour is worth a look.
async fn note_silence(
    app: &App,
    workspace_id: WorkspaceId,
    id: ChannelId,
    busy: &CallError,
) -> Result<(), AppError> {
    let mut tx = app.db.workspace(workspace_id).await?;
    let Some(before) = store::lock(&mut tx, id).await? else { return Ok(()) };
    let Some(Kept { health, checked_at }) = before.kept else { return Ok(()) };
    let known = health.checks.iter().any(|check| check.name == PROVIDER);
    if known || chrono::Utc::now() - checked_at < changes::SILENCE {
        return Ok(());
    }
    let reason = match busy {
        CallError::Temporary(wait) => wait.reason.clone(),
        other => other.to_string(),
    };
    let check = Check {
        name: PROVIDER.to_owned(),
        state: CheckState::Warning,
        words: format!("The provider has not answered for half an hour: {reason}."),
    };
    let event = NewChannelEvent::new(ChannelEventKind::Health, check.state, check.words.clone())
        .with(json!({ "check": PROVIDER }));
    record_event(&mut tx, id, event).await?;
    let mut silent = health;
    silent.checks.push(check);
    silent.checks.sort_by_key(|check| std::cmp::Reverse(check.state));
    store::put(&mut tx, id, &silent, checked_at).await?;
    tx.commit().await?;
    Ok(())
}

const fn severity(state: CheckState) -> &'static str {
    super::events::severity_name(state)
}
