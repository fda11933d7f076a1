//! Texts that a platform approved for writing outside the window: kept as the platform keeps them, read anew when a
//! channel is connected, when the platform says that one changed, every few hours, and on demand.

mod changes;
mod fill;
mod job;
pub(super) mod status;

use std::collections::BTreeMap;

use channel_core::{CallError, Template, TemplateChange};
use serde_json::json;
use shared::{AuditAction, ChannelId, ChannelState, TargetKind, WorkspaceId};

use super::accounts::{self, LiveAccount};
use super::events::record_event;
use super::provider::{adapter_of, call_problem};
use super::store::Channel;
use super::store::templates::{self as store, NewTemplate};
use super::{Outcome, channels_by_ids, unauthorised};
use crate::app::App;
use crate::audit::Entry;
use crate::db::WorkspaceTx;
use crate::error::AppError;
use crate::graphql::Problem;
use crate::realtime::Event;
use crate::viewer::Viewer;

pub use super::store::templates::StoredTemplate;
pub use fill::{Filled, FilledHeader, FilledPart, Filling, blank_of, fill, needs_value};
pub use job::{SYNC, sync_job};
pub use status::why_not;

/// Most templates that are kept of one channel: what a business account may have.
const TEMPLATES_MAX: usize = 6_000;

/// Reads a channel's templates anew, for an admin.
///
/// # Errors
/// [`AppError::NotFound`], or when the database or the key file refuses.
pub async fn sync_templates(app: &App, by: &Viewer, id: ChannelId) -> Result<Outcome<Channel>, AppError> {
    let live = accounts::live_account(app, by.workspace_id, id).await?;
    let Some(live) = live.filter(|live| live.connected) else { return Err(AppError::NotFound("channel")) };
    if !adapter_of(app, by.workspace_id, live.kind).is_ok_and(|adapter| adapter.capabilities().templates) {
        return Ok(Err(Problem::new("UNSUPPORTED", "This platform has no templates.")));
    }
    if live.state == ChannelState::Disconnected {
        return Ok(Err(Problem::new("DISCONNECTED", "The channel is disconnected: connect it first.")));
    }
    let count = match sync(app, by.workspace_id, &live).await? {
        Ok(count) => count,
        Err(error) => return Ok(Err(call_problem(error))),
    };
    let mut tx = app.db.workspace(by.workspace_id).await?;
    let channel = channels_by_ids(&mut tx, &[id]).await?.pop().ok_or(AppError::NotFound("channel"))?;
    tx.audit(
        Entry::new(by.actor(), AuditAction::TemplatesSynced)
            .on(TargetKind::Channel, id.0)
            .with(json!({ "name": channel.name, "templates": count })),
    );
    tx.commit().await?;
    Ok(Ok(channel))
}

/// Asks the platform for all templates, and keeps them; how many there are, or why they cannot be had.
async fn sync(
    app: &App,
    workspace_id: WorkspaceId,
    live: &LiveAccount,
) -> Result<Result<usize, CallError>, AppError> {
    let Ok(adapter) = adapter_of(app, workspace_id, live.kind) else { return Ok(Ok(0)) };
    let templates = match adapter.templates(&live.account).await {
        Ok(templates) => templates,
        Err(error) => {
            if let CallError::Unauthorised(words) = &error {
                unauthorised::token_refused(app, workspace_id, &live.account, words).await?;
            }
            return Ok(Err(error));
        }
    };
    let mut tx = app.db.workspace(workspace_id).await?;
    let kept = keep(&mut tx, live.account.channel_id, templates).await?;
    tx.commit().await?;
    Ok(Ok(kept))
}

/// Stores what the platform lists, and records what that changes.
async fn keep(tx: &mut WorkspaceTx, id: ChannelId, templates: Vec<Template>) -> Result<usize, AppError> {
    if !store::lock_channel(tx, id).await? {
        return Ok(0); // disconnected meanwhile
    }
    // A name that was deleted and made anew is listed twice for a while: the one that can be sent counts.
    let mut listed: BTreeMap<(String, String), Template> = BTreeMap::new();
    for template in templates.into_iter().take(TEMPLATES_MAX) {
        let key = (template.name.clone(), template.language.clone());
        if template.can_be_sent() || !listed.contains_key(&key) {
            listed.insert(key, template);
        }
    }
    let known = store::known(tx, id).await?;
    let new: Vec<NewTemplate<'_>> = listed.values().map(NewTemplate::of).collect();
    store::put(tx, id, &new).await?;
    let gone: Vec<_> = known
        .iter()
        .filter(|known| !known.gone && !listed.contains_key(&(known.name.clone(), known.language.clone())))
        .collect();
    store::set_gone(tx, id, &gone.iter().map(|known| known.id).collect::<Vec<_>>()).await?;
    let changes = changes::between(&known, &listed);
    let changed = !changes.is_empty() || known.len() != listed.len();
    for event in changes::bounded(changes) {
        record_event(tx, id, event).await?;
    }
    if changed {
        tx.publish(Event::workspace());
    }
    Ok(listed.len())
}

/// The platform refused a template that we hold to be good: what we know of its templates is out of date.
///
/// # Errors
/// When the database refuses.
pub async fn out_of_date(tx: &mut WorkspaceTx, id: ChannelId) -> sqlx::Result<()> {
    job::owe(tx, id).await
}

/// The platform says that a template changed: what it says is kept at once, the rest is read anew.
///
/// # Errors
/// When the database refuses.
pub async fn changed(tx: &mut WorkspaceTx, id: ChannelId, change: &TemplateChange) -> sqlx::Result<()> {
    let updated = store::apply(tx, id, change).await?;
    let known = updated.clone().unwrap_or_else(|| changes::unknown(change));
    if let Some(event) = changes::of(&known, change) {
        record_event(tx, id, event).await?;
    }
    tx.publish(Event::workspace());
    if change.reload || updated.is_none() {
        job::owe(tx, id).await?;
    }
    Ok(())
}
