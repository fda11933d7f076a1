//! SQL of looking at deliveries. However rare what is looked for: one page costs no more than its budget.

use chrono::{DateTime, Utc};
use shared::{ChannelId, ChannelKind, ConversationId, DeliveryId, MessageId};
use sqlx::FromRow;

use crate::db::WorkspaceTx;
use crate::webhooks::DeliveryOutcome;
use crate::webhooks::search::Needles;

/// Deliveries that one page looks at when it has to look into them.
const ROWS_SEARCHED_MAX: i64 = 4_000;
/// Bytes of bodies that one page looks through.
const BYTES_SEARCHED_MAX: i64 = 24 * 1024 * 1024;
/// Deliveries that one page looks at when it only compares their channel.
const ROWS_FILTERED_MAX: i64 = 20_000;

/// A stored delivery as admins see it.
#[derive(Debug, Clone, FromRow)]
pub struct StoredDelivery {
    /// Which.
    pub id: DeliveryId,
    /// Which adapter reads it.
    pub kind: ChannelKind,
    /// Through which channel it came.
    pub channel_id: ChannelId,
    /// When it was stored.
    pub received_at: DateTime<Utc>,
    /// When it ended.
    pub processed_at: Option<DateTime<Utc>>,
    outcome: i16,
    /// Why, where that needs saying.
    pub reason: Option<String>,
    /// Tries so far.
    pub attempts: i16,
    /// Size of the stored bytes.
    pub body_bytes: i32,
    /// When the stored bytes were removed, because they were old.
    pub body_removed_at: Option<DateTime<Utc>>,
    /// The message it became or belongs to.
    pub message_id: Option<MessageId>,
    /// That message's.
    pub conversation_id: Option<ConversationId>,
}

impl StoredDelivery {
    /// What became of it; for a number that a newer version wrote: processed.
    #[must_use]
    pub fn outcome(&self) -> DeliveryOutcome {
        DeliveryOutcome::from_code(self.outcome).unwrap_or(DeliveryOutcome::Processed)
    }
}

/// What is looked for.
#[derive(Debug, Clone)]
pub struct Asked {
    /// With this outcome.
    pub outcome: Option<DeliveryOutcome>,
    /// Through this channel.
    pub channel_id: Option<ChannelId>,
    /// With these words in it.
    pub needles: Option<Needles>,
    /// Only those before this number.
    pub before: i64,
}

/// What was found, newest first.
#[derive(Debug)]
pub struct Found {
    /// The rows.
    pub rows: Vec<StoredDelivery>,
    /// Where the look ended, when its budget did and there may be more.
    pub looked_to: Option<i64>,
}

/// Numbers of deliveries, newest first: each outcome is a range of one index. `$1` workspace, `$2` before, `$3` at most.
macro_rules! by_outcome {
    ($statement:ident, $outcome:expr) => {
        match $outcome {
            None => $statement!(
                "select q.id from webhook_deliveries q
                 where q.workspace_id = $1 and q.id < $2 order by q.id desc limit $3"
            ),
            Some(DeliveryOutcome::Pending) => $statement!(
                "select q.delivery_id as id from pending_deliveries q
                 where q.workspace_id = $1 and q.delivery_id < $2 and q.attempts = 0
                 order by q.delivery_id desc limit $3"
            ),
            Some(DeliveryOutcome::Waiting) => $statement!(
                "select q.delivery_id as id from pending_deliveries q
                 where q.workspace_id = $1 and q.delivery_id < $2 and q.attempts > 0
                 order by q.delivery_id desc limit $3"
            ),
            Some(DeliveryOutcome::Processed) => $statement!(
                "select q.delivery_id as id from delivery_outcomes q
                 where q.workspace_id = $1 and q.delivery_id < $2 and q.outcome = 1
                 order by q.delivery_id desc limit $3"
            ),
            Some(DeliveryOutcome::Duplicate) => $statement!(
                "select q.delivery_id as id from delivery_outcomes q
                 where q.workspace_id = $1 and q.delivery_id < $2 and q.outcome = 2 and q.outcome > 1
                 order by q.delivery_id desc limit $3"
            ),
            Some(DeliveryOutcome::Ignored) => $statement!(
                "select q.delivery_id as id from delivery_outcomes q
                 where q.workspace_id = $1 and q.delivery_id < $2 and q.outcome = 3 and q.outcome > 1
                 order by q.delivery_id desc limit $3"
            ),
            Some(DeliveryOutcome::Failed) => $statement!(
                "select q.delivery_id as id from delivery_outcomes q
                 where q.workspace_id = $1 and q.delivery_id < $2 and q.outcome = 4 and q.outcome > 1
                 order by q.delivery_id desc limit $3"
            ),
        }
    };
}

/// How far a page may look: the last number within the budget, and how many numbers that are.
macro_rules! budget {
    ($numbers:literal) => {
        concat!(
            "select min(s.id), count(*) from (
                 select w.id, sum(d.bytes) over (order by w.id desc rows unbounded preceding) - d.bytes as before
                 from (",
            $numbers,
            ") w
                 cross join lateral (
                     select length(d.body) as bytes from webhook_deliveries d
                     where d.workspace_id = $1 and d.id = w.id limit 1) d) s
             where s.before < $4"
        )
    };
}

