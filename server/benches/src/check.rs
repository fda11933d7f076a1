//! What a rate is worth: acknowledged messages that are lost, doubled or out of order, counted in the database.

use std::time::{Duration, Instant};

use anyhow::ensure;
use sqlx::{Connection as _, PgConnection};

use crate::load::Outcome;
use crate::postgres::{PRODUCT, Postgres};

/// How long a backlog may take to drain.
const DRAIN_WAIT: Duration = Duration::from_secs(600);
const LOOK: Duration = Duration::from_millis(20);

/// What was found; all must be zero.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Faults {
    /// Acknowledged, but in no conversation.
    pub lost: i64,
    /// In a conversation more than once.
    pub doubled: i64,
    /// After a message that its sender wrote later.
    pub out_of_order: i64,
}

impl Faults {
    /// Why a rate does not count; none when it does.
    pub fn verdict(self) -> Option<String> {
        let Self { lost, doubled, out_of_order } = self;
        (self != Self::default())
            .then(|| format!("{lost} lost, {doubled} doubled, {out_of_order} out of order"))
    }

    /// Both together.
    pub fn and(self, other: Self) -> Self {
        Self {
            lost: self.lost + other.lost,
            doubled: self.doubled + other.doubled,
            out_of_order: self.out_of_order + other.out_of_order,
        }
    }
}

/// Waits until every stored delivery is processed; returns how long that took.
///
/// # Errors
/// When deliveries stay.
pub async fn wait_until_drained(postgres: &Postgres) -> anyhow::Result<Duration> {
    let mut connection = postgres.superuser(PRODUCT).await?;
    let begun = Instant::now();
    loop {
        let left: Option<i32> = sqlx::query_scalar("select 1 from pending_deliveries limit 1")
            .fetch_optional(&mut connection)
            .await?;
        if left.is_none() {
            connection.close().await?;
            return Ok(begun.elapsed());
        }
        ensure!(
            begun.elapsed() < DRAIN_WAIT,
            "deliveries are still pending after {} s",
            DRAIN_WAIT.as_secs()
        );
        tokio::time::sleep(LOOK).await;
    }
}

/// How many reports on messages of ours are kept.
///
/// # Errors
/// When the database does not answer.
pub async fn reports(postgres: &Postgres) -> anyhow::Result<i64> {
    let mut connection = postgres.superuser(PRODUCT).await?;
    let count =
        sqlx::query_scalar("select count(*) from transmission_events").fetch_one(&mut connection).await?;
    connection.close().await?;
    Ok(count)
}

/// Compares what was acknowledged with what is stored under a tag; reports are compared by their number.
///
/// # Errors
/// When the database does not answer.
pub async fn faults(postgres: &Postgres, tag: &str, outcome: &Outcome) -> anyhow::Result<Faults> {
    let mut connection = postgres.superuser(PRODUCT).await?;
    let (acknowledged, doubled, out_of_order) = stored(&mut connection, tag, &outcome.failed_texts).await?;
    connection.close().await?;
    let answered = i64::try_from(outcome.answered - outcome.reports)?;
    Ok(Faults { lost: (answered - acknowledged).max(0), doubled, out_of_order })
}

/// Of the texts `<tag> v<visitor> n<number> t…`: how many different ones that were acknowledged, how many more
/// than once, and how many after a higher number in the same conversation.
async fn stored(
    connection: &mut PgConnection,
    tag: &str,
    failed: &[String],
) -> anyhow::Result<(i64, i64, i64)> {
    Ok(sqlx::query_as(
        "with m as materialized (
             select conversation_id, seq, split_part(text, ' t', 1) as key, substring(text from ' n(\\d+) ')::bigint as n
             from messages where direction = 1 and text like $1 || ' v%')
         select (select count(distinct key) from m where key <> all ($2)),
                (select count(*) - count(distinct key) from m),
                (select count(*) from (select n < lag(n) over (partition by conversation_id order by seq) as late
                                       from m) as pairs where late)",
    )
    .bind(tag)
    .bind(failed)
    .fetch_one(connection)
    .await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_fault_of_any_kind_voids_a_rate() {
        assert_eq!(Faults::default().verdict(), None);
        let faults = Faults { doubled: 1, ..Faults::default() }.and(Faults { lost: 2, ..Faults::default() });
        assert_eq!(faults.verdict().as_deref(), Some("2 lost, 1 doubled, 0 out of order"));
    }
}
