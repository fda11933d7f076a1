//! One round of an office, one transaction: what ended is written, what waits is read, and what comes next begins.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::mem;
use std::time::Duration;

use channel_core::WaitScope;
use chrono::Utc;
use shared::{ChannelId, MessageStatus};
use tokio::time::Instant;
use uuid::Uuid;

use super::Office;
use crate::channels::activity;
use crate::db::WorkspaceTx;
use crate::outbox::finish::{self, Finished, Tally};
use crate::outbox::lanes::{After, LaneId, Line, LineId, Turn};
use crate::outbox::outcome::Outcome;
use crate::outbox::progress::{self, Change, Locked, Told};
use crate::outbox::statuses;
use crate::outbox::store::{self, Begun, Head};

/// Channels' figures are written this often.
pub(super) const TALLY_PAUSE: Duration = Duration::from_secs(1);
/// Calls whose end is written in one round.
const FINISHED_AT_ONCE: usize = 500;
/// Lanes that are read in one round.
const LANES_AT_ONCE: usize = 1_000;
/// Lines that are read of a lane.
const LINES_OF_LANE: i64 = 16;
/// Lanes that are known of one channel; others come when these are done.
const LANES_OF_CHANNEL: i64 = 20_000;
/// A report that came at the very moment at which its message became known is taken in after this.
const LATE_PAUSE: Duration = Duration::from_secs(5);
/// When that failed, it is done again after this: while they count as young.
const LATE_AGAIN: Duration = Duration::from_secs(30);
/// A line that could not begin is looked at again after this.
const NOT_BEGUN_PAUSE: Duration = Duration::from_millis(500);
/// Longest pause of a whole application, whatever its platform says: it can be asked again.
const APPLICATION_WAIT_MAX: Duration = Duration::from_mins(15);

/// What a round has in hand, to be put back when the database refuses it.
struct Hand {
    finished: Vec<Finished>,
    reading: Vec<(ChannelId, LaneId)>,
    begun: Vec<(ChannelId, LaneId, LineId, Uuid)>,
    given_up: Vec<(ChannelId, LaneId, LineId)>,
}

impl Office {
    /// Does what is to be done now, and starts the calls that were begun.
    pub(super) async fn round(&mut self) -> sqlx::Result<()> {
        let now = Instant::now();
        let count = self.finished.len().min(FINISHED_AT_ONCE);
        let mut hand = Hand {
            finished: self.finished.drain(..count).collect(),
            reading: Vec::new(),
            begun: Vec::new(),
            given_up: Vec::new(),
        };
        if hand.finished.is_empty() && self.wake_at().is_none_or(|at| at > now) {
            return Ok(());
        }
        match self.work(&mut hand).await {
            Ok(begun) => {
                begun.into_iter().for_each(|line| self.call(line));
                Ok(())
            }
            Err(error) => {
                self.put_back(hand);
                Err(error)
            }
        }
    }

    async fn work(&mut self, hand: &mut Hand) -> sqlx::Result<Vec<Begun>> {
        let mut tx = self.app.db.sending(self.workspace_id).await?;
        let mut tallies = BTreeMap::new();
        let afters = finish::store(&mut tx, &hand.finished, &self.settings, &mut tallies).await?;

        self.scan(&mut tx).await?;
        hand.reading = self.take_to_read();
        let heads = store::heads(&mut tx, &hand.reading, LINES_OF_LANE).await?;
        let unanswered = self.adopt(&mut tx, &heads).await?;

        // From here on memory changes as well; `put_back` undoes what matters.
        let now = Instant::now();
        self.end(&hand.finished, &afters, now);
        self.know(hand, &heads, &unanswered, now);
        self.choose(hand, now);
        let gone: Vec<LineId> = hand.given_up.iter().map(|line| line.2).collect();
        store::give_up(&mut tx, &gone).await?;
        let lines: Vec<(LineId, Uuid)> = hand.begun.iter().map(|line| (line.2, line.3)).collect();
        let begun = store::begin(&mut tx, &lines).await?;
        if self.tallied_at.elapsed() >= TALLY_PAUSE || self.stopping {
            count(&mut tx, &mut self.tallies).await?;
            self.tallied_at = Instant::now();
        }
        tx.commit().await?;

        if hand.finished.iter().any(|one| matches!(one.outcome, Outcome::Sent(_))) {
            self.late_at.get_or_insert(now + LATE_PAUSE);
        }
        for one in &hand.finished {
            self.in_flight.remove(&one.id);
        }
        for (channel_id, tally) in tallies {
            let sum = self.tallies.entry(channel_id).or_default();
            sum.sent += tally.sent;
            sum.failed += tally.failed;
        }
        for (channel_id, lane, line) in mem::take(&mut hand.given_up) {
            if let Some(post) = self.posts.get_mut(&channel_id) {
                post.lanes.ended(lane, line, After::Gone, now);
            }
        }
        self.leave_alone(hand, &begun, now);
        if self.late_at.is_some_and(|at| at <= now) {
            self.late_at = None;
            self.hear_late().await;
        }
        Ok(begun)
    }

