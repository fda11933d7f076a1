//! When a provider no longer accepts a channel's credentials: what goes out waits until somebody connects it again.

use channel_core::{ChannelAccount, CheckState};
use secrecy::ExposeSecret as _;
use serde_json::json;
use shared::{AuditAction, ChannelId, TargetKind, WorkspaceId};

use super::events::{ChannelEventKind, NewChannelEvent, record_event};
use super::store::accounts as store;
use super::{accounts, credentials};
use crate::app::App;
use crate::audit::Entry;
use crate::db::WorkspaceTx;
use crate::error::AppError;
use crate::viewer::Actor;

/// Has a connected channel wait to be connected again, with an alert; false when it does already, or is
/// disconnected. `words` say why, for an admin.
///
/// # Errors
/// When the database refuses.
pub async fn mark_unauthorised(
    tx: &mut WorkspaceTx,
    channel_id: ChannelId,
    words: &str,
) -> sqlx::Result<bool> {
    if !store::hold(tx, channel_id, words).await? {
        return Ok(false);
    }
    let event = NewChannelEvent::new(ChannelEventKind::TokenDead, CheckState::Broken, words);
    record_event(tx, channel_id, event).await?;
    tx.audit(
        Entry::new(Actor::system(), AuditAction::ChannelUnauthorised)
            .on(TargetKind::Channel, channel_id.0)
            .with(json!({ "reason": words })),
    );
    Ok(true)
}

/// The provider refused the token that a call was made with. Marks the channel, unless it has another token by now:
/// then the call can be made again, with that one. Returns whether the channel waits to be connected again.
///
/// # Errors
/// When the database or the key file refuses.
pub async fn token_refused(
    app: &App,
    workspace_id: WorkspaceId,
    used: &ChannelAccount,
    words: &str,
) -> Result<bool, AppError> {
    let mut tx = app.db.workspace(workspace_id).await?;
    let opened = credentials::open_all(&app.vault, &mut tx, used.channel_id).await?;
    let token = |secrets: &channel_core::ChannelSecrets| {
        secrets.access_token.as_ref().map(|token| token.expose_secret().to_owned())
    };
    let same = token(&opened.secrets) == token(&used.secrets);
    if same {
        mark_unauthorised(&mut tx, used.channel_id, words).await?;
        tx.commit().await?;
    }
    app.accounts.forget(workspace_id, used.channel_id).await;
    let now = accounts::live_account(app, workspace_id, used.channel_id).await?;
    Ok(now.is_none_or(|live| live.state != shared::ChannelState::Connected))
}
