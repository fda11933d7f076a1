//! One batch of a workspace's deliveries: read, then all effects in one transaction and a constant number
//! of statements.

use std::collections::BTreeMap;

use channel_core::InboundEvent;
use chrono::Utc;
use serde_json::json;
use sha2::{Digest, Sha256};
use shared::{AuditAction, ChannelId, ConversationId, Direction, MessageId, WorkspaceId};

use super::account::{self, ChannelFacts};
use super::conversations::Threads;
use super::files::{self, Uploads};
use super::outcome::{Verdicts, failed_try};
use super::people::People;
use super::reactions::Reactions;
use super::steps::{self, Step};
use super::work::{Typing, Work};
use super::{Tools, lookup, receipts, seen, store as entries_store, waiting};
use crate::audit;
use crate::channels::activity;
use crate::db::{Db, WorkspaceTx};
use crate::viewer::Actor;
use crate::webhooks::DeliveryOutcome;
use crate::webhooks::store::{self, Ended};

/// What a batch came to, beside the outcomes of its deliveries.
#[derive(Default)]
struct Effects {
    /// New and changed messages, in order.
    messages: Vec<MessageId>,
    typing: Vec<Typing>,
}

/// Processes up to `at_most` deliveries; returns how many there were.
pub(super) async fn run(
    db: &Db,
    tools: &Tools,
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
    let mut verdicts = Verdicts::default();
    let steps = steps::read(&tools.adapters, &pending, &mut verdicts);
    let (effects, verdicts) = apply(&mut tx, tools, steps, verdicts).await?;
    conclude(tx, tools, verdicts.conclude(), effects).await?;
    Ok(count)
}

/// Applies what waited for messages that are here by now; returns when the newest change came that still waits.
pub(super) async fn run_waiting(
    db: &Db,
    tools: &Tools,
    workspace_id: WorkspaceId,
    at_most: i64,
) -> sqlx::Result<Option<chrono::DateTime<Utc>>> {
    let mut tx = db.ingest(workspace_id).await?;
    store::lock_workspace(&mut tx).await?;
    let steps = waiting::take_known(&mut tx, at_most).await?;
    if steps.is_empty() {
        return waiting::newest(&mut tx).await;
    }
    let (effects, _) = apply(&mut tx, tools, steps, Verdicts::default()).await?;
    let newest = waiting::newest(&mut tx).await?;
    conclude(tx, tools, Vec::new(), effects).await?;
    Ok(newest)
}

/// Gives the first pending delivery up for now, since it alone failed with `cause`.
pub(super) async fn fail_first(
    db: &Db,
    tools: &Tools,
    workspace_id: WorkspaceId,
    cause: &sqlx::Error,
) -> sqlx::Result<()> {
    let mut tx = db.ingest(workspace_id).await?;
    store::lock_workspace(&mut tx).await?;
    let Some(delivery) = store::pending(&mut tx, 1).await?.pop() else { return Ok(()) };
    tracing::error!(delivery.id, attempts = delivery.attempts, error = %cause, "a delivery failed");
    let ended = failed_try(delivery.id, delivery.attempts, describe(cause));
    conclude(tx, tools, vec![ended], Effects::default()).await
}

/// All effects, except for what comes last in a transaction.
async fn apply(
    tx: &mut WorkspaceTx,
    tools: &Tools,
    mut steps: Vec<Step>,
    mut verdicts: Verdicts,
) -> sqlx::Result<(Effects, Verdicts)> {
    let channels = ChannelFacts::find(tx, &steps, tools.own_application.as_deref()).await?;
    steps::keep_addressed(&mut steps, &channels, &mut verdicts);
    let mut entries = lookup::look_up(tx, &steps).await?;
    waiting::take(tx, &mut steps, &entries).await?;

    let mut people = People::find(tx, &steps, &entries).await?;
    people.resolve(&steps, &entries);
    let may_change = lookup::may_change(&steps, &entries);
    let others: Vec<ConversationId> =
        may_change.iter().filter_map(|at| entries.get(*at)).map(|entry| entry.conversation_id).collect();
    let mut threads = Threads::lock(tx, &people, &others).await?;
    lookup::load_contents(tx, &mut entries, &may_change).await?;
    threads.unite(&people, &mut entries);
    let uploads = Uploads::find(tx, &steps, &people).await?;
    let reactions = Reactions::find(tx, &steps, &entries).await?;

    let mut work = Work {
        channels,
        verdicts,
        entries,
        people,
        threads,
        uploads,
        reactions,
        kept: Vec::new(),
        receipts: Vec::new(),
        returned: Vec::new(),
        owed: Vec::new(),
        news: Vec::new(),
        typing: Vec::new(),
        renamed: Default::default(),
    };
    work.go_through(&steps);
    write(tx, &mut work).await?;
    let added = work.entries.added().filter(|(_, new)| new.delivery.is_some()).map(|(entry, _)| entry.id);
    let messages = added.chain(work.entries.changed().map(|entry| entry.id)).collect();
    Ok((Effects { messages, typing: work.typing }, work.verdicts))
}