    /// Takes in reports that came at the moment of their message. By itself: sending must not depend on it.
    async fn hear_late(&mut self) {
        let heard = async {
            let mut tx = self.app.db.sending(self.workspace_id).await?;
            statuses::apply_late(&mut tx).await?;
            tx.commit().await
        };
        if let Err(error) = heard.await {
            tracing::warn!(workspace.id = %self.workspace_id, %error, "late statuses were not looked at");
            self.late_at = Some(Instant::now() + LATE_AGAIN);
        }
    }

    /// Looks through the lanes of channels that are due for it.
    async fn scan(&mut self, tx: &mut WorkspaceTx) -> sqlx::Result<()> {
        let now = Instant::now();
        for (channel_id, post) in &mut self.posts {
            if self.stopping || post.scan_at > now || post.until <= now {
                continue;
            }
            for lane in store::lanes(tx, *channel_id, LANES_OF_CHANNEL).await? {
                post.lanes.must_read(lane);
            }
            post.scan_at = now + self.settings.scan;
        }
        Ok(())
    }

    fn take_to_read(&mut self) -> Vec<(ChannelId, LaneId)> {
        let now = Instant::now();
        let mut reading = Vec::new();
        for (channel_id, post) in &mut self.posts {
            if self.stopping || post.until <= now {
                continue;
            }
            let room = LANES_AT_ONCE.saturating_sub(reading.len());
            reading.extend(post.lanes.take_to_read(room).into_iter().map(|lane| (*channel_id, lane)));
        }
        reading
    }

    /// Lines whose calls were begun by somebody else, who is gone: what cannot be repeated waits for a word. Those of
    /// our own that nobody makes were never begun: a commit's answer was lost.
    async fn adopt(&self, tx: &mut WorkspaceTx, heads: &[Head]) -> sqlx::Result<HashSet<LineId>> {
        let begun =
            heads.iter().filter(|head| head.state == store::BEGUN && !self.in_flight.contains(&head.id));
        let (mut harmless, mut open) = (Vec::new(), Vec::new());
        for head in begun {
            let ours = self.posts.get(&head.channel_id).is_some_and(|post| Some(post.token) == head.token);
            if ours || !head.has_transmission { harmless.push(head.id) } else { open.push(head.id) }
        }
        store::put_back(tx, &harmless).await?;
        let orphans = store::orphans(tx, &open).await?;
        if orphans.is_empty() {
            return Ok(HashSet::new());
        }
        let (mut changes, mut told) = (Vec::new(), Vec::new());
        let (mut answered, mut unanswered) = (Vec::new(), Vec::new());
        for orphan in &orphans {
            let mut change = Change::of(Locked {
                transmission_id: orphan.transmission_id,
                message_id: orphan.message_id,
                conversation_id: orphan.conversation_id,
                channel_id: orphan.channel_id,
                status: orphan.status,
                gave_up: false,
            });
            if change.hear(MessageStatus::Unknown, None) {
                let detail =
                    Some("the process that made the call ended before it heard an answer".to_owned());
                let transmission_id = orphan.transmission_id;
                told.push(Told { transmission_id, status: MessageStatus::Unknown, at: Utc::now(), detail });
            }
            let known = orphan.status != MessageStatus::Queued && orphan.status != MessageStatus::Unknown;
            if known {
                answered.push(orphan.id)
            } else {
                unanswered.push(orphan.id)
            }
            changes.push(change);
        }
        tracing::info!(
            workspace.id = %self.workspace_id,
            count = unanswered.len(),
            "calls of a process that ended may have gone out; they wait for a word"
        );
        store::leave_unanswered(tx, &answered, Duration::ZERO).await?;
        store::leave_unanswered(tx, &unanswered, self.settings.unanswered_wait).await?;
        progress::store(tx, &changes, &told).await?;
        Ok(unanswered.into_iter().chain(answered).collect())
    }

