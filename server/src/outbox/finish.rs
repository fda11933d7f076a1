//! What came of calls, written for many at once: a fixed number of statements, whatever the size of the batch.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use channel_core::Act;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use shared::{AuditAction, ChannelId, ConversationId, MessageId, MessageStatus, TransmissionId};
use sqlx::FromRow;
use tokio::time::Instant;
use uuid::Uuid;

use super::lanes::{After, LaneId, LineId};
use super::outcome::Outcome;
use super::progress::{self, Change, Locked, Told};
use super::settings::OutboxSettings;
use super::{changes, consequences, statuses, store};
use crate::audit::Entry;
use crate::db::WorkspaceTx;
use crate::viewer::Actor;

/// A call that is over.
#[derive(Debug, Clone)]
pub(super) struct Finished {
    pub id: LineId,
    pub channel_id: ChannelId,
    pub lane: LaneId,
    /// Of the claim under which it was made.
    pub token: Uuid,
    pub transmission_id: Option<TransmissionId>,
    pub message_id: Option<MessageId>,
    pub conversation_id: Option<ConversationId>,
    /// What is put back when a change was refused.
    pub undo: Option<Value>,
    /// What was done; none when it could not be read.
    pub act: Option<Act>,
    pub outcome: Outcome,
    pub at: DateTime<Utc>,
}

/// What batches come to, for the channels' figures.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Tally {
    pub sent: i64,
    pub failed: i64,
}

/// A line that stays, as it will be.
struct Kept<'a> {
    of: &'a Finished,
    state: i16,
    /// Its attempt does not count.
    uncounted: i16,
    wait: Duration,
    reason: Option<&'a str>,
}

/// Writes what came of calls; what becomes of each line, in the same order. Figures are added to `tallies`.
pub(super) async fn store(
    tx: &mut WorkspaceTx,
    finished: &[Finished],
    settings: &OutboxSettings,
    tallies: &mut BTreeMap<ChannelId, Tally>,
) -> sqlx::Result<Vec<After>> {
    if finished.is_empty() {
        return Ok(Vec::new());
    }
    let locked = lock(tx, finished).await?;
    let (mut changes, mut told) = (Vec::new(), Vec::new());
    let (mut gone, mut kept) = (Vec::new(), Vec::new());
    let mut afters = Vec::with_capacity(finished.len());
    for one in finished {
        let locked = locked.get(&one.id).copied();
        // Somebody else decided about this line meanwhile: the agent, who looked.
        let lost = one.transmission_id.is_some() && locked.is_none();
        let known = locked.map(|locked| locked.status);
        let end = if lost { End::Gone } else { end_of(one, known, settings) };
        afters.push(match &end {
            End::Gone => {
                gone.push(one);
                After::Gone
            }
            End::Kept(line) => {
                let until = Instant::now() + line.wait;
                let after = if line.state == store::UNANSWERED {
                    After::Unanswered(until)
                } else {
                    After::Later(until)
                };
                kept.push(line.clone_for(one));
                after
            }
        });
        if let Some(locked) = locked {
            let tally = tallies.entry(one.channel_id).or_default();
            changes.push(change_of(one, locked, &mut told, tally));
        }
    }
    store_lines(tx, &gone, &kept).await?;
    progress::store(tx, &changes, &told).await?;
    let named = changes
        .iter()
        .flat_map(|change| change.platform_ids.iter().map(|id| (change.locked.channel_id, id.as_str())));
    statuses::apply_waiting(tx, &Vec::from_iter(named)).await?;
    consequences::draw(tx, finished).await?;
    changes::conclude(tx, finished).await?;
    audit(tx, finished);
    Ok(afters)
}

/// What becomes of a line.
enum End {
    Gone,
    Kept(Stay),
}

struct Stay {
    state: i16,
    uncounted: i16,
    wait: Duration,
}

