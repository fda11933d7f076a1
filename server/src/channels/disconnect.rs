//! Disconnecting: the webhook is taken back, the credentials are destroyed, the history stays.

use std::time::Duration;

use channel_core::{CallError, ChannelAdapter, CheckState};
use serde_json::json;
use shared::{AuditAction, ChannelState, TargetKind};

use super::accounts::{self, LiveAccount};
use super::events::{ChannelEventKind, NewChannelEvent, record_event};
use super::provider::adapter_of;
use super::store::Channel;
use super::store::connect as store;
use super::{Outcome, channels_by_ids};
use crate::app::App;
use crate::audit::Entry;
use crate::error::AppError;
use crate::graphql::Problem;
use crate::realtime::Event;
use crate::viewer::Viewer;

/// Pauses before the provider is told once more.
const PAUSES: [Duration; 2] = [Duration::from_millis(500), Duration::from_secs(2)];

/// Disconnects a channel. A provider that cannot be reached keeps its webhook, which nobody answers any more; the
/// credentials are destroyed all the same.
///
/// # Errors
/// [`AppError::NotFound`], or when the database or the key file refuses.
pub async fn disconnect_channel(
    app: &App,
    by: &Viewer,
    id: shared::ChannelId,
) -> Result<Outcome<Channel>, AppError> {
    let mut tx = app.db.read(by.workspace_id).await?;
    let channel = channels_by_ids(&mut tx, &[id]).await?.pop();
    let channel = channel.filter(|channel| channel.connected_at.is_some());
    let channel = channel.ok_or(AppError::NotFound("channel"))?;
    let live = accounts::open(app, &mut tx, id).await?.ok_or(AppError::NotFound("channel"))?;
    drop(tx);
    let adapter = match adapter_of(app, by.workspace_id, channel.kind) {
        Ok(adapter) => adapter,
        Err(_) => {
            let words = "There is no provider behind this channel. Switch it off instead.";
            return Ok(Err(Problem::new("UNSUPPORTED", words)));
        }
    };
    if channel.state == ChannelState::Disconnected {
        return Ok(Ok(channel));
    }
    let untold = take_back(app, by, &*adapter, &live).await?.err();

    let mut tx = app.db.workspace(by.workspace_id).await?;
    let locked = store::lock_channel(&mut tx, id).await?.ok_or(AppError::NotFound("channel"))?;
    if locked.state != ChannelState::Disconnected {
        store::disconnect(&mut tx, id).await?;
        let event = match &untold {
            None => NewChannelEvent::new(ChannelEventKind::Disconnected, CheckState::Good, "Disconnected."),
            Some(error) => NewChannelEvent::new(
                ChannelEventKind::Disconnected,
                CheckState::Warning,
                format!(
                    "Disconnected, but the provider could not be told ({error}). What it goes on delivering is turned \
                     away."
                ),
            ),
        };
        record_event(&mut tx, id, event).await?;
        tx.audit(
            Entry::new(by.actor(), AuditAction::ChannelDisconnected)
                .on(TargetKind::Channel, id.0)
                .with(json!({ "name": channel.name, "providerTold": untold.is_none() })),
        );
        tx.publish(Event::workspace());
    }
    let channel = channels_by_ids(&mut tx, &[id]).await?.pop().ok_or(AppError::NotFound("channel"))?;
    tx.commit().await?;
    app.accounts.forget(by.workspace_id, id).await;
    Ok(Ok(channel))
}

/// Has the provider deliver no more; or, where other channels share the webhook, deliver to one of them.
async fn take_back(
    app: &App,
    by: &Viewer,
    adapter: &dyn ChannelAdapter,
    live: &LiveAccount,
) -> Result<Result<(), CallError>, AppError> {
    let Some(webhook) = live.webhook() else { return Ok(Ok(())) };
    let id = live.account.channel_id;
    let mut tx = app.db.read(by.workspace_id).await?;
    let siblings = store::siblings(&mut tx, id).await?;
    let parent = live.account.parent_account_id.as_deref();
    let elsewhere = live.of_installation
        && store::of_installation(&mut tx, live.kind, None, parent)
            .await?
            .iter()
            .any(|(_, other)| *other != id);
    let heir = match siblings.first() {
        Some(sibling) => accounts::open_without(app, &mut tx, *sibling, id).await?,
        None => None,
    };
    drop(tx);
    if let Some(heir) = heir {
        // The webhook is the oldest channel's: it may be another one's from now on.
        return Ok(match heir.webhook().filter(|next| next.url != webhook.url) {
            Some(next) => adapter.connect(&heir.account, next).await.map(|_| ()),
            None => Ok(()),
        });
    }
    if elsewhere {
        return Ok(Ok(()));
    }
    let mut told = adapter.disconnect(&live.account, webhook).await;
    for pause in PAUSES {
        if !matches!(told, Err(CallError::Temporary(_))) {
            break;
        }
        tokio::time::sleep(pause).await;
        told = adapter.disconnect(&live.account, webhook).await;
    }
    Ok(told)
}
