//! Connecting an account at a provider, and connecting it again.
//!
//! The provider calls back while it is being told where to deliver. So an attempt first gives the account a place
//! to be found at ([`prepare`]), then asks the provider, and only then is a channel that members see. An attempt that
//! fails leaves a channel that was not connected without any secret, and a connected one as it was.

mod prepare;

use std::sync::Arc;

use channel_core::{AccountInfo, ChannelAdapter};
use serde_json::json;
use shared::{AuditAction, ChannelId, TargetKind, WorkspaceId};

use self::prepare::{Prepared, prepare};
use super::credentials::{self, Keep, Purpose};
use super::events::{ChannelEventKind, NewChannelEvent, record_event};
use super::provider::{Through, adapter_of, call_problem, through};
use super::store::connect::{self as store, Attempt, Made};
use super::store::{self as channels, Channel};
use super::typed::Typed;
use super::{Outcome, channels_by_ids, recurring};
use crate::app::App;
use crate::audit::Entry;
use crate::error::AppError;
use crate::graphql::Problem;
use crate::realtime::Event;
use crate::viewer::Viewer;

/// All that an attempt goes by.
struct Wish {
    adapter: Arc<dyn ChannelAdapter>,
    typed: Typed,
    info: AccountInfo,
    through: Through,
    /// The channel that gets new credentials; none: whichever is the account's.
    again: Option<ChannelId>,
}

/// Connects an account. One that was disconnected, or whose token died, is the same channel as before.
///
/// # Errors
/// When the database or the key file refuses.
pub async fn connect_channel(app: &App, by: &Viewer, typed: Typed) -> Result<Outcome<Channel>, AppError> {
    let typed = match typed.checked() {
        Ok(typed) => typed,
        Err(problem) => return Ok(Err(problem)),
    };
    establish(app, by, typed, None).await
}

/// Gives a channel new credentials for the same account; history and settings stay.
///
/// # Errors
/// [`AppError::NotFound`], or when the database or the key file refuses.
pub async fn reconnect_channel(
    app: &App,
    by: &Viewer,
    id: ChannelId,
    typed: Typed,
) -> Result<Outcome<Channel>, AppError> {
    let mut tx = app.db.read(by.workspace_id).await?;
    let channel = channels::channels_by_ids(&mut tx, &[id]).await?.pop();
    let channel = channel.filter(|channel| channel.connected_at.is_some());
    let channel = channel.ok_or(AppError::NotFound("channel"))?;
    let kept = credentials::open_all(&app.vault, &mut tx, id).await?;
    drop(tx);
    let mut typed = match typed.checked() {
        Ok(typed) => typed,
        Err(problem) => return Ok(Err(problem)),
    };
    if typed.kind != channel.kind {
        return Ok(Err(Problem::of_field("kind", "INVALID", "The channel is of another kind.")));
    }
    typed.account_id.get_or_insert(channel.platform_account_id);
    typed.parent_account_id = typed.parent_account_id.or(channel.parent_account_id);
    typed.app_secret = typed.app_secret.or(kept.secrets.app_secret);
    typed.pin = typed.pin.or(kept.secrets.pin);
    establish(app, by, typed, Some(id)).await
}

async fn establish(
    app: &App,
    by: &Viewer,
    typed: Typed,
    again: Option<ChannelId>,
) -> Result<Outcome<Channel>, AppError> {
    let asked = ask(app, by.workspace_id, typed, again).await;
    let wish = match asked {
        Ok(wish) => wish,
        Err(problem) => return Ok(Err(problem)),
    };
    let prepared = match prepare(app, by, &wish).await? {
        Ok(prepared) => prepared,
        Err(problem) => return Ok(Err(problem)),
    };
    if let Err(error) = wish.adapter.connect(&prepared.account, &prepared.webhook).await {
        give_up(app, by, &prepared).await?;
        return Ok(Err(call_problem(error)));
    }
    finish(app, by, &wish, &prepared).await.map(Ok)
}