impl Stay {
    fn clone_for<'a>(&self, of: &'a Finished) -> Kept<'a> {
        let reason = match &of.outcome {
            Outcome::Later(later) => Some(later.words.as_str()),
            Outcome::Unanswered(words) => Some(words.as_str()),
            _ => None,
        };
        Kept { of, state: self.state, uncounted: self.uncounted, wait: self.wait, reason }
    }
}

/// The platform's word about a transmission that came meanwhile wins over what the call itself says.
fn end_of(one: &Finished, known: Option<MessageStatus>, settings: &OutboxSettings) -> End {
    const WAITS: i16 = 1;
    let open = known.is_none_or(|known| matches!(known, MessageStatus::Queued | MessageStatus::Unknown));
    let stay = |state, uncounted, wait| End::Kept(Stay { state, uncounted, wait });
    match &one.outcome {
        Outcome::Later(later) if open => stay(WAITS, i16::from(later.told), later.wait),
        Outcome::Unanswered(_) if open => stay(store::UNANSWERED, 0, settings.unanswered_wait),
        Outcome::NotNow if open => stay(WAITS, 1, Duration::ZERO),
        Outcome::Moved(_) if open => stay(WAITS, 0, Duration::ZERO),
        _ => End::Gone,
    }
}

/// What a call says about its transmission.
fn change_of(one: &Finished, locked: Locked, told: &mut Vec<Told>, tally: &mut Tally) -> Change {
    let mut change = Change::of(locked);
    let mut hear = |change: &mut Change, status, why, detail: Option<String>| {
        if change.hear(status, why) {
            told.push(Told { transmission_id: locked.transmission_id, status, at: one.at, detail });
        }
    };
    match &one.outcome {
        Outcome::Sent(receipt) => {
            change.tried = 1;
            tally.sent += 1;
            hear(&mut change, MessageStatus::Sent, None, Some("answered".to_owned()));
            change.platform_ids.clone_from(&receipt.platform_message_ids);
            change.notes.clone_from(&receipt.notes);
            if receipt.held {
                change.notes.push("The platform holds it back for a check; it may go out later.".to_owned());
            }
            change.visible |= !change.notes.is_empty();
        }
        Outcome::Failed(failed) => {
            change.tried = 1;
            tally.failed += 1;
            let why = failed.why();
            let detail = why.words.clone();
            hear(&mut change, MessageStatus::Failed, Some(why), Some(detail));
        }
        Outcome::Unanswered(words) => {
            change.tried = 1;
            hear(&mut change, MessageStatus::Unknown, None, Some(words.clone()));
        }
        Outcome::Nothing => hear(&mut change, MessageStatus::Sent, None, None),
        Outcome::Later(_) | Outcome::Moved(_) => change.tried = 1,
        Outcome::NotNow => {}
    }
    change
}

#[derive(FromRow)]
struct LockedRow {
    id: LineId,
    transmission_id: TransmissionId,
    message_id: MessageId,
    conversation_id: ConversationId,
    channel_id: ChannelId,
    status: MessageStatus,
    gave_up: bool,
}

/// Locks the transmissions of these calls with their messages, in the one order: by message, then transmission.
async fn lock(tx: &mut WorkspaceTx, finished: &[Finished]) -> sqlx::Result<HashMap<LineId, Locked>> {
    let carrying: Vec<(LineId, Uuid, Uuid)> =
        finished.iter().filter_map(|one| Some((one.id, one.token, one.transmission_id?.0))).collect();
    if carrying.is_empty() {
        return Ok(HashMap::new());
    }
    let workspace_id = tx.workspace_id();
    let rows: Vec<LockedRow> = sqlx::query_as(
        "select o.id, t.id as transmission_id, t.message_id, m.conversation_id, t.channel_id, t.status,
                t.dead_at is not null as gave_up
         from unnest($2::bigint[], $3::uuid[], $4::uuid[]) as f(id, token, transmission_id)
         join outbox o on o.workspace_id = $1 and o.id = f.id and o.token = f.token
         join transmissions t on t.workspace_id = $1 and t.id = f.transmission_id
         join messages m on m.workspace_id = $1 and m.id = t.message_id
         order by m.id, t.id for no key update of t, m",
    )
    .bind(workspace_id)
    .bind(carrying.iter().map(|one| one.0).collect::<Vec<_>>())
    .bind(carrying.iter().map(|one| one.1).collect::<Vec<_>>())
    .bind(carrying.iter().map(|one| one.2).collect::<Vec<_>>())
    .fetch_all(tx.conn())
    .await?;
    let locked = rows.into_iter().map(|row| {
        let locked = Locked {
            transmission_id: row.transmission_id,
            message_id: row.message_id,
            conversation_id: row.conversation_id,
            channel_id: row.channel_id,
            status: row.status,
            gave_up: row.gave_up,
        };
        (row.id, locked)
    });
    Ok(locked.collect())
}