    /// Notes in memory what became of lines.
    fn end(&mut self, finished: &[Finished], afters: &[After], now: Instant) {
        for (one, after) in finished.iter().zip(afters) {
            let Some(post) = self.posts.get_mut(&one.channel_id) else { continue };
            post.lanes.ended(one.lane, one.id, *after, now);
            match &one.outcome {
                Outcome::Later(later) => {
                    let until = now + later.wait;
                    if later.scope != WaitScope::Thread {
                        post.lanes.complain(until, now);
                    }
                    if later.scope == WaitScope::Application {
                        let until = until.min(now + APPLICATION_WAIT_MAX);
                        self.app.outbox.hold_application(post.application, until);
                    }
                }
                // Held until somebody connects it again: the next lease says so.
                Outcome::NotNow => post.until = now,
                _ => {}
            }
        }
    }

    /// Takes in what was read of lanes.
    fn know(&mut self, hand: &Hand, heads: &[Head], unanswered: &HashSet<LineId>, now: Instant) {
        let written: HashSet<LineId> = hand.finished.iter().map(|one| one.id).collect();
        let mut lines: HashMap<(ChannelId, LaneId), Vec<Line>> = HashMap::new();
        for head in heads {
            let adopted = unanswered.contains(&head.id);
            let wait = Duration::try_from_secs_f64(head.wait_seconds).unwrap_or_default();
            let due = if adopted { now + self.settings.unanswered_wait } else { now + wait };
            let line = Line { id: head.id, unanswered: adopted || head.state == store::UNANSWERED, due };
            lines.entry((head.channel_id, head.lane)).or_default().push(line);
        }
        for (channel_id, lane) in &hand.reading {
            let Some(post) = self.posts.get_mut(channel_id) else { continue };
            let lines = lines.remove(&(*channel_id, *lane)).unwrap_or_default();
            let more = i64::try_from(lines.len()).unwrap_or(i64::MAX) >= LINES_OF_LANE;
            // What is on its way by our own hand is first in memory already.
            let on_its_way = |line: &Line| self.in_flight.contains(&line.id) && !written.contains(&line.id);
            let waiting = lines.into_iter().filter(|line| !on_its_way(line));
            post.lanes.read(*lane, waiting, more, now);
        }
    }

    /// Whose turn it is, in every channel that is ours for long enough.
    fn choose(&mut self, hand: &mut Hand, now: Instant) {
        if self.stopping {
            return;
        }
        let mut room = self.settings.calls_max.saturating_sub(self.calls);
        let of_channel = self.calls_of_channel();
        for (channel_id, post) in &mut self.posts {
            if let Some(until) = self.app.outbox.application_held(post.application) {
                post.lanes.hold(until);
            }
            while room > 0 && post.until > now && post.lanes.in_flight() < of_channel {
                match post.lanes.next(now) {
                    Some(Turn::Send(lane, line)) => {
                        room -= 1;
                        hand.begun.push((*channel_id, lane, line, post.token));
                    }
                    Some(Turn::GiveUp(lane, line)) => hand.given_up.push((*channel_id, lane, line)),
                    None => break,
                }
            }
        }
    }

    /// Lines that were chosen and did not begin: the channel was paused, the lease ended, or the line is gone.
    fn leave_alone(&mut self, hand: &Hand, begun: &[Begun], now: Instant) {
        let begun: HashSet<LineId> = begun.iter().map(|line| line.id).collect();
        for (channel_id, lane, line, _) in &hand.begun {
            if begun.contains(line) {
                continue;
            }
            if let Some(post) = self.posts.get_mut(channel_id) {
                post.lanes.ended(*lane, *line, After::Later(now + NOT_BEGUN_PAUSE), now);
                post.lanes.must_read(*lane);
            }
        }
    }

    /// The database did not take it: everything is still to be done.
    fn put_back(&mut self, hand: Hand) {
        let soon = Instant::now() + NOT_BEGUN_PAUSE;
        for (channel_id, lane, line, _) in &hand.begun {
            if let Some(post) = self.posts.get_mut(channel_id) {
                post.lanes.ended(*lane, *line, After::Later(soon), soon);
                post.lanes.must_read(*lane);
            }
        }
        for (channel_id, lane, line) in &hand.given_up {
            if let Some(post) = self.posts.get_mut(channel_id) {
                post.lanes.ended(*lane, *line, After::Unanswered(soon), soon);
            }
        }
        for (channel_id, lane) in &hand.reading {
            if let Some(post) = self.posts.get_mut(channel_id) {
                post.lanes.must_read(*lane);
            }
        }
        self.finished.splice(0..0, hand.finished);
    }
}

/// Adds what was sent to the channels' figures.
pub(super) async fn count(
    tx: &mut WorkspaceTx,
    tallies: &mut BTreeMap<ChannelId, Tally>,
) -> sqlx::Result<()> {
    for (channel_id, tally) in mem::take(tallies) {
        activity::count(tx, channel_id, 0, tally.sent, tally.failed).await?;
    }
    Ok(())
}
