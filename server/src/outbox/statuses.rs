//! What platforms report of our messages, for many reports at once: a fixed number of statements, whatever the size
//! of the batch. One that names a message we do not know yet waits for it.

mod resolve;
mod waiting;
mod watermark;

use std::collections::{BTreeMap, BTreeSet};

use channel_core::{CheckState, Concern, DeliveryStatus, Failure, RefusalReason, StatusReport, StatusTarget};
use chrono::{DateTime, Utc};
use shared::{ChannelId, MessageStatus, TransmissionId};
use uuid::Uuid;

pub(super) use waiting::{apply_late, apply_waiting};

use self::resolve::Found;
use super::consequences;
use super::outcome::Failed;
use super::progress::{self, Change, Told, Why};
use super::settle;
use crate::channels::{ChannelEventKind, NewChannelEvent, activity, record_event, templates};
use crate::db::WorkspaceTx;

/// A report, with where it came from.
#[derive(Debug, Clone, Copy)]
pub struct Report<'a> {
    /// On which channel.
    pub channel_id: ChannelId,
    /// What it says.
    pub report: &'a StatusReport,
    /// When it came.
    pub received_at: DateTime<Utc>,
    /// With which delivery.
    pub delivery_id: Option<i64>,
}

/// What became of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heard {
    /// A message has come further.
    Moved,
    /// It says what was known, or less.
    Known,
    /// The message is not known yet: it waits for it.
    Waits,
}

