//! Acknowledging what happened to a channel.

use serde_json::json;
use shared::{AuditAction, ChannelEventId, TargetKind};

use super::store::events::{self as store, ChannelEvent};
use crate::app::App;
use crate::audit::Entry;
use crate::error::AppError;
use crate::realtime::Event;
use crate::viewer::Viewer;

/// Notes that somebody has seen it; again changes nothing.
///
/// # Errors
/// [`AppError::NotFound`], or when the database refuses.
pub async fn acknowledge(app: &App, by: &Viewer, id: ChannelEventId) -> Result<ChannelEvent, AppError> {
    let mut tx = app.db.workspace(by.workspace_id).await?;
    let first = store::acknowledge(&mut tx, id, by.member_id).await?;
    let event = store::one(&mut tx, id).await?.ok_or(AppError::NotFound("event"))?;
    if first {
        tx.audit(
            Entry::new(by.actor(), AuditAction::ChannelEventAcknowledged)
                .on(TargetKind::Channel, event.channel_id.0)
                .with(json!({ "event": id.to_string(), "kind": event.kind })),
        );
        tx.publish(Event::workspace());
        tx.commit().await?;
    }
    Ok(event)
}
