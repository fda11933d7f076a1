//! The agent's word about a message of which nobody knows whether it went out.

use chrono::Utc;
use serde_json::json;
use shared::{AuditAction, MessageId, MessageStatus, TargetKind, TransmissionId};

use super::parts::Part;
use super::progress::{self, Change, Locked, Told};
use super::retry;
use super::{enqueue, settle};
use crate::app::App;
use crate::audit::Entry;
use crate::conversations::Conversation;
use crate::db::WorkspaceTx;
use crate::error::AppError;
use crate::messages::{self, Written};
use crate::realtime::Event;
use crate::viewer::Viewer;

/// The agent looked: it went out, or it did not, and is sent again. A repeat does nothing more.
///
/// # Errors
/// `NOT_FOUND` for a message that is not ours.
pub async fn settle_by_hand(
    app: &App,
    by: &Viewer,
    message_id: MessageId,
    went_out: bool,
) -> Result<Written, AppError> {
    let mut tx = app.db.workspace(by.workspace_id).await?;
    let (conversation, parts) = retry::lock(&mut tx, message_id).await?;
    let unknown: Vec<&Part> = parts.iter().filter(|part| part.status == MessageStatus::Unknown).collect();
    if unknown.is_empty() {
        return Ok(messages::show(&mut tx, message_id, conversation).await?);
    }
    let ids: Vec<TransmissionId> = unknown.iter().map(|part| part.id).collect();
    if went_out {
        has_gone_out(&mut tx, &conversation, message_id, &unknown).await?;
    } else {
        if let Err(problem) = retry::allowed(app, &mut tx, &conversation, unknown.iter().copied()).await? {
            return Ok(problem.into());
        }
        send_again(&mut tx, &conversation, &ids).await?;
        progress::settle_messages(&mut tx, &[message_id]).await?;
        tx.publish(Event::message_changed(conversation.id, message_id));
    }
    tx.audit(
        Entry::new(by.actor(), AuditAction::MessageSettled)
            .on(TargetKind::Message, message_id.0)
            .with(json!({ "conversation": conversation.id, "transmissions": ids, "wentOut": went_out })),
    );
    let written = messages::show(&mut tx, message_id, conversation).await?;
    tx.commit().await?;
    Ok(written)
}

async fn has_gone_out(
    tx: &mut WorkspaceTx,
    conversation: &Conversation,
    message_id: MessageId,
    parts: &[&Part],
) -> sqlx::Result<()> {
    let (mut changes, mut told) = (Vec::new(), Vec::new());
    for part in parts {
        let mut change = Change::of(Locked {
            transmission_id: part.id,
            message_id,
            conversation_id: conversation.id,
            channel_id: conversation.channel_id,
            status: part.status,
            gave_up: false,
        });
        if change.hear(MessageStatus::Sent, None) {
            told.push(Told {
                transmission_id: part.id,
                status: MessageStatus::Sent,
                at: Utc::now(),
                detail: Some("an agent saw that it went out".to_owned()),
            });
        }
        changes.push(change);
    }
    progress::store(tx, &changes, &told).await?;
    let lane = conversation.identity_id.0;
    let settled: Vec<_> = parts.iter().map(|part| (conversation.channel_id, lane, part.id)).collect();
    settle::free_lanes(tx, &settled).await
}

/// At its old place, where its lane still waits for word of it; else put in line anew. Before all that was written
/// after it and has not begun, either way.
async fn send_again(
    tx: &mut WorkspaceTx,
    conversation: &Conversation,
    ids: &[TransmissionId],
) -> sqlx::Result<()> {
    retry::back_to_queued(tx, ids).await?;
    let workspace_id = tx.workspace_id();
    let in_place: Vec<TransmissionId> = sqlx::query_scalar(
        "with again as (
             update outbox o set state = 1, token = null, attempts = 0, run_at = now(), queued_at = now()
             where o.workspace_id = $1 and o.channel_id = $2 and o.lane = $3 and o.transmission_id = any($4)
               and o.state = 3
             returning o.transmission_id),
         rung as (
             select pg_notify('sb_outbox', $1::text || ':' || $2::text || ':' || $3::text)
             where exists (select from again))
         select a.transmission_id from again a left join rung on true",
    )
    .bind(workspace_id)
    .bind(conversation.channel_id)
    .bind(conversation.identity_id)
    .bind(ids.iter().map(|id| id.0).collect::<Vec<_>>())
    .fetch_all(tx.conn())
    .await?;
    let rest: Vec<TransmissionId> = ids.iter().copied().filter(|id| !in_place.contains(id)).collect();
    if !rest.is_empty() {
        enqueue::enqueue_again(tx, &rest, true).await?;
    }
    let lane = conversation.identity_id.0;
    enqueue::in_thread_order(tx, conversation.channel_id, lane, conversation.id).await
}
