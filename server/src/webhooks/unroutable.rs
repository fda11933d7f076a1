//! Proven deliveries that no workspace gets: kept for the operator, within bounds.

use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use chrono::{DateTime, Utc};
use sqlx::{FromRow, PgConnection};
use tokio::sync::{mpsc, oneshot};

use super::NotStored;
use crate::db::Db;

/// Most that are kept; the oldest go first.
const KEPT_MAX: i64 = 5_000;
/// How long one is kept after it last came.
const DAYS: i32 = 30;
/// Most bytes that are kept of one body.
const BODY_BYTES_MAX: usize = 64 * 1024;
/// Most in one commit.
const BATCH_MAX: usize = 64;
/// Most that wait for it; beyond, providers are told to come again.
const WAITING_MAX: usize = 256;

/// A delivery for nobody here.
#[derive(Debug)]
pub(super) struct Unroutable {
    /// As in the address it was posted to.
    pub provider: &'static str,
    pub accounts: Vec<String>,
    pub reason: &'static str,
    pub body: Bytes,
    pub fingerprint: [u8; 32],
}

struct Waiting(Unroutable, oneshot::Sender<Result<(), NotStored>>);

/// Where they are handed in: what waits while one commit runs shares the next.
pub(super) struct Unroutables {
    waiting: mpsc::Sender<Waiting>,
    /// Taken by the first delivery: most installations never see one.
    committer: Mutex<Option<mpsc::Receiver<Waiting>>>,
    db: Db,
}

impl Unroutables {
    pub(super) fn new(db: Db) -> Self {
        let (waiting, committer) = mpsc::channel(WAITING_MAX);
        Self { waiting, committer: Mutex::new(Some(committer)), db }
    }

    /// Keeps one, and returns once it is durable.
    pub(super) async fn keep(&self, delivery: Unroutable) -> Result<(), NotStored> {
        if let Some(committer) = self.committer.lock().unwrap_or_else(PoisonError::into_inner).take() {
            tokio::spawn(commit_all(self.db.clone(), committer));
        }
        let (answer, answered) = oneshot::channel();
        self.waiting.try_send(Waiting(delivery, answer)).map_err(|_| NotStored)?;
        answered.await.unwrap_or(Err(NotStored))
    }
}

async fn commit_all(db: Db, mut waiting: mpsc::Receiver<Waiting>) {
    let mut batch = Vec::with_capacity(BATCH_MAX);
    while waiting.recv_many(&mut batch, BATCH_MAX).await > 0 {
        let (deliveries, answers): (Vec<_>, Vec<_>) =
            batch.drain(..).map(|Waiting(delivery, answer)| (delivery, answer)).unzip();
        let kept = insert(&db, &deliveries).await.map_err(|error| {
            tracing::warn!(%error, deliveries = deliveries.len(), "deliveries for nobody could not be kept");
            NotStored
        });
        for answer in answers {
            let _ = answer.send(kept); // a sender who left will come again and be recognised
        }
    }
}

async fn insert(db: &Db, deliveries: &[Unroutable]) -> sqlx::Result<()> {
    // A statement may touch a row once: of the same bytes the first one counts.
    let mut distinct: Vec<&Unroutable> = Vec::with_capacity(deliveries.len());
    for delivery in deliveries {
        if !distinct.iter().any(|known| known.fingerprint == delivery.fingerprint) {
            distinct.push(delivery);
        }
    }
    let kept = |body: &Bytes| body.get(..BODY_BYTES_MAX).unwrap_or(body).to_vec();
    let mut tx = db.ingest_pool().begin().await?;
    sqlx::query(
        "insert into unroutable_deliveries as u (provider, accounts, reason, body, body_bytes, body_sha256)
         select g.p, string_to_array(g.a, chr(31)), g.r, g.b, g.l, g.f
         from unnest($1::text[], $2::text[], $3::text[], $4::bytea[], $5::integer[], $6::bytea[]) with ordinality
              as g(p, a, r, b, l, f, n)
         order by g.n
         on conflict (body_sha256) do update set times = u.times + 1, last_received_at = now()",
    )
    .bind(distinct.iter().map(|d| d.provider).collect::<Vec<_>>())
    .bind(distinct.iter().map(|d| d.accounts.join("\u{1f}")).collect::<Vec<_>>())
    .bind(distinct.iter().map(|d| d.reason).collect::<Vec<_>>())
    .bind(distinct.iter().map(|d| kept(&d.body)).collect::<Vec<_>>())
    .bind(distinct.iter().map(|d| i32::try_from(d.body.len()).unwrap_or(i32::MAX)).collect::<Vec<_>>())
    .bind(distinct.iter().map(|d| d.fingerprint.to_vec()).collect::<Vec<_>>())
    .execute(&mut *tx)
    .await?;
    sqlx::query(
        "delete from unroutable_deliveries where id <= (select max(u.id) from unroutable_deliveries u) - $1",
    )
    .bind(KEPT_MAX)
    .execute(&mut *tx)
    .await?;
    tx.commit().await
}

/// Forgets those that have not come for long.
///
/// # Errors
/// When the database refuses.
pub async fn forget_old_unroutable(connection: &mut PgConnection) -> sqlx::Result<()> {
    sqlx::query(
        "delete from unroutable_deliveries where last_received_at < now() - make_interval(days => $1)",
    )
    .bind(DAYS)
    .execute(connection)
    .await?;
    Ok(())
}

/// A delivery for nobody, as the operator sees it.
#[derive(Debug, FromRow)]
pub struct UnroutableDelivery {
    /// Its number.
    pub id: i64,
    /// As in the address it was posted to.
    pub provider: String,
    /// Whom it names.
    pub accounts: Vec<String>,
    /// Why nobody got it.
    pub reason: String,
    /// How long its body was.
    pub body_bytes: i32,
    /// How often it came.
    pub times: i32,
    /// When it first came.
    pub received_at: DateTime<Utc>,
    /// When it last came.
    pub last_received_at: DateTime<Utc>,
}

/// The newest, newest first. As the schema's owner: the server's role cannot read them back.
///
/// # Errors
/// When the database refuses.
pub async fn unroutable_deliveries(
    owner: &mut PgConnection,
    at_most: i64,
) -> sqlx::Result<Vec<UnroutableDelivery>> {
    sqlx::query_as(
        "select id, provider, accounts, reason, body_bytes, times, received_at, last_received_at
         from unroutable_deliveries order by id desc limit $1",
    )
    .bind(at_most)
    .fetch_all(owner)
    .await
}

/// The bytes of one, or the beginning of long ones.
///
/// # Errors
/// When the database refuses.
pub async fn unroutable_body(owner: &mut PgConnection, id: i64) -> sqlx::Result<Option<Vec<u8>>> {
    sqlx::query_scalar("select body from unroutable_deliveries where id = $1")
        .bind(id)
        .fetch_optional(owner)
        .await
}