/// Writes what the events came to: statements only for what there is.
async fn write(tx: &mut WorkspaceTx, work: &mut Work) -> sqlx::Result<()> {
    work.threads.preview(&work.entries);
    work.people.store(tx).await?;
    work.threads.create_new(tx).await?;
    entries_store::insert(tx, &work.entries).await?;
    files::link_uploads(tx, &work.entries).await?;
    files::insert_remote(tx, &work.entries).await?;
    files::renumber(tx, &work.entries).await?;
    files::erase(tx, &work.entries).await?;
    entries_store::update(tx, &work.entries).await?;
    entries_store::insert_revisions(tx, &work.entries).await?;
    entries_store::store_parts(tx, &work.entries).await?;
    let unknown = work.kept.iter().filter(|kept| matches!(kept.event, InboundEvent::Unsent(_)));
    let unknown: Vec<(ChannelId, &str)> =
        unknown.map(|kept| (kept.channel_id, kept.platform_message_id.as_str())).collect();
    let mut showing = entries_store::erase_traces(tx, &work.entries, &unknown).await?;
    showing.extend(entries_store::link_late_quotes(tx, &work.entries).await?);
    work.reactions.store(tx).await?;
    waiting::keep(tx, &work.kept).await?;
    work.threads.update(tx).await?;
    work.people.move_edges(tx).await?;
    seen::store(tx, &work.threads).await?;

    let published = entries_store::publish(tx, &work.entries, &showing);
    work.reactions.publish(tx, &published);
    work.threads.count_and_publish(tx);
    account::store(tx, work).await?;
    receipts::apply(tx, work).await?;
    count_activity(tx, work).await
}

/// How much each channel was heard of.
async fn count_activity(tx: &mut WorkspaceTx, work: &Work) -> sqlx::Result<()> {
    let mut inbound: BTreeMap<ChannelId, i64> = BTreeMap::new();
    for (entry, _) in work.entries.added().filter(|(entry, _)| entry.direction == Direction::Inbound) {
        *inbound.entry(entry.channel_id).or_default() += 1;
    }
    for (channel_id, count) in inbound {
        activity::count(tx, channel_id, count, 0, 0).await?;
    }
    Ok(())
}

/// Outcomes and the audit entry, then the commit, and what is told without being kept.
async fn conclude(
    mut tx: WorkspaceTx,
    tools: &Tools,
    ended: Vec<Ended>,
    effects: Effects,
) -> sqlx::Result<()> {
    store::end(&mut tx, &ended).await?;

    let mut hash = Sha256::new();
    effects.messages.iter().for_each(|id| hash.update(id.0.as_bytes()));
    let not_processed = ended.iter().filter(|e| e.outcome != DeliveryOutcome::Processed);
    let others: Vec<_> = not_processed.map(|e| json!([e.id, e.outcome.as_str()])).collect();
    let details = json!({
        "count": ended.len(),
        "deliveries": ended.iter().map(|e| e.id).collect::<Vec<_>>(),
        "notProcessed": others,
        "messages": effects.messages.len(),
        "messagesSha256": hex::encode(hash.finalize()),
    });
    tx.audit(audit::Entry::new(Actor::system(), AuditAction::DeliveriesProcessed).with(details));
    let workspace_id = tx.workspace_id();
    tx.commit().await?;

    for delivery in &ended {
        metrics::counter!("switchboard_deliveries_processed_total", "outcome" => delivery.outcome.as_str())
            .increment(1);
    }
    for typing in effects.typing {
        tools.presence.contact_typing(workspace_id, typing.conversation_id, &typing.name, typing.on);
    }
    Ok(())
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
