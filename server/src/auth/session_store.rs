//! Sessions in Postgres, found by the hash of the cookie's value.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde_json::Value;
use shared::UserId;
use tower_sessions::cookie::time::OffsetDateTime;
use tower_sessions::session::{Id, Record};
use tower_sessions::session_store::{Error, Result};
use tower_sessions::{SessionStore, session_store};

use super::Revocations;
use super::session::{ABSOLUTE_DAYS, IDENTITY, IDLE_HOURS, SessionIdentity, SessionKeyHash};
use crate::db::Db;

/// The store behind [`session_layer`](super::session_layer).
#[derive(Debug, Clone)]
pub struct PgSessionStore {
    db: Db,
    revocations: Revocations,
}

impl PgSessionStore {
    /// A store in `db` that forgets what `revocations` says.
    #[must_use]
    pub fn new(db: Db, revocations: Revocations) -> Self {
        Self { db, revocations }
    }

    async fn touch(&self, key: SessionKeyHash) -> sqlx::Result<()> {
        sqlx::query(
            "update sessions set last_used_at = now()
             where key_hash = $1 and last_used_at < now() - interval '1 minute'",
        )
        .bind(key.0.as_slice())
        .execute(self.db.pool())
        .await?;
        Ok(())
    }
}

#[derive(sqlx::FromRow)]
struct StoredSession {
    data: Value,
    expires_at: DateTime<Utc>,
    /// A minute since the last use was noted.
    stale: bool,
}

/// Who a record belongs to, and when they signed in.
fn owner(record: &Record) -> (Option<UserId>, DateTime<Utc>) {
    let identity = record
        .data
        .get(IDENTITY)
        .and_then(|value| serde_json::from_value::<SessionIdentity>(value.clone()).ok());
    match identity {
        Some(identity) => {
            let signed_in = DateTime::from_timestamp(identity.signed_in_at, 0).unwrap_or_else(Utc::now);
            (Some(identity.user_id), signed_in)
        }
        None => (None, Utc::now()),
    }
}

fn backend(error: sqlx::Error) -> session_store::Error {
    Error::Backend(error.to_string())
}

#[async_trait]
impl SessionStore for PgSessionStore {
    async fn create(&self, record: &mut Record) -> Result<()> {
        // 128 random bits do not collide; if they did, the key would refuse the row and the request would fail.
        let (user_id, signed_in_at) = owner(record);
        let data = serde_json::to_value(&record.data).map_err(|error| Error::Encode(error.to_string()))?;
        sqlx::query(
            "insert into sessions (key_hash, user_id, data, created_at, expires_at)
             values ($1, $2, $3, $4, $4 + make_interval(days => $5))",
        )
        .bind(SessionKeyHash::of(&record.id).0.as_slice())
        .bind(user_id)
        .bind(data)
        .bind(signed_in_at)
        .bind(i32::try_from(ABSOLUTE_DAYS).unwrap_or(i32::MAX))
        .execute(self.db.pool())
        .await
        .map_err(backend)?;
        Ok(())
    }

    async fn save(&self, record: &Record) -> Result<()> {
        // Only an update: a session revoked while its request was running must not come back.
        let (user_id, _) = owner(record);
        let key = SessionKeyHash::of(&record.id);
        let data = serde_json::to_value(&record.data).map_err(|error| Error::Encode(error.to_string()))?;
        sqlx::query("update sessions set data = $2, user_id = $3, last_used_at = now() where key_hash = $1")
            .bind(key.0.as_slice())
            .bind(data)
            .bind(user_id)
            .execute(self.db.pool())
            .await
            .map_err(backend)?;
        self.revocations.forget_record(key).await;
        Ok(())
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        let key = SessionKeyHash::of(id);
        if let Some(mut known) = self.revocations.record(key).await {
            known.id = *id;
            return Ok(Some(known));
        }
        let read_at = self.revocations.generation();
        let stored: Option<StoredSession> = sqlx::query_as(
            "select s.data, s.expires_at, s.last_used_at < now() - interval '1 minute' as stale
             from sessions s
             where s.key_hash = $1 and s.expires_at > now() and s.last_used_at > now() - make_interval(hours => $2)
               and not exists (select 1 from users u where u.id = s.user_id and u.disabled_at is not null)",
        )
        .bind(key.0.as_slice())
        .bind(i32::try_from(IDLE_HOURS).unwrap_or(i32::MAX))
        .fetch_optional(self.db.pool())
        .await
        .map_err(backend)?;
        let Some(stored) = stored else { return Ok(None) };
        if stored.stale {
            self.touch(key).await.map_err(backend)?;
        }
        let record = Record {
            id: *id,
            data: serde_json::from_value(stored.data).map_err(|error| Error::Decode(error.to_string()))?,
            expiry_date: OffsetDateTime::from_unix_timestamp(stored.expires_at.timestamp())
                .map_err(|error| Error::Decode(error.to_string()))?,
        };
        // The cookie's value itself is not remembered.
        let remembered = Record { id: Id(0), ..record.clone() };
        self.revocations.remember_record(key, remembered, read_at).await;
        Ok(Some(record))
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        let key = SessionKeyHash::of(id);
        sqlx::query("delete from sessions where key_hash = $1")
            .bind(key.0.as_slice())
            .execute(self.db.pool())
            .await
            .map_err(backend)?;
        self.revocations.forget_record(key).await;
        Ok(())
    }
}
