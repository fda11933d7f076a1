//! Counters shown live, kept as rows and changed by net deltas: never counted.

use std::collections::BTreeMap;

use shared::{ChannelId, MemberId, WorkspaceId};
use sqlx::PgConnection;
use uuid::Uuid;

/// One number shown beside a view.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Counter {
    /// All open conversations.
    Open,
    /// All snoozed ones.
    Snoozed,
    /// All closed ones.
    Closed,
    /// Open ones that nobody has taken.
    Unassigned,
    /// Open ones of a member.
    Assigned(MemberId),
    /// Open ones of a channel.
    Channel(ChannelId),
}

impl Counter {
    /// The number of its kind in the database.
    #[must_use]
    pub fn kind(self) -> i16 {
        match self {
            Self::Open => 1,
            Self::Snoozed => 2,
            Self::Closed => 3,
            Self::Unassigned => 4,
            Self::Assigned(_) => 5,
            Self::Channel(_) => 6,
        }
    }

    /// The member or channel it is about; nil where there is none.
    #[must_use]
    pub fn subject(self) -> Uuid {
        match self {
            Self::Assigned(member) => member.0,
            Self::Channel(channel) => channel.0,
            _ => Uuid::nil(),
        }
    }

    /// From the database's two columns; `None` for a kind that is no such counter.
    #[must_use]
    pub fn from_parts(kind: i16, subject: Uuid) -> Option<Self> {
        match kind {
            1 => Some(Self::Open),
            2 => Some(Self::Snoozed),
            3 => Some(Self::Closed),
            4 => Some(Self::Unassigned),
            5 => Some(Self::Assigned(MemberId(subject))),
            6 => Some(Self::Channel(ChannelId(subject))),
            _ => None,
        }
    }
}

/// Net changes of one transaction, in the order in which their rows are locked.
#[derive(Debug, Default)]
pub struct CounterDeltas(BTreeMap<(i16, Uuid), i64>);

impl CounterDeltas {
    /// Adds `delta` to a counter.
    pub fn add(&mut self, counter: Counter, delta: i64) {
        *self.0.entry((counter.kind(), counter.subject())).or_default() += delta;
    }

    /// Whether nothing would change.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.values().all(|delta| *delta == 0)
    }
}

/// A counter after its change.
#[derive(Debug, Clone, Copy)]
pub struct ChangedCounter {
    /// Which.
    pub counter: Counter,
    /// Its value now.
    pub n: i64,
}

/// Writes the deltas, rows locked in the order of the key.
///
/// # Errors
/// When the database refuses; then the caller's transaction must not commit.
pub async fn apply(
    tx: &mut PgConnection,
    workspace_id: WorkspaceId,
    deltas: &CounterDeltas,
) -> sqlx::Result<Vec<ChangedCounter>> {
    let changed: Vec<(i16, Uuid, i64)> = deltas
        .0
        .iter()
        .filter(|(_, delta)| **delta != 0)
        .map(|((kind, subject), delta)| (*kind, *subject, *delta))
        .collect();
    if changed.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<(i16, Uuid, i64)> = sqlx::query_as(
        "insert into conversation_counters as c (workspace_id, kind, subject_id, n)
         select $1, d.kind, d.subject_id, d.delta
         from unnest($2::smallint[], $3::uuid[], $4::bigint[]) as d(kind, subject_id, delta)
         order by d.kind, d.subject_id
         on conflict (workspace_id, kind, subject_id) do update set n = c.n + excluded.n
         returning kind, subject_id, n",
    )
    .bind(workspace_id)
    .bind(changed.iter().map(|c| c.0).collect::<Vec<_>>())
    .bind(changed.iter().map(|c| c.1).collect::<Vec<_>>())
    .bind(changed.iter().map(|c| c.2).collect::<Vec<_>>())
    .fetch_all(tx)
    .await?;
    Ok(rows
        .into_iter()
        .filter_map(|(kind, subject, n)| {
            Counter::from_parts(kind, subject).map(|counter| ChangedCounter { counter, n })
        })
        .collect())
}
