//! Which of our messages reports are about.

use std::collections::HashMap;

use channel_core::{DeliveryStatus, StatusTarget};
use shared::{ChannelId, ConversationId, MessageId, MessageStatus, TransmissionId};
use sqlx::FromRow;
use uuid::Uuid;

use super::{Report, word_of};
use crate::db::WorkspaceTx;
use crate::outbox::lanes::LaneId;
use crate::outbox::progress::{Locked, advance};
use crate::realtime::Event;

/// A transmission that a report is about, locked.
#[derive(Debug, Clone, Copy)]
pub(super) struct Target {
    pub locked: Locked,
    pub lane: LaneId,
    /// The report says what the platform calls it, which is new.
    pub learns_id: bool,
}

/// What a report is about.
#[derive(Debug)]
pub(super) enum Found {
    Nothing,
    /// A call of ours that was followed by another one.
    Superseded,
    Transmissions(Vec<Target>),
}

/// What a batch of reports is about.
#[derive(Debug, Default)]
pub(super) struct Targets(HashMap<usize, Found>);

impl Targets {
    pub fn add(&mut self, report: usize, target: Target) {
        match self.0.entry(report).or_insert_with(|| Found::Transmissions(Vec::new())) {
            Found::Transmissions(all) => all.push(target),
            other => *other = Found::Transmissions(vec![target]),
        }
    }

    /// The report is about something that has nothing of ours in it to move.
    pub fn nothing_to_move(&mut self, report: usize) {
        self.0.entry(report).or_insert(Found::Superseded);
    }

