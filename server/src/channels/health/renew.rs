//! Exchanging a token for one that works longer, well before it ends, at providers that do such a thing. (WhatsApp's
//! system tokens and Telegram's have no end; Meta renews no others of WhatsApp.)

use channel_core::{CheckState, RenewedToken};
use chrono::{TimeDelta, Utc};
use serde_json::json;
use shared::{AuditAction, ChannelId, TargetKind, WorkspaceId};

use crate::app::App;
use crate::audit::Entry;
use crate::channels::accounts::LiveAccount;
use crate::channels::credentials::{self, Keep, Purpose};
use crate::channels::events::{ChannelEventKind, NewChannelEvent, record_event};
use crate::channels::provider::adapter_of;
use crate::channels::store::health as store;
use crate::error::AppError;
use crate::viewer::Actor;

/// So long before its end a token is exchanged: before the first alarm.
const BEFORE: TimeDelta = TimeDelta::days(20);

/// Exchanges the token if it ends soon. That it cannot be is no error: the alarms ring, and somebody replaces it.
pub async fn if_due(app: &App, workspace_id: WorkspaceId, live: &LiveAccount) -> Result<(), AppError> {
    let id = live.account.channel_id;
    let mut tx = app.db.read(workspace_id).await?;
    let end = store::token_end(&mut tx, id).await?;
    drop(tx);
    if end.is_none_or(|end| end - Utc::now() > BEFORE) {
        return Ok(());
    }
    let Ok(adapter) = adapter_of(app, workspace_id, live.kind) else { return Ok(()) };
    match adapter.renew_token(&live.account).await {
        Ok(Some(renewed)) => keep(app, workspace_id, id, &renewed).await,
        Ok(None) => Ok(()),
        Err(error) => {
            tracing::warn!(channel.id = %id, %error, "a token could not be renewed");
            Ok(())
        }
    }
}

async fn keep(
    app: &App,
    workspace_id: WorkspaceId,
    id: ChannelId,
    renewed: &RenewedToken,
) -> Result<(), AppError> {
    let mut tx = app.db.workspace(workspace_id).await?;
    if store::lock(&mut tx, id).await?.is_none() {
        return Ok(()); // disconnected meanwhile
    }
    let kept = Keep { expires_at: renewed.expires_at, ..Keep::of(Purpose::AccessToken, &renewed.token) };
    credentials::keep(&app.vault, &mut tx, id, kept).await?;
    let words = match renewed.expires_at {
        Some(end) => format!("The token was renewed: it works until {}.", end.format("%-d %B %Y")),
        None => "The token was renewed.".to_owned(),
    };
    record_event(&mut tx, id, NewChannelEvent::new(ChannelEventKind::TokenExpires, CheckState::Good, words))
        .await?;
    tx.audit(
        Entry::new(Actor::system(), AuditAction::ChannelTokenRenewed)
            .on(TargetKind::Channel, id.0)
            .with(json!({ "expiresAt": renewed.expires_at })),
    );
    tx.commit().await?;
    app.accounts.forget(workspace_id, id).await;
    Ok(())
}
