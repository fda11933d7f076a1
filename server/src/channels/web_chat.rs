//! Making and changing web chats. Change, audit and notice commit together.

use serde_json::{Value, json};
use shared::{AuditAction, ChannelId, ChannelKind, TargetKind};

use super::settings::{WebChatChange, WebChatSettings};
use super::store::{self, Channel};
use super::{CHANNELS_MAX, Outcome, channels_by_ids};
use crate::app::App;
use crate::audit::Entry;
use crate::db::WorkspaceTx;
use crate::error::AppError;
use crate::graphql::Problem;
use crate::realtime::Event;
use crate::viewer::{Actor, Viewer};

/// The web chat that a new workspace starts with: it works on the "Try it" page at once, and nowhere else
/// until an admin allows a site.
///
/// # Errors
/// When the database refuses.
pub async fn create_first_web_chat(
    tx: &mut WorkspaceTx,
    actor: Actor,
    name: &str,
    own_origin: &str,
) -> Result<ChannelId, AppError> {
    let settings =
        WebChatSettings { allowed_origins: vec![own_origin.to_owned()], ..WebChatSettings::default() };
    insert(tx, actor, name, &settings).await
}

/// Makes a web chat.
///
/// # Errors
/// When the database refuses.
pub async fn create_web_chat(
    app: &App,
    by: &Viewer,
    change: &WebChatChange,
) -> Result<Outcome<Channel>, AppError> {
    let checked = change.checked_name().and_then(|name| {
        let name = name.ok_or_else(|| Problem::of_field("name", "INVALID", "A channel needs a name."))?;
        let mut settings = change.apply(&WebChatSettings::default())?;
        if change.allowed_origins.is_none() {
            settings.allowed_origins = vec![app.config.origin()];
        }
        Ok((name, settings))
    });
    let (name, settings) = match checked {
        Ok(checked) => checked,
        Err(problem) => return Ok(Err(problem)),
    };
    let mut tx = app.db.workspace(by.workspace_id).await?;
    if store::connect::count(&mut tx).await? >= CHANNELS_MAX {
        return Ok(Err(Problem::new("TOO_MANY", format!("A workspace can have {CHANNELS_MAX} channels."))));
    }
    let id = insert(&mut tx, by.actor(), &name, &settings).await?;
    let channel = channels_by_ids(&mut tx, &[id]).await?.pop().ok_or(AppError::NotFound("channel"))?;
    tx.commit().await?;
    Ok(Ok(channel))
}

async fn insert(
    tx: &mut WorkspaceTx,
    actor: Actor,
    name: &str,
    settings: &WebChatSettings,
) -> Result<ChannelId, AppError> {
    let id = ChannelId::new();
    let widget_id = store::new_widget_id().to_string();
    store::insert(tx, id, ChannelKind::WebChat, name, &widget_id, &to_value(settings)?).await?;
    tx.audit(
        Entry::new(actor, AuditAction::ChannelCreated)
            .on(TargetKind::Channel, id.0)
            .with(json!({ "kind": ChannelKind::WebChat.as_str(), "name": name })),
    );
    tx.publish(Event::workspace());
    Ok(id)
}

/// Changes a web chat's name and settings.
///
/// # Errors
/// [`AppError::NotFound`], or when the database refuses.
pub async fn update_web_chat(
    app: &App,
    by: &Viewer,
    id: ChannelId,
    change: &WebChatChange,
) -> Result<Outcome<Channel>, AppError> {
    let mut tx = app.db.workspace(by.workspace_id).await?;
    let mut channel = locked_web_chat(&mut tx, id).await?;
    let before = channel.web_chat_settings();
    let checked = change.checked_name().and_then(|name| Ok((name, change.apply(&before)?)));
    let (name, after) = match checked {
        Ok(checked) => checked,
        Err(problem) => return Ok(Err(problem)),
    };
    let (old, new) = (to_value(&before)?, to_value(&after)?);
    let mut changes = changed(&old, &new);
    if let Some(name) = name.filter(|name| *name != channel.name) {
        changes.insert("name".to_owned(), json!([channel.name, name]));
        channel.name = name;
    }
    if changes.is_empty() {
        return Ok(Ok(channel));
    }
    channel.settings = new;
    store::update(&mut tx, id, &channel.name, &channel.settings, channel.active).await?;
    tx.audit(
        Entry::new(by.actor(), AuditAction::ChannelUpdated)
            .on(TargetKind::Channel, id.0)
            .with(json!({ "changes": changes })),
    );
    tx.publish(Event::workspace());
    tx.commit().await?;
    app.widgets.forget(&channel.platform_account_id);
    Ok(Ok(channel))
}

/// Locks a channel that is a web chat; any other is as if it were not there.
pub(super) async fn locked_web_chat(tx: &mut WorkspaceTx, id: ChannelId) -> Result<Channel, AppError> {
    let channel = store::lock(tx, id).await?;
    channel.filter(|channel| channel.kind == ChannelKind::WebChat).ok_or(AppError::NotFound("channel"))
}

fn to_value(settings: &WebChatSettings) -> Result<Value, AppError> {
    serde_json::to_value(settings).map_err(|error| AppError::Internal(error.into()))
}

/// Each setting that differs, before and after.
fn changed(before: &Value, after: &Value) -> serde_json::Map<String, Value> {
    let (Some(before), Some(after)) = (before.as_object(), after.as_object()) else {
        return Default::default();
    };
    after
        .iter()
        .filter(|(key, value)| before.get(*key) != Some(value))
        .map(|(key, value)| (key.clone(), json!([before.get(key), value])))
        .collect()
}
