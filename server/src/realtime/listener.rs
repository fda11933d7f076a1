//! One connection per process that hears what commits: `sb_events` (something happened in a workspace),
//! `sb_signal` (somebody types or looks), `sb_revoked` (somebody lost access), `sb_jobs` and `sb_outbox` (work is
//! owed).

use std::time::Duration;

use shared::WorkspaceId;
use sqlx::Executor;
use sqlx::postgres::{PgListener, PgNotification, PgPoolOptions};
use uuid::Uuid;

use super::{Hub, Presence};
use crate::db::Db;
use crate::jobs::Wake;
use crate::outbox::Outbox;

/// How long nothing may be heard before the connection is asked whether it lives.
const QUIET: Duration = Duration::from_secs(20);

/// What the listener hands on.
pub struct Ears {
    /// Told of events.
    pub hub: Hub,
    /// Told of typing and looking.
    pub presence: Presence,
    /// Told of lost access: the payload of `sb_revoked`.
    pub on_revoked: Box<dyn Fn(&str) + Send + Sync>,
    /// Told that work is owed.
    pub jobs: Wake,
    /// Told that something waits for a platform.
    pub outbox: Outbox,
}

/// Listens for the life of the process; comes back by itself when the connection breaks.
pub async fn listen(db: Db, ears: Ears) {
    let mut pause = Duration::from_millis(200);
    loop {
        let before = tokio::time::Instant::now();
        if let Err(error) = listen_once(&db, &ears).await {
            tracing::warn!(%error, "not hearing notifications; looking by ourselves meanwhile");
        }
        ears.hub.set_listening(false);
        if before.elapsed() > Duration::from_secs(30) {
            pause = Duration::from_millis(200);
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(Duration::from_secs(5));
    }
}

async fn listen_once(db: &Db, ears: &Ears) -> sqlx::Result<()> {
    // Apart from the request pool: it is held for good.
    let pool = PgPoolOptions::new()
        .max_connections(1)
        .acquire_timeout(Duration::from_secs(5))
        .connect_lazy_with((*db.pool().connect_options()).clone());
    let mut listener = PgListener::connect_with(&pool).await?;
    listener.listen_all(["sb_events", "sb_signal", "sb_revoked", "sb_jobs", "sb_outbox"]).await?;
    ears.hub.set_listening(true); // rings every room: what was committed meanwhile rang nobody
    ears.presence.ask_who_is_there().await;
    loop {
        match tokio::time::timeout(QUIET, listener.try_recv()).await {
            Ok(Ok(Some(notification))) => hand_on(ears, &notification),
            Ok(Ok(None)) => return Ok(()), // the connection broke
            Ok(Err(error)) => return Err(error),
            Err(_) => {
                let asked = tokio::time::timeout(Duration::from_secs(5), listener.execute("select 1")).await;
                asked.map_err(|_| sqlx::Error::PoolTimedOut)??;
            }
        }
    }
}

fn hand_on(ears: &Ears, notification: &PgNotification) {
    match notification.channel() {
        "sb_events" => {
            if let Some((workspace_id, seq)) = parse_ring(notification.payload()) {
                ears.hub.ring(workspace_id, seq);
            }
        }
        "sb_signal" => ears.presence.hear(notification.payload()),
        "sb_revoked" => (ears.on_revoked)(notification.payload()),
        "sb_jobs" => ears.jobs.ring(),
        "sb_outbox" => ears.outbox.hear(notification.payload()),
        _ => {}
    }
}

/// `<workspace uuid>:<seq>`.
fn parse_ring(payload: &str) -> Option<(WorkspaceId, i64)> {
    let (workspace, seq) = payload.split_once(':')?;
    Some((WorkspaceId(workspace.parse::<Uuid>().ok()?), seq.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ring_names_workspace_and_number() {
        let id = Uuid::now_v7();
        assert_eq!(parse_ring(&format!("{id}:17")), Some((WorkspaceId(id), 17)));
        assert_eq!(parse_ring("17"), None);
        assert_eq!(parse_ring("x:17"), None);
    }
}
