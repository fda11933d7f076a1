//! One batch of a workspace's deliveries: read, then all effects in one transaction and a constant number
//! of statements.

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

use channel_core::{InboundEvent, InboundMessage, Sender};
use chrono::{DateTime, Utc};
use serde_json::json;
use sha2::{Digest, Sha256};
use shared::{AuditAction, ChannelId, ChannelKind, ConversationId, MessageId, WorkspaceId};

use super::conversations::Threads;
use super::people::People;
use super::{messages, seen};
use crate::audit;
use crate::channels::Adapters;
use crate::db::{Db, WorkspaceTx};
use crate::realtime::Event;
use crate::viewer::Actor;
use crate::webhooks::DeliveryOutcome;
use crate::webhooks::store::{self, Ended, Pending};

/// Tries before a delivery is given up, and shown to admins as failed.
const TRIES_MAX: i16 = 5;

/// A message on its way in.
pub(super) struct Incoming {
    /// Which delivery of the batch it came with.
    pub delivery: usize,
    pub delivery_id: i64,
    pub channel_id: ChannelId,
    pub kind: ChannelKind,
    /// The platform's time, or that of our receipt where we are the platform.
    pub at: DateTime<Utc>,
    pub message: InboundMessage,
}

/// Someone has looked at the thread.
pub(super) struct Look {
    pub delivery: usize,
    pub channel_id: ChannelId,
    pub sender: Sender,
    pub up_to_seq: i64,
}

/// What a batch of deliveries says, and how each of them ended so far.
#[derive(Default)]
struct Batch {
    ended: Vec<Ended>,
    incoming: Vec<Incoming>,
    looks: Vec<Look>,
}

/// Processes up to `at_most` deliveries; returns how many there were.
pub(super) async fn run(
    db: &Db,
    adapters: &Adapters,
    workspace_id: WorkspaceId,
    at_most: i64,
) -> sqlx::Result<i64> {
    let mut tx = db.ingest(workspace_id).await?;
    store::lock_workspace(&mut tx).await?;
    let pending = store::pending(&mut tx, at_most).await?;
    let Some(oldest) = pending.first() else { return Ok(0) };
    metrics::gauge!("switchboard_deliveries_pending_age_seconds")
        .set((Utc::now() - oldest.received_at).as_seconds_f64().max(0.0));
    metrics::histogram!("switchboard_deliveries_batch_size").record(pending.len() as f64);

    let count = i64::try_from(pending.len()).unwrap_or(i64::MAX);
    let mut batch = read(adapters, &pending);
    let messages = apply(&mut tx, &mut batch).await?;
    conclude(tx, batch.ended, &messages).await?;
    Ok(count)
}

/// Gives the first pending delivery up for now, since it alone failed with `cause`.
pub(super) async fn fail_first(db: &Db, workspace_id: WorkspaceId, cause: &sqlx::Error) -> sqlx::Result<()> {
    let mut tx = db.ingest(workspace_id).await?;
    store::lock_workspace(&mut tx).await?;
    let Some(delivery) = store::pending(&mut tx, 1).await?.pop() else { return Ok(()) };
    tracing::error!(delivery.id, attempts = delivery.attempts, error = %cause, "a delivery failed");
    let ended = failed_try(&delivery, describe(cause));
    conclude(tx, vec![ended], &[]).await
}

/// Reads every delivery. One that cannot be read, or that breaks its adapter, fails alone.
fn read(adapters: &Adapters, pending: &[Pending]) -> Batch {
    let mut batch = Batch::default();
    let mut held_back: HashSet<(ChannelId, &str)> = HashSet::new();
    for delivery in pending {
        let sender = (delivery.channel_id, delivery.sender.as_str());
        if held_back.contains(&sender) {
            continue; // behind an earlier one of the same sender that is tried again
        }
        let index = batch.ended.len();
        let mut ended = Ended {
            id: delivery.id,
            outcome: DeliveryOutcome::Processed,
            reason: None,
            attempts: delivery.attempts.saturating_add(1),
            retry_seconds: 0,
            message_id: None,
        };
        let kind = ChannelKind::from_code(delivery.kind);
        let Some((kind, adapter)) = kind.and_then(|kind| Some((kind, adapters.of(kind)?))) else {
            ended.outcome = DeliveryOutcome::Failed;
            ended.reason = Some(format!("no adapter for channels of kind {}", delivery.kind));
            batch.ended.push(ended);
            continue;
        };
        match catch_unwind(AssertUnwindSafe(|| adapter.normalise(&delivery.body))) {
            Ok(Ok(events)) => {
                if events.is_empty() {
                    ended.outcome = DeliveryOutcome::Ignored;
                    ended.reason = Some("it says nothing".to_owned());
                }
                for inbound in events {
                    match inbound.event {
                        InboundEvent::Message(message) => batch.incoming.push(Incoming {
                            delivery: index,
                            delivery_id: delivery.id,
                            channel_id: delivery.channel_id,
                            kind,
                            at: message.sent_at.unwrap_or(delivery.received_at),
                            message: *message,
                        }),
                        InboundEvent::Seen { sender, up_to_seq } => batch.looks.push(Look {
                            delivery: index,
                            channel_id: delivery.channel_id,
                            sender,
                            up_to_seq,
                        }),
                        InboundEvent::Unsupported { what } => {
                            ended.outcome = DeliveryOutcome::Ignored;
                            ended.reason = Some(format!("not supported: {what}"));
                        }
                        // Echoes, edits, reactions, statuses and the like are read by their adapters already;
                        // storing them follows.
                        _ => {
                            ended.outcome = DeliveryOutcome::Ignored;
                            ended.reason = Some("not stored by this version".to_owned());
                        }
                    }
                }
            }
            // Reading is pure: the same bytes will not read better until the adapter changes.
            Ok(Err(unreadable)) => {
                ended.outcome = DeliveryOutcome::Failed;
                ended.reason = Some(unreadable.to_string());
            }
            Err(_) => {
                tracing::error!(delivery.id, "the adapter panicked");
                held_back.insert(sender);
                ended = failed_try(delivery, "the adapter panicked".to_owned());
            }
        }
        batch.ended.push(ended);
    }
    batch
}

