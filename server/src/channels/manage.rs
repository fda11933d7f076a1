//! Changing what every channel has: its name, whether it is on, and what its contacts see of us.

use serde_json::json;
use shared::{AuditAction, ChannelId, TargetKind};

use super::provider::adapter_of;
use super::store::{self, Channel};
use super::{Outcome, settings};
use crate::app::App;
use crate::audit::Entry;
use crate::db::WorkspaceTx;
use crate::error::AppError;
use crate::graphql::Problem;
use crate::realtime::Event;
use crate::viewer::Viewer;

/// Locks a channel that members see.
async fn locked(tx: &mut WorkspaceTx, id: ChannelId) -> Result<Channel, AppError> {
    let channel = store::lock(tx, id).await?.filter(|channel| channel.connected_at.is_some());
    channel.ok_or(AppError::NotFound("channel"))
}

/// Gives a channel another name.
///
/// # Errors
/// [`AppError::NotFound`], or when the database refuses.
pub async fn rename_channel(
    app: &App,
    by: &Viewer,
    id: ChannelId,
    name: &str,
) -> Result<Outcome<Channel>, AppError> {
    let name = match settings::checked_name(Some(name)) {
        Ok(name) => name.unwrap_or_default(),
        Err(problem) => return Ok(Err(problem)),
    };
    let mut tx = app.db.workspace(by.workspace_id).await?;
    let mut channel = locked(&mut tx, id).await?;
    if channel.name == name {
        return Ok(Ok(channel));
    }
    let before = std::mem::replace(&mut channel.name, name);
    store::update(&mut tx, id, &channel.name, &channel.settings, channel.active).await?;
    tx.audit(
        Entry::new(by.actor(), AuditAction::ChannelUpdated)
            .on(TargetKind::Channel, id.0)
            .with(json!({ "changes": { "name": [before, channel.name] } })),
    );
    tx.publish(Event::workspace());
    tx.commit().await?;
    app.widgets.forget(&channel.platform_account_id);
    Ok(Ok(channel))
}

/// Switches a channel on or off. Off, a web chat takes nothing in; a channel with a provider goes on taking in what
/// arrives, and sends nothing out until it is on again.
///
/// # Errors
/// [`AppError::NotFound`], or when the database refuses.
pub async fn set_active(app: &App, by: &Viewer, id: ChannelId, active: bool) -> Result<Channel, AppError> {
    let mut tx = app.db.workspace(by.workspace_id).await?;
    let mut channel = locked(&mut tx, id).await?;
    if channel.active == active {
        return Ok(channel);
    }
    channel.active = active;
    store::update(&mut tx, id, &channel.name, &channel.settings, active).await?;
    let action = if active { AuditAction::ChannelActivated } else { AuditAction::ChannelDeactivated };
    tx.audit(
        Entry::new(by.actor(), action).on(TargetKind::Channel, id.0).with(json!({ "name": channel.name })),
    );
    tx.publish(Event::workspace());
    tx.commit().await?;
    app.widgets.forget(&channel.platform_account_id);
    app.accounts.forget(by.workspace_id, id).await;
    Ok(channel)
}

/// Sets what contacts see of us; what is absent stays.
///
/// # Errors
/// [`AppError::NotFound`], or when the database refuses.
pub async fn update_provider_settings(
    app: &App,
    by: &Viewer,
    id: ChannelId,
    read_receipts: Option<bool>,
    typing: Option<bool>,
) -> Result<Outcome<Channel>, AppError> {
    let mut tx = app.db.workspace(by.workspace_id).await?;
    let mut channel = locked(&mut tx, id).await?;
    let can = match adapter_of(app, by.workspace_id, channel.kind) {
        Ok(adapter) => adapter.capabilities(),
        Err(_) => {
            return Ok(Err(Problem::new("UNSUPPORTED", "There is no provider behind this channel.")));
        }
    };
    if read_receipts == Some(true) && !can.read_receipts_out {
        let words = "This platform does not let a business show what it has read.";
        return Ok(Err(Problem::of_field("readReceipts", "UNSUPPORTED", words)));
    }
    let before = channel.provider_settings();
    let mut after = before;
    after.read_receipts = read_receipts.unwrap_or(before.read_receipts);
    after.typing = typing.unwrap_or(before.typing);
    if after == before {
        return Ok(Ok(channel));
    }
    channel.settings = serde_json::to_value(after).map_err(|error| AppError::Internal(error.into()))?;
    store::update(&mut tx, id, &channel.name, &channel.settings, channel.active).await?;
    tx.audit(Entry::new(by.actor(), AuditAction::ChannelUpdated).on(TargetKind::Channel, id.0).with(json!({
        "changes": {
            "readReceipts": [before.read_receipts, after.read_receipts],
            "typing": [before.typing, after.typing],
        }
    })));
    tx.publish(Event::workspace());
    tx.commit().await?;
    app.accounts.forget(by.workspace_id, id).await;
    Ok(Ok(channel))
}