async fn store_lines(tx: &mut WorkspaceTx, gone: &[&Finished], kept: &[Kept<'_>]) -> sqlx::Result<()> {
    let workspace_id = tx.workspace_id();
    sqlx::query(
        "with gone as (
             delete from outbox o using unnest($2::bigint[], $3::uuid[]) as g(id, token)
             where o.workspace_id = $1 and o.id = g.id and o.token = g.token)
         update outbox o
         set state = k.state, attempts = o.attempts - k.uncounted, reason = coalesce(k.reason, o.reason),
             moved = o.moved or k.moved, run_at = now() + make_interval(secs => k.wait)
         from unnest($4::bigint[], $5::uuid[], $6::smallint[], $7::smallint[], $8::double precision[], $9::text[],
                     $10::boolean[])
              as k(id, token, state, uncounted, wait, reason, moved)
         where o.workspace_id = $1 and o.id = k.id and o.token = k.token",
    )
    .bind(workspace_id)
    .bind(gone.iter().map(|one| one.id).collect::<Vec<_>>())
    .bind(gone.iter().map(|one| one.token).collect::<Vec<_>>())
    .bind(kept.iter().map(|line| line.of.id).collect::<Vec<_>>())
    .bind(kept.iter().map(|line| line.of.token).collect::<Vec<_>>())
    .bind(kept.iter().map(|line| line.state).collect::<Vec<_>>())
    .bind(kept.iter().map(|line| line.uncounted).collect::<Vec<_>>())
    .bind(kept.iter().map(|line| line.wait.as_secs_f64()).collect::<Vec<_>>())
    .bind(kept.iter().map(|line| line.reason).collect::<Vec<_>>())
    .bind(kept.iter().map(|line| matches!(line.of.outcome, Outcome::Moved(_))).collect::<Vec<_>>())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// One entry for the batch: what was handed over, and what was not.
fn audit(tx: &mut WorkspaceTx, finished: &[Finished]) {
    let ended = finished.iter().filter(|one| !matches!(one.outcome, Outcome::Later(_) | Outcome::NotNow));
    let mut hash = Sha256::new();
    let (mut count, mut not_sent) = (0, Vec::new());
    for one in ended {
        count += 1;
        hash.update(one.transmission_id.map_or(Uuid::nil(), |id| id.0).as_bytes());
        if let Some(id) = one.transmission_id.filter(|_| !matches!(one.outcome, Outcome::Sent(_))) {
            not_sent.push(json!([id, one.outcome.name()]));
        }
    }
    if count == 0 {
        return;
    }
    let details = json!({
        "count": count,
        "notSent": not_sent,
        "transmissionsSha256": hex::encode(hash.finalize()),
    });
    tx.audit(Entry::new(Actor::system(), AuditAction::TransmissionsHandedOver).with(details));
}

impl Outcome {
    /// For logs, metrics and the audit log.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Sent(_) => "sent",
            Self::Nothing => "nothing",
            Self::Later(_) => "later",
            Self::Failed(_) => "failed",
            Self::Unanswered(_) => "unanswered",
            Self::Moved(_) => "moved",
            Self::NotNow => "not_now",
        }
    }
}