/// Takes reports in, in their order; what became of each, in the same order.
///
/// # Errors
/// When the database refuses.
pub async fn apply(tx: &mut WorkspaceTx, reports: &[Report<'_>]) -> sqlx::Result<Vec<Heard>> {
    let (heard, unknown) = take_in(tx, reports).await?;
    waiting::keep(tx, &unknown).await?;
    Ok(heard)
}

/// Like [`apply`], but what is not known is given back.
async fn take_in<'a>(
    tx: &mut WorkspaceTx,
    reports: &[Report<'a>],
) -> sqlx::Result<(Vec<Heard>, Vec<Report<'a>>)> {
    if reports.is_empty() {
        return Ok((Vec::new(), Vec::new()));
    }
    // Conversations are locked before messages.
    let mut found = watermark::resolve(tx, reports).await?;
    found.merge(resolve::exact(tx, reports).await?);

    let mut changes: Changes = Changes::default();
    let mut heard = Vec::with_capacity(reports.len());
    for (report, found) in reports.iter().zip(found.of_reports(reports.len())) {
        heard.push(match found {
            Found::Nothing => Heard::Waits,
            Found::Superseded => Heard::Known,
            Found::Transmissions(locked) => {
                let mut moved = false;
                for one in locked {
                    moved |= changes.hear(one, report);
                }
                if moved { Heard::Moved } else { Heard::Known }
            }
        });
    }
    changes.store(tx).await?;

    let unknown = reports.iter().zip(&mut heard).filter(|(_, heard)| **heard == Heard::Waits);
    let unknown: Vec<(Report<'a>, &mut Heard)> = unknown.map(|(report, heard)| (*report, heard)).collect();
    let mut still_unknown = Vec::new();
    if !unknown.is_empty() {
        let outside = resolve::written_outside(tx, unknown.iter().map(|(report, _)| *report)).await?;
        for ((report, heard), moved) in unknown.into_iter().zip(outside) {
            match moved {
                Some(true) => *heard = Heard::Moved,
                Some(false) => *heard = Heard::Known,
                None => still_unknown.push(report),
            }
        }
    }
    Ok((heard, still_unknown))
}

/// What a batch of reports changes.
#[derive(Default)]
struct Changes {
    by_transmission: BTreeMap<TransmissionId, Change>,
    told: Vec<Told>,
    /// Lanes of transmissions that nobody knew about.
    settled: Vec<(ChannelId, Uuid, TransmissionId)>,
    names: BTreeSet<(Uuid, &'static str, String)>,
    unreachable: BTreeMap<Uuid, (String, shared::ConversationId, DateTime<Utc>)>,
    opted_out: BTreeSet<Uuid>,
    templates_of: BTreeSet<ChannelId>,
    faults: BTreeMap<ChannelId, String>,
    failed: BTreeMap<ChannelId, i64>,
}

impl Changes {
    /// Takes one report about one transmission in; whether that has come further.
    fn hear(&mut self, found: resolve::Target, report: &Report<'_>) -> bool {
        let status = &report.report.status;
        let (word, why) = word_of(status);
        let transmission_id = found.locked.transmission_id;
        let change = self.by_transmission.entry(transmission_id).or_insert_with(|| Change::of(found.locked));
        let before = change.status;
        let moved = change.hear(word, why);
        let at = report.report.at.unwrap_or(report.received_at);
        // Each word is kept, also one that others have overtaken.
        self.told.push(Told { transmission_id, status: word, at, detail: detail_of(status) });
        if let (StatusTarget::Message(id), true) = (&report.report.target, found.learns_id) {
            change.platform_ids.push(id.clone());
        }
        if let Some(pricing) = &report.report.pricing {
            change.pricing = serde_json::to_value(pricing).ok();
        }
        for alias in &report.report.aliases {
            self.names.insert((found.lane, alias.kind.as_str(), alias.value.clone()));
        }
        if moved && matches!(before, MessageStatus::Queued | MessageStatus::Unknown) {
            self.settled.push((found.locked.channel_id, found.lane, transmission_id));
        }
        if let (true, DeliveryStatus::Failed(failure)) = (moved, status) {
            self.learn_from(failure, &found, at);
        }
        moved
    }

    fn learn_from(&mut self, failure: &Failure, found: &resolve::Target, at: DateTime<Utc>) {
        let (channel_id, words) = (found.locked.channel_id, &failure.refusal.words);
        *self.failed.entry(channel_id).or_default() += 1;
        match failure.refusal.concern() {
            Concern::Message => {}
            Concern::Recipient => {
                self.unreachable.insert(found.lane, (words.clone(), found.locked.conversation_id, at));
            }
            Concern::Account => {
                self.faults.insert(channel_id, words.clone());
            }
        }
        match failure.refusal.reason {
            RefusalReason::OptedOut => drop(self.opted_out.insert(found.lane)),
            RefusalReason::Template => drop(self.templates_of.insert(channel_id)),
            _ => {}
        }
    }

    async fn store(self, tx: &mut WorkspaceTx) -> sqlx::Result<()> {
        let changes: Vec<Change> = self.by_transmission.into_values().collect();
        progress::store(tx, &changes, &self.told).await?;
        settle::free_lanes(tx, &self.settled).await?;
        let names = self.names.iter().map(|(lane, kind, value)| (*lane, *kind, value.as_str()));
        consequences::learn_names(tx, &names.collect()).await?;
        let people = self.unreachable.iter().map(|(lane, (words, conversation_id, at))| {
            let conversation_id = Some(*conversation_id);
            (*lane, consequences::Unreached { words, conversation_id, at: *at })
        });
        consequences::mark_unreachable(tx, &people.collect()).await?;
        consequences::opt_out(tx, &self.opted_out).await?;
        for (channel_id, words) in self.faults {
            let event = NewChannelEvent::new(ChannelEventKind::Sending, CheckState::Broken, words);
            record_event(tx, channel_id, event).await?;
        }
        for channel_id in self.templates_of {
            templates::out_of_date(tx, channel_id).await?;
        }
        for (channel_id, failed) in self.failed {
            activity::count(tx, channel_id, 0, 0, failed).await?;
        }
        Ok(())
    }
}

fn word_of(status: &DeliveryStatus) -> (MessageStatus, Option<Why>) {
    match status {
        DeliveryStatus::Sent => (MessageStatus::Sent, None),
        DeliveryStatus::Delivered => (MessageStatus::Delivered, None),
        DeliveryStatus::Read | DeliveryStatus::Played => (MessageStatus::Read, None),
        DeliveryStatus::Failed(failure) => {
            let dead = failure.refusal.concern() == Concern::Account;
            let why = Failed { refusal: failure.refusal.clone(), dead }.why();
            // The platform has spoken: it is final, though an admin may send it again.
            (MessageStatus::Failed, Some(Why { code: Some(failure.code.clone()), ..why }))
        }
    }
}

fn detail_of(status: &DeliveryStatus) -> Option<String> {
    match status {
        DeliveryStatus::Played => Some("played".to_owned()),
        DeliveryStatus::Failed(failure) => Some(failure.words.clone()),
        _ => None,
    }
}
