//! Handing what failed to the platform again.

use serde_json::json;
use shared::{AuditAction, ChannelId, Direction, MessageId, MessageStatus, TargetKind, TransmissionId};

use super::allowed::footing;
use super::call::what_of;
use super::parts::{self, Part};
use super::{enqueue, progress};
use crate::app::App;
use crate::audit::Entry;
use crate::conversations::{self, Conversation};
use crate::db::WorkspaceTx;
use crate::error::AppError;
use crate::graphql::Problem;
use crate::messages::{self, Written};
use crate::realtime::Event;
use crate::viewer::Viewer;

/// Hands what failed of a message to the platform again; a repeat finds it in line and does nothing more.
///
/// # Errors
/// `NOT_FOUND` for a message that is not ours.
pub async fn retry(app: &App, by: &Viewer, message_id: MessageId) -> Result<Written, AppError> {
    let mut tx = app.db.workspace(by.workspace_id).await?;
    let (conversation, parts) = lock(&mut tx, message_id).await?;
    let again: Vec<&Part> =
        parts.iter().filter(|part| part.status == MessageStatus::Failed && part.retryable).collect();
    if again.is_empty() {
        if let Some(problem) = why_not(&parts) {
            return Ok(problem.into());
        }
        return Ok(messages::show(&mut tx, message_id, conversation).await?);
    }
    if let Err(problem) = allowed(app, &mut tx, &conversation, again.iter().copied()).await? {
        return Ok(problem.into());
    }
    let ids: Vec<TransmissionId> = again.iter().map(|part| part.id).collect();
    queue_again(&mut tx, &ids).await?;
    let lane = conversation.identity_id.0;
    enqueue::in_thread_order(&mut tx, conversation.channel_id, lane, conversation.id).await?;
    progress::settle_messages(&mut tx, &[message_id]).await?;
    tx.publish(Event::message_changed(conversation.id, message_id));
    tx.audit(
        Entry::new(by.actor(), AuditAction::MessageRetried)
            .on(TargetKind::Message, message_id.0)
            .with(json!({ "conversation": conversation.id, "transmissions": ids })),
    );
    let written = messages::show(&mut tx, message_id, conversation).await?;
    tx.commit().await?;
    Ok(written)
}

/// Locks the conversation of a message of ours, then what the platform got for it.
pub(super) async fn lock(
    tx: &mut WorkspaceTx,
    message_id: MessageId,
) -> Result<(Conversation, Vec<Part>), AppError> {
    let message = messages::store::by_ids(tx, &[message_id]).await?.pop();
    let message = message.filter(|message| message.direction == Direction::Outbound);
    let message = message.ok_or(AppError::NotFound("message"))?;
    let conversation = conversations::store::lock(tx, message.conversation_id).await?;
    let conversation = conversation.ok_or(AppError::NotFound("message"))?;
    let parts = parts::lock(tx, message_id).await?;
    Ok((conversation, parts))
}

/// Why nothing can be sent again, if there is a reason.
fn why_not(parts: &[Part]) -> Option<Problem> {
    if parts.iter().any(|part| part.status == MessageStatus::Unknown) {
        let words =
            "Nobody knows whether this message has arrived. Look in the conversation, and say so first.";
        return Some(Problem::new("NOT_SETTLED", words));
    }
    let failed = parts.iter().find(|part| part.status == MessageStatus::Failed)?;
    let reason = failed.failure.as_deref().unwrap_or("the platform refused it");
    let words = format!("The same message would be refused again: {reason} Write it anew.");
    Some(Problem::new("NOT_RETRYABLE", words))
}

/// Whether the person may be written to like this now.
pub(super) async fn allowed<'a>(
    app: &App,
    tx: &mut WorkspaceTx,
    conversation: &Conversation,
    parts: impl Iterator<Item = &'a Part>,
) -> Result<Result<(), Problem>, AppError> {
    let footing = footing(tx, conversation.id).await?.ok_or(AppError::NotFound("message"))?;
    let Some(adapter) = app.adapters.of(footing.channel_kind) else {
        return Ok(Err(Problem::new(
            "NOT_POSSIBLE",
            "This version of Switchboard cannot send on this channel.",
        )));
    };
    let capabilities = adapter.capabilities();
    for part in parts {
        let Some(what) = part.act().as_ref().and_then(|act| what_of(act, None)) else { continue };
        if let Err(problem) = footing.allows(&capabilities, what) {
            return Ok(Err(problem));
        }
    }
    Ok(Ok(()))
}

