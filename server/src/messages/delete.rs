//! Taking a message of ours back: a tombstone here at once, and gone at the platform in its turn.

use channel_core::Act;
use serde_json::json;
use shared::policy::What;
use shared::{AuditAction, MessageId, TargetKind, TransmissionId};
use uuid::Uuid;

use super::change::{Subject, Undo, is_between, on_its_way};
use super::send::{Written, show};
use crate::app::App;
use crate::audit::Entry;
use crate::db::WorkspaceTx;
use crate::error::AppError;
use crate::media;
use crate::outbox::parts::{self, Part, Place};
use crate::realtime::Event;
use crate::viewer::Viewer;

/// Takes a message of ours back; one that was is left as it is.
///
/// # Errors
/// `NOT_FOUND` for a message that is not there.
pub async fn delete(app: &App, by: &Viewer, message_id: MessageId) -> Result<Written, AppError> {
    let mut tx = app.db.workspace(by.workspace_id).await?;
    let mut subject = match Subject::lock(app, &mut tx, message_id).await? {
        Ok(subject) => subject,
        Err(problem) => return Ok(problem.into()),
    };
    if subject.message.deleted_at.is_some() && subject.target().ours {
        return Ok(show(&mut tx, message_id, subject.changing.now).await?);
    }
    if let Err(problem) = subject.is_for(by) {
        return Ok(problem.into());
    }
    let parts = parts::lock(&mut tx, message_id).await?;
    // What no platform has yet, nobody but we can take back.
    let only_here = !parts.is_empty() && parts.iter().all(|part| part.place() == Place::Here);
    let may = if only_here && subject.target().ours {
        Ok(())
    } else {
        subject.allows(What::Delete(subject.target()))
    };
    if let Err(problem) = may {
        return Ok(problem.into());
    }
    if is_between(&parts) {
        return Ok(on_its_way().into());
    }
    let at = |place: Place| -> Vec<TransmissionId> {
        parts.iter().filter(|part| part.place() == place).map(|part: &Part| part.id).collect()
    };
    parts::withdraw(&mut tx, &at(Place::Here)).await?;
    let platform_message_ids = parts::platform_ids(&mut tx, message_id, &at(Place::There)).await?;
    set_deleted(&mut tx, message_id).await?;
    if platform_message_ids.is_empty() {
        erase(&mut tx, message_id).await?;
    } else {
        // Telegram takes a hundred at a time; no message has that many parts.
        let act = Act::Delete { platform_message_ids };
        subject.enqueue(&mut tx, &act, &Undo::Delete).await?;
    }
    subject.show(&mut tx, String::new()).await?;
    tx.publish(Event::message_changed(subject.changing.now.id, message_id));
    tx.audit(
        Entry::new(by.actor(), AuditAction::MessageDeleted)
            .on(TargetKind::Message, message_id.0)
            .with(json!({ "conversation": subject.changing.now.id, "hadGoneOut": !only_here })),
    );
    let conversation = subject.changing.save(&mut tx).await?;
    let written = show(&mut tx, message_id, conversation).await?;
    tx.commit().await?;
    Ok(written)
}

async fn set_deleted(tx: &mut WorkspaceTx, message_id: MessageId) -> sqlx::Result<()> {
    let workspace_id = tx.workspace_id();
    sqlx::query("update messages set deleted_at = now() where workspace_id = $1 and id = $2")
        .bind(workspace_id)
        .bind(message_id)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Erases what a message that was taken back had: words, files, earlier words, reactions, and what quotes show of it.
pub(crate) async fn erase(tx: &mut WorkspaceTx, message_id: MessageId) -> sqlx::Result<()> {
    let workspace_id = tx.workspace_id();
    sqlx::query(
        "with revisions as (
             delete from message_revisions where workspace_id = $1 and message_id = $2),
         reacted as (
             delete from reactions where workspace_id = $1 and message_id = $2),
         acts as (
             update transmissions set act = null where workspace_id = $1 and message_id = $2),
         quotes as (
             update messages m set context = m.context #- '{quote,snapshot}' #- '{quote,excerpt}'
             where m.workspace_id = $1 and m.quoted_message_id = $2 and m.context ? 'quote')
         update messages set text = '', spans = null, card = null, context = null
         where workspace_id = $1 and id = $2",
    )
    .bind(workspace_id)
    .bind(message_id)
    .execute(tx.conn())
    .await?;
    let files: Vec<(Uuid, Option<String>, bool, i64)> = sqlx::query_as(
        "delete from attachments where workspace_id = $1 and message_id = $2
         returning id, storage_key, has_thumbnail, size_bytes",
    )
    .bind(workspace_id)
    .bind(message_id)
    .fetch_all(tx.conn())
    .await?;
    let files = files.into_iter().filter_map(|(_, key, has_thumbnail, size_bytes)| {
        Some(media::Erased { key: key?, has_thumbnail, size_bytes })
    });
    media::erase(tx, files.collect()).await
}
