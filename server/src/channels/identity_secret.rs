//! The secret with which a business vouches for its visitors: shown once, kept sealed, replaceable.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;
use shared::{AuditAction, ChannelId, TargetKind, WorkspaceId};

use super::credentials::{self, Keep, Purpose};
use super::store::Channel;
use super::store::credentials::usable;
use super::{channels_by_ids, endpoints, web_chat};
use crate::app::App;
use crate::audit::Entry;
use crate::error::AppError;
use crate::realtime::Event;
use crate::viewer::Viewer;

const SECRET_BYTES: usize = 32;

/// Gives a web chat a new secret; returns it, this once. The one before works for another 24 hours, so
/// that a site can change over.
///
/// # Errors
/// [`AppError::NotFound`], or when the database or the key file refuses.
pub async fn rotate_identity_secret(
    app: &App,
    by: &Viewer,
    id: ChannelId,
) -> Result<(Channel, String), AppError> {
    let bytes = endpoints::random_bytes::<SECRET_BYTES>()?;
    let secret = format!("wis_{}", URL_SAFE_NO_PAD.encode(bytes));
    let last4 = secret.get(secret.len().saturating_sub(4)..).unwrap_or_default().to_owned();

    let mut tx = app.db.workspace(by.workspace_id).await?;
    web_chat::locked_web_chat(&mut tx, id).await?;
    let kept = Keep { show_end: true, ..Keep::hidden(Purpose::IdentitySecret, secret.as_bytes()) };
    credentials::keep(&app.vault, &mut tx, id, kept).await?;
    let channel = channels_by_ids(&mut tx, &[id]).await?.pop().ok_or(AppError::NotFound("channel"))?;
    tx.audit(
        Entry::new(by.actor(), AuditAction::IdentitySecretRotated)
            .on(TargetKind::Channel, id.0)
            .with(json!({ "name": channel.name, "last4": last4 })),
    );
    tx.publish(Event::workspace());
    tx.commit().await?;
    Ok((channel, secret))
}

/// The secrets that count now, newest first: the current one, and one that was replaced less than a day ago.
///
/// # Errors
/// When the database or the key file refuses.
pub async fn identity_secrets(
    app: &App,
    workspace_id: WorkspaceId,
    id: ChannelId,
) -> Result<Vec<Vec<u8>>, AppError> {
    let mut tx = app.db.read(workspace_id).await?;
    let mut secrets = Vec::new();
    let usable = usable(&mut tx, id).await?;
    for credential in usable.iter().filter(|one| one.purpose == Purpose::IdentitySecret).take(2) {
        let secret = app.vault.open(&mut tx, id.0, credential.purpose.as_str(), &credential.sealed).await?;
        secrets.push(secret.expose().to_vec());
    }
    Ok(secrets)
}