    pub fn merge(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// By the places of the reports in their batch.
    pub fn of_reports(mut self, count: usize) -> impl Iterator<Item = Found> {
        (0..count).map(move |at| self.0.remove(&at).unwrap_or(Found::Nothing))
    }
}

#[derive(FromRow)]
struct Row {
    n: i64,
    superseded: bool,
    learns_id: bool,
    transmission_id: Option<TransmissionId>,
    message_id: Option<MessageId>,
    conversation_id: Option<ConversationId>,
    channel_id: Option<ChannelId>,
    lane: Option<Uuid>,
    status: Option<MessageStatus>,
    gave_up: Option<bool>,
}

/// By the platform's id, else by the reference that came back. Locks in the one order: by message, then transmission.
pub(super) const EXACT: &str = "
    with asked as (
        select r.n, r.platform_id, r.channel_id, r.reference, p.platform_message_id is not null as known,
               coalesce(p.transmission_id, case when p.platform_message_id is null then r.reference end) as id
        from unnest($2::bigint[], $3::uuid[], $4::text[], $5::uuid[]) as r(n, channel_id, platform_id, reference)
        left join lateral (
            select p.platform_message_id, p.transmission_id from platform_messages p
            where p.workspace_id = $1 and p.channel_id = r.channel_id and p.platform_message_id = r.platform_id
            limit 1) p on true),
    locked as (
        select a.n, t.id, t.message_id, m.conversation_id, t.channel_id, t.status, t.dead_at is not null as gave_up
        from asked a
        join transmissions t on t.workspace_id = $1 and t.id = a.id and t.channel_id = a.channel_id
        join messages m on m.workspace_id = $1 and m.id = t.message_id
        order by m.id, t.id for no key update of t, m)
    select a.n, a.known and a.id is null and exists (
               select from transmissions s where s.workspace_id = $1 and s.id = a.reference) as superseded,
           not a.known as learns_id, l.id as transmission_id, l.message_id, l.conversation_id, l.channel_id, l.status,
           l.gave_up, c.identity_id as lane
    from asked a
    left join locked l on l.n = a.n
    left join conversations c on c.workspace_id = $1 and c.id = l.conversation_id";

pub(super) async fn exact(tx: &mut WorkspaceTx, reports: &[Report<'_>]) -> sqlx::Result<Targets> {
    let asked = reports.iter().enumerate().filter_map(|(n, report)| match &report.report.target {
        StatusTarget::Message(id) => Some((n, report.channel_id, id.as_str(), reference(report))),
        _ => None,
    });
    let asked: Vec<(usize, ChannelId, &str, Option<TransmissionId>)> = asked.collect();
    let mut targets = Targets::default();
    if asked.is_empty() {
        return Ok(targets);
    }
    let workspace_id = tx.workspace_id();
    let rows: Vec<Row> = sqlx::query_as(EXACT)
        .bind(workspace_id)
        .bind(asked.iter().map(|one| i64::try_from(one.0).unwrap_or(i64::MAX)).collect::<Vec<_>>())
        .bind(asked.iter().map(|one| one.1.0).collect::<Vec<_>>())
        .bind(asked.iter().map(|one| one.2).collect::<Vec<_>>())
        .bind(asked.iter().map(|one| one.3.map(|id| id.0)).collect::<Vec<_>>())
        .fetch_all(tx.conn())
        .await?;
    for row in rows {
        let at = usize::try_from(row.n).unwrap_or(usize::MAX);
        if row.superseded {
            targets.nothing_to_move(at);
            continue;
        }
        let target = (|| {
            Some(Target {
                locked: Locked {
                    transmission_id: row.transmission_id?,
                    message_id: row.message_id?,
                    conversation_id: row.conversation_id?,
                    channel_id: row.channel_id?,
                    status: row.status?,
                    gave_up: row.gave_up?,
                },
                lane: row.lane?,
                learns_id: row.learns_id,
            })
        })();
        if let Some(target) = target {
            targets.add(at, target);
        }
    }
    Ok(targets)
}

/// Our own reference, if it is a transmission's.
fn reference(report: &Report<'_>) -> Option<TransmissionId> {
    report.report.reference.as_deref()?.parse().ok()
}

/// Messages that the business wrote in the platform's own app have no transmissions: they are moved themselves.
/// Whether each has come further; none for a message that is not here.
pub(super) async fn written_outside<'a>(
    tx: &mut WorkspaceTx,
    reports: impl Iterator<Item = Report<'a>>,
) -> sqlx::Result<Vec<Option<bool>>> {
    let reports: Vec<Report<'a>> = reports.collect();
    let ids: Vec<&str> = reports
        .iter()
        .map(|report| match &report.report.target {
            StatusTarget::Message(id) => id.as_str(),
            _ => "",
        })
        .collect();
    let workspace_id = tx.workspace_id();
    let rows: Vec<(i64, MessageId, ConversationId, MessageStatus)> = sqlx::query_as(
        "select r.n, m.id, m.conversation_id, m.status
         from unnest($2::uuid[], $3::text[]) with ordinality as r(channel_id, platform_id, n)
         join messages m on m.workspace_id = $1 and m.channel_id = r.channel_id
                        and m.platform_message_id = r.platform_id and m.platform_message_id is not null
         where m.direction = 2
         order by m.id for no key update of m",
    )
    .bind(workspace_id)
    .bind(reports.iter().map(|report| report.channel_id.0).collect::<Vec<_>>())
    .bind(ids)
    .fetch_all(tx.conn())
    .await?;

    let mut outcome = vec![None; reports.len()];
    let mut moved: HashMap<MessageId, (ConversationId, MessageStatus, Option<String>)> = HashMap::new();
    let mut at: HashMap<MessageId, MessageStatus> = HashMap::new();
    let mut rows = rows;
    rows.sort_by_key(|row| row.0);
    for (n, id, conversation_id, status) in rows {
        let place = usize::try_from(n - 1).unwrap_or(usize::MAX);
        let (Some(report), Some(slot)) = (reports.get(place), outcome.get_mut(place)) else { continue };
        let (word, _) = word_of(&report.report.status);
        let now = at.entry(id).or_insert(status);
        *slot = Some(false);
        if let Some(next) = advance(*now, false, word) {
            *now = next;
            *slot = Some(true);
            let failure = match &report.report.status {
                DeliveryStatus::Failed(failure) => Some(failure.refusal.words.clone()),
                _ => None,
            };
            moved.insert(id, (conversation_id, next, failure));
        }
    }
    if moved.is_empty() {
        return Ok(outcome);
    }
    sqlx::query(
        "update messages m set status = s.status, failure = s.failure
         from unnest($2::uuid[], $3::smallint[], $4::text[]) as s(id, status, failure)
         where m.workspace_id = $1 and m.id = s.id",
    )
    .bind(workspace_id)
    .bind(moved.keys().map(|id| id.0).collect::<Vec<_>>())
    .bind(moved.values().map(|(_, status, _)| status.code()).collect::<Vec<_>>())
    .bind(moved.values().map(|(_, _, failure)| failure.as_deref()).collect::<Vec<_>>())
    .execute(tx.conn())
    .await?;
    for (id, (conversation_id, ..)) in moved {
        tx.publish(Event::message_changed(conversation_id, id));
    }
    Ok(outcome)
}