/// Puts locked transmissions back to the beginning and in line, in the order given. What platforms say of their
/// earlier calls is of no interest any more.
pub(super) async fn queue_again(tx: &mut WorkspaceTx, ids: &[TransmissionId]) -> sqlx::Result<()> {
    back_to_queued(tx, ids).await?;
    enqueue::enqueue_again(tx, ids, true).await
}

/// Puts locked transmissions back to the beginning.
pub(super) async fn back_to_queued(tx: &mut WorkspaceTx, ids: &[TransmissionId]) -> sqlx::Result<()> {
    let workspace_id = tx.workspace_id();
    sqlx::query(
        "with superseded as (
             update platform_messages p set transmission_id = null
             from unnest($2::uuid[]) as a(id), transmissions t
             where t.workspace_id = $1 and t.id = a.id
               and p.workspace_id = $1 and p.message_id = t.message_id and p.transmission_id = t.id),
         begun as (
             update transmissions t
             set status = 1, failure = null, failure_code = null, failure_reason = null, retryable = false,
                 dead_at = null, platform_message_id = null, updated_at = now()
             where t.workspace_id = $1 and t.id = any($2)
             returning t.id)
         insert into transmission_events (workspace_id, transmission_id, status, happened_at, detail)
         select $1, id, 1, now(), 'again' from begun
         on conflict do nothing",
    )
    .bind(workspace_id)
    .bind(ids.iter().map(|id| id.0).collect::<Vec<_>>())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// How many dead letters are put back in one transaction.
const AT_ONCE: i64 = 500;

/// Puts a channel's dead letters back in line, oldest first; how many there were. Each is judged anew when its turn
/// comes.
///
/// # Errors
/// `NOT_FOUND` for a channel of another workspace.
pub async fn resume(app: &App, by: &Viewer, channel_id: ChannelId) -> Result<usize, AppError> {
    let mut total = 0;
    loop {
        let mut tx = app.db.workspace(by.workspace_id).await?;
        let dead: Vec<(TransmissionId, MessageId, shared::ConversationId)> = sqlx::query_as(
            "select t.id, m.id, m.conversation_id
             from (select d.id from transmissions d
                   where d.workspace_id = $1 and d.channel_id = $2 and d.dead_at is not null
                   order by d.id limit $3) a
             join transmissions t on t.workspace_id = $1 and t.id = a.id and t.dead_at is not null and t.status = 5
             join messages m on m.workspace_id = $1 and m.id = t.message_id and m.deleted_at is null
             order by m.id, t.id for no key update of t, m",
        )
        .bind(by.workspace_id)
        .bind(channel_id)
        .bind(AT_ONCE)
        .fetch_all(tx.conn())
        .await?;
        let mut ids: Vec<TransmissionId> = dead.iter().map(|one| one.0).collect();
        ids.sort_unstable();
        queue_again(&mut tx, &ids).await?;
        let mut touched: Vec<MessageId> = dead.iter().map(|one| one.1).collect();
        touched.dedup();
        progress::settle_messages(&mut tx, &touched).await?;
        let mut seen = None;
        for (_, message_id, conversation_id) in &dead {
            if seen.replace(*message_id) != Some(*message_id) {
                tx.publish(Event::message_changed(*conversation_id, *message_id));
            }
        }
        total += ids.len();
        let last = ids.len() < usize::try_from(AT_ONCE).unwrap_or(usize::MAX);
        if last || !ids.is_empty() {
            tx.audit(
                Entry::new(by.actor(), AuditAction::OutboxResumed)
                    .on(TargetKind::Channel, channel_id.0)
                    .with(json!({ "count": ids.len() })),
            );
            tx.commit().await?;
        }
        if last {
            return Ok(total);
        }
    }
}