/// Deliveries with what became of them, as [`StoredDelivery`] reads them, of the numbers `w.id`.
macro_rules! deliveries {
    ($numbers:literal, $rest:literal) => {
        concat!(
            "select d.id, d.kind, d.channel_id, d.received_at, o.processed_at, length(d.body) as body_bytes,
                    d.body_removed_at, o.message_id, m.conversation_id,
                    coalesce(o.outcome, case when p.attempts > 0 then 5 else 0 end::smallint) as outcome,
                    coalesce(o.reason, p.reason) as reason,
                    coalesce(o.attempts, p.attempts, 0::smallint) as attempts
             from (",
            $numbers,
            ") w
             cross join lateral (
                 select * from webhook_deliveries d where d.workspace_id = $1 and d.id = w.id limit 1) d
             left join pending_deliveries p on p.workspace_id = $1 and p.delivery_id = d.id
             left join delivery_outcomes o on o.workspace_id = $1 and o.delivery_id = d.id
             left join messages m on m.workspace_id = $1 and m.id = o.message_id ",
            $rest
        )
    };
}

macro_rules! newest {
    ($numbers:literal) => {
        deliveries!($numbers, "order by w.id desc")
    };
}

macro_rules! matching {
    ($numbers:literal) => {
        deliveries!(
            $numbers,
            "cross join lateral (
                 select case when $6::text[] is null then '' else lower(encode(d.body, 'escape') collate \"C\") end as body
                 offset 0) t
             where w.id >= $4 and ($5::uuid is null or d.channel_id = $5)
               and ($6 is null
                    or exists (select from unnest($6) n where position(n in t.body) > 0)
                    or position($7 in lower(concat_ws(' ', o.reason, p.reason, d.sender, d.dedupe_key))) > 0)
             order by w.id desc limit $8"
        )
    };
}

/// Deliveries, newest first. A page may be shorter than asked for, even empty, while there is more to look at.
pub async fn page(tx: &mut WorkspaceTx, asked: &Asked, at_most: i64) -> sqlx::Result<Found> {
    let workspace_id = tx.workspace_id();
    if asked.channel_id.is_none() && asked.needles.is_none() {
        let rows = sqlx::query_as(by_outcome!(newest, asked.outcome))
            .bind(workspace_id)
            .bind(asked.before)
            .bind(at_most)
            .fetch_all(tx.conn())
            .await?;
        return Ok(Found { rows, looked_to: None });
    }
    let (rows_max, bytes_max) = match asked.needles {
        Some(_) => (ROWS_SEARCHED_MAX, BYTES_SEARCHED_MAX),
        None => (ROWS_FILTERED_MAX, i64::MAX),
    };
    let (to, count): (Option<i64>, i64) = sqlx::query_as(by_outcome!(budget, asked.outcome))
        .bind(workspace_id)
        .bind(asked.before)
        .bind(rows_max + 1)
        .bind(bytes_max)
        .fetch_one(tx.conn())
        .await?;
    let Some(to) = to else { return Ok(Found { rows: Vec::new(), looked_to: None }) };
    let rows = sqlx::query_as(by_outcome!(matching, asked.outcome))
        .bind(workspace_id)
        .bind(asked.before)
        .bind(count)
        .bind(to)
        .bind(asked.channel_id)
        .bind(asked.needles.as_ref().map(Needles::in_body))
        .bind(asked.needles.as_ref().map(Needles::in_words))
        .bind(at_most)
        .fetch_all(tx.conn())
        .await?;
    let is_last = last_is(tx, asked, to).await?;
    Ok(Found { rows, looked_to: (!is_last).then_some(to) })
}

macro_rules! any {
    ($numbers:literal) => {
        concat!("select not exists (", $numbers, ")")
    };
}

/// Whether nothing comes after this number.
async fn last_is(tx: &mut WorkspaceTx, asked: &Asked, id: i64) -> sqlx::Result<bool> {
    let workspace_id = tx.workspace_id();
    sqlx::query_scalar(by_outcome!(any, asked.outcome))
        .bind(workspace_id)
        .bind(id)
        .bind(1_i64)
        .fetch_one(tx.conn())
        .await
}

/// One delivery.
pub async fn find(tx: &mut WorkspaceTx, id: DeliveryId) -> sqlx::Result<Option<StoredDelivery>> {
    let workspace_id = tx.workspace_id();
    sqlx::query_as(deliveries!("select $2::bigint as id", ""))
        .bind(workspace_id)
        .bind(id)
        .fetch_optional(tx.conn())
        .await
}

/// The stored bytes of a delivery, or their beginning.
pub async fn body(tx: &mut WorkspaceTx, id: DeliveryId, bytes_max: i32) -> sqlx::Result<Option<Vec<u8>>> {
    let workspace_id = tx.workspace_id();
    sqlx::query_scalar(
        "select substring(body from 1 for $3) from webhook_deliveries where workspace_id = $1 and id = $2",
    )
    .bind(workspace_id)
    .bind(id)
    .bind(bytes_max)
    .fetch_optional(tx.conn())
    .await
}
