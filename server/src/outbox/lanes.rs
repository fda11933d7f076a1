//! What waits for one channel, in memory: whose turn it is, and when. The database has the truth; this is what was
//! last read of it.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::mem;

use shared::Pace;
use tokio::time::Instant;
use uuid::Uuid;

use super::pace::{AccountPace, Throttle};

/// Lanes without lines are remembered for their pace, as long as there are not too many of them.
const RESTING_MAX: usize = 4_096;

/// What a lane of the outbox is named by.
pub(super) type LaneId = Uuid;
/// What a line of the outbox is named by.
pub(super) type LineId = i64;

/// A line of the outbox as far as its turn depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Line {
    pub id: LineId,
    /// Its call was made and nobody knows what came of it: the lane waits for a word until then, and goes on.
    pub unanswered: bool,
    /// Not before.
    pub due: Instant,
}

/// Whose turn it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    /// This line goes out now.
    Send(LaneId, LineId),
    /// This line's outcome stays unknown; its lane goes on.
    GiveUp(LaneId, LineId),
}

/// What becomes of a line whose call is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum After {
    /// It is out of the outbox.
    Gone,
    /// It waits for another try.
    Later(Instant),
    /// No answer came; its lane waits for a word until then.
    Unanswered(Instant),
}

struct Lane {
    lines: VecDeque<Line>,
    in_flight: bool,
    /// There may be more in the database.
    more: bool,
    throttle: Throttle,
    /// Its place in [`Lanes::due`].
    due: Option<Instant>,
}

/// The lanes of one channel.
pub(super) struct Lanes {
    pace: Pace,
    account: AccountPace,
    lanes: HashMap<LaneId, Lane>,
    due: BTreeSet<(Instant, LaneId)>,
    to_read: BTreeSet<LaneId>,
    in_flight: usize,
}

impl Lanes {
    pub fn new(pace: Pace, now: Instant) -> Self {
        Self {
            account: AccountPace::new(&pace, now),
            pace,
            lanes: HashMap::new(),
            due: BTreeSet::new(),
            to_read: BTreeSet::new(),
            in_flight: 0,
        }
    }

    /// Something of this lane changed in the database.
    pub fn must_read(&mut self, lane: LaneId) {
        self.to_read.insert(lane);
    }

    /// Whether any lane has to be read.
    pub fn has_to_read(&self) -> bool {
        !self.to_read.is_empty()
    }

    /// Up to so many of the lanes that have to be read.
    pub fn take_to_read(&mut self, at_most: usize) -> Vec<LaneId> {
        let rest = self.to_read.iter().nth(at_most).copied();
        let rest = rest.map(|first| self.to_read.split_off(&first)).unwrap_or_default();
        mem::replace(&mut self.to_read, rest).into_iter().collect()
    }

    /// What the database has of a lane, from its first line on. A line that is on its way stays first.
    pub fn read(&mut self, id: LaneId, lines: impl IntoIterator<Item = Line>, more: bool, now: Instant) {
        let throttle = Throttle::new(self.pace.thread_interval, self.pace.thread_burst, now);
        let lane = self.lanes.entry(id).or_insert_with(|| Lane {
            lines: VecDeque::new(),
            in_flight: false,
            more,
            throttle,
            due: None,
        });
        let first = lane.lines.front().copied().filter(|_| lane.in_flight);
        lane.lines = first.into_iter().collect();
        lane.lines.extend(lines.into_iter().filter(|line| first.is_none_or(|first| first.id != line.id)));
        lane.more = more;
        self.queue(id, now);
    }

    /// The next turn, if anybody's has come. With `Send` the line counts as on its way until [`ended`](Self::ended).
    pub fn next(&mut self, now: Instant) -> Option<Turn> {
        let (due, id) = *self.due.first()?;
        if due > now {
            return None;
        }
        let lane = self.lanes.get_mut(&id)?;
        let line = *lane.lines.front()?;
        if line.unanswered {
            self.due.pop_first();
            lane.due = None;
            lane.in_flight = true;
            self.in_flight += 1;
            return Some(Turn::GiveUp(id, line.id));
        }
        if self.account.ready_at(now) > now {
            return None;
        }
        self.due.pop_first();
        lane.due = None;
        lane.in_flight = true;
        self.in_flight += 1;
        lane.throttle.take(now);
        self.account.take(now);
        Some(Turn::Send(id, line.id))
    }

    /// The call of a line is over.
    pub fn ended(&mut self, id: LaneId, line: LineId, after: After, now: Instant) {
        let Some(lane) = self.lanes.get_mut(&id).filter(|lane| lane.in_flight) else { return };
        if lane.lines.front().is_none_or(|first| first.id != line) {
            return;
        }
        lane.in_flight = false;
        self.in_flight = self.in_flight.saturating_sub(1);
        match after {
            After::Gone => {
                lane.lines.pop_front();
            }
            After::Later(due) => {
                if let Some(first) = lane.lines.front_mut() {
                    *first = Line { due, unanswered: false, ..*first };
                }
            }
            After::Unanswered(due) => {
                if let Some(first) = lane.lines.front_mut() {
                    *first = Line { due, unanswered: true, ..*first };
                }
            }
        }
        if lane.lines.is_empty() && lane.more {
            self.to_read.insert(id);
        }
        self.queue(id, now);
    }

    /// The platform told the account to wait.
    pub fn complain(&mut self, until: Instant, now: Instant) {
        self.account.complain(until, now);
    }

    /// Nothing goes before this moment.
    pub fn hold(&mut self, until: Instant) {
        self.account.hold(until);
    }

    /// When it is somebody's turn; `None`: not before something changes.
    pub fn wake_at(&self, now: Instant) -> Option<Instant> {
        let (due, id) = self.due.first()?;
        let unanswered =
            self.lanes.get(id).and_then(|lane| lane.lines.front()).is_some_and(|line| line.unanswered);
        Some(if unanswered { *due } else { self.account.ready_at(now).max(*due) })
    }

    /// How many calls are on their way.
    pub fn in_flight(&self) -> usize {
        self.in_flight
    }

    /// Gives a lane its place among those that wait.
    fn queue(&mut self, id: LaneId, now: Instant) {
        let Some(lane) = self.lanes.get_mut(&id) else { return };
        if let Some(due) = lane.due.take() {
            self.due.remove(&(due, id));
        }
        if lane.in_flight {
            return;
        }
        match lane.lines.front() {
            Some(line) if line.unanswered => lane.due = Some(line.due),
            Some(line) => lane.due = Some(line.due.max(lane.throttle.ready_at())),
            None => {
                let rested = lane.throttle.is_rested(now);
                if !lane.more && (rested || self.lanes.len() > RESTING_MAX) {
                    self.lanes.remove(&id);
                }
                return;
            }
        }
        self.due.extend(lane.due.map(|due| (due, id)));
    }
}

#[cfg(test)]
mod tests;