/// Asks the provider whose the credentials are.
async fn ask(app: &App, workspace_id: WorkspaceId, typed: Typed, again: Option<ChannelId>) -> Outcome<Wish> {
    let adapter = adapter_of(app, workspace_id, typed.kind)?;
    let credentials =
        typed.credentials().ok_or_else(|| Problem::of_field("token", "REQUIRED", "Give the token."))?;
    let info = adapter.inspect(&credentials).await.map_err(call_problem)?;
    let same = again.is_none() || typed.account_id.as_ref() == Some(&info.platform_account_id);
    if !same {
        let words = "These credentials are for another account than the one connected before.";
        return Err(Problem::of_field("token", "OTHER_ACCOUNT", words));
    }
    let through = through(app, workspace_id, &*adapter, &typed, &info)?;
    Ok(Wish { adapter, typed, info, through, again })
}

/// Stores what was agreed, and makes the channel one that members see.
async fn finish(app: &App, by: &Viewer, wish: &Wish, prepared: &Prepared) -> Result<Channel, AppError> {
    let Wish { adapter, typed, info, through, .. } = wish;
    let id = prepared.channel.id;
    let mut tx = app.db.workspace(by.workspace_id).await?;
    let token = prepared.account.secrets.access_token.as_ref();
    for (purpose, secret) in [(Purpose::AccessToken, token), (Purpose::Pin, typed.pin.as_ref())] {
        let Some(secret) = secret else { continue };
        let expires_at = info.token_expires_at.filter(|_| purpose == Purpose::AccessToken);
        let kept = Keep { expires_at, ..Keep::of(purpose, secret) };
        credentials::keep(&app.vault, &mut tx, id, kept).await?;
    }
    if let Through::Own { secret, .. } = through {
        // One application has one secret: whoever shares it, shares a new one.
        for channel in store::siblings(&mut tx, id).await?.into_iter().chain([id]) {
            credentials::keep_if_new(&app.vault, &mut tx, channel, Keep::of(Purpose::AppSecret, secret))
                .await?;
        }
    }
    let name = typed.name.clone().unwrap_or_else(|| prepared.channel.name.clone());
    let made = Made {
        attempt: attempt(id, info, through),
        name: &name,
        handle: info.handle.as_deref(),
        link: info.link.as_deref(),
    };
    let connection = store::finish(&mut tx, &made).await?;
    recurring::begin(&mut tx, &**adapter, id, connection).await?;

    let shown = info.handle.as_deref().unwrap_or(&name);
    let event = NewChannelEvent::new(
        ChannelEventKind::Connected,
        channel_core::CheckState::Good,
        format!("Connected: {shown}."),
    );
    record_event(&mut tx, id, event).await?;
    let action =
        if prepared.channel.known { AuditAction::ChannelReconnected } else { AuditAction::ChannelCreated };
    tx.audit(
        Entry::new(by.actor(), action)
            .on(TargetKind::Channel, id.0)
            .with(json!({ "kind": typed.kind.as_str(), "name": name, "account": info.platform_account_id })),
    );
    tx.publish(Event::workspace());
    let channel = channels_by_ids(&mut tx, &[id]).await?.pop().ok_or(AppError::NotFound("channel"))?;
    tx.commit().await?;
    app.accounts.forget(by.workspace_id, id).await;
    app.jobs.ring();
    Ok(channel)
}

async fn give_up(app: &App, by: &Viewer, prepared: &Prepared) -> Result<(), AppError> {
    let mut tx = app.db.workspace(by.workspace_id).await?;
    store::give_up(&mut tx, prepared.channel.id).await?;
    tx.commit().await?;
    app.accounts.forget(by.workspace_id, prepared.channel.id).await;
    Ok(())
}

fn attempt<'a>(id: ChannelId, info: &'a AccountInfo, through: &'a Through) -> Attempt<'a> {
    Attempt { id, parent_account_id: info.parent_account_id.as_deref(), app_id: through.own_app_id() }
}