/// All effects, except for what comes last in a transaction. Returns the new messages in order.
async fn apply(tx: &mut WorkspaceTx, batch: &mut Batch) -> sqlx::Result<Vec<MessageId>> {
    let Batch { ended, incoming, looks } = batch;
    messages::drop_known(tx, incoming, ended).await?;
    if incoming.is_empty() && looks.is_empty() {
        return Ok(Vec::new());
    }

    let mut people = People::find(tx, incoming, looks).await?;
    people.create_missing(tx, incoming).await?;
    people.update_profiles(tx, incoming).await?;
    let files = messages::find_files(tx, incoming, &people).await?;

    let mut threads = Threads::lock(tx, &people).await?;
    let rows = threads.add(incoming, &people, &files);
    seen::read_up_to(&mut threads, looks, &people, ended);

    threads.create_new(tx).await?;
    messages::insert(tx, &rows).await?;
    messages::link_files(tx, &rows).await?;
    threads.update(tx).await?;
    seen::store(tx, &threads).await?;
    threads.count_and_publish(tx);

    let mut ids = Vec::with_capacity(incoming.len());
    for row in &rows {
        tx.publish(Event::message_created(ConversationId(row.conversation_id), row.id));
        if let Some(delivery) = row.delivery {
            ids.push(row.id);
            if let Some(ended) = ended.get_mut(delivery) {
                ended.message_id = Some(row.id.0);
            }
        }
    }
    Ok(ids)
}

/// Outcomes and the audit entry, then the commit.
async fn conclude(mut tx: WorkspaceTx, ended: Vec<Ended>, messages: &[MessageId]) -> sqlx::Result<()> {
    store::end(&mut tx, &ended).await?;

    let mut hash = Sha256::new();
    messages.iter().for_each(|id| hash.update(id.0.as_bytes()));
    let not_processed = ended.iter().filter(|e| e.outcome != DeliveryOutcome::Processed);
    let others: Vec<_> = not_processed.map(|e| json!([e.id, e.outcome.as_str()])).collect();
    let details = json!({
        "count": ended.len(),
        "deliveries": ended.iter().map(|e| e.id).collect::<Vec<_>>(),
        "notProcessed": others,
        "messages": messages.len(),
        "messagesSha256": hex::encode(hash.finalize()),
    });
    tx.audit(audit::Entry::new(Actor::system(), AuditAction::DeliveriesProcessed).with(details));
    tx.commit().await?;

    for delivery in &ended {
        metrics::counter!("switchboard_deliveries_processed_total", "outcome" => delivery.outcome.as_str())
            .increment(1);
    }
    Ok(())
}

/// One more try that failed: later again, or never.
fn failed_try(delivery: &Pending, reason: String) -> Ended {
    let tries = delivery.attempts.saturating_add(1);
    let given_up = tries >= TRIES_MAX;
    Ended {
        id: delivery.id,
        outcome: if given_up { DeliveryOutcome::Failed } else { DeliveryOutcome::Waiting },
        reason: Some(reason),
        attempts: tries,
        retry_seconds: 1 << delivery.attempts.clamp(0, TRIES_MAX),
        message_id: None,
    }
}

/// What an admin may read: the kind of failure, never a value.
fn describe(error: &sqlx::Error) -> String {
    match error {
        sqlx::Error::Database(database) => {
            let code = database.code().unwrap_or_default();
            match database.constraint() {
                Some(constraint) => format!("the database refused it: {code}, {constraint}"),
                None => format!("the database refused it: {code}"),
            }
        }
        _ => "the database did not understand it".to_owned(),
    }
}
