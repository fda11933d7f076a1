//! Removing what is over: expired sessions and links, uploads that never became part of a message, old dead letters.

use std::sync::Arc;
use std::time::Duration;

use super::{JobError, JobRun, Outcome};
use crate::app::App;
use crate::channels;
use crate::db::Db;
use crate::{media, webhooks};

/// How often a workspace is tidied.
const EVERY: Duration = Duration::from_secs(3600);

/// Names the lock under which one process at a time tidies the installation.
const LOCK: i64 = 0x5b_71d7;

/// Tidies the installation once in ten minutes, until the app stops.
pub(super) async fn keep_installation_tidy(app: Arc<App>) {
    let mut rounds = tokio::time::interval(Duration::from_secs(600));
    rounds.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = app.stopping.cancelled() => return,
            _ = rounds.tick() => {}
        }
        if let Err(error) = tidy_installation(&app.db).await {
            tracing::warn!(%error, "could not tidy up; trying again later");
        }
    }
}

/// Removes expired browser sessions, single-use links and old deliveries for nobody. Returns false when another process is at it.
///
/// # Errors
/// When the database fails.
pub async fn tidy_installation(db: &Db) -> sqlx::Result<bool> {
    let mut tx = db.installation().await?;
    let ours: bool =
        sqlx::query_scalar("select pg_try_advisory_xact_lock($1)").bind(LOCK).fetch_one(&mut *tx).await?;
    if !ours {
        return Ok(false);
    }
    sqlx::query("delete from sessions where expires_at < now()").execute(&mut *tx).await?;
    sqlx::query("delete from user_tokens where expires_at < now() - interval '7 days'")
        .execute(&mut *tx)
        .await?;
    webhooks::forget_old_unroutable(&mut tx).await?;
    tx.commit().await?;
    Ok(true)
}

/// The recurring job of one workspace.
pub(super) async fn tidy_workspace(run: JobRun) -> Result<Outcome, JobError> {
    let mut tx = run.app.db.workspace(run.workspace_id).await?;
    sqlx::query("delete from visitor_sessions where workspace_id = $1 and expires_at < now()")
        .bind(run.workspace_id)
        .execute(tx.conn())
        .await?;
    // A week longer than they work: until then their page can say that they ran out.
    sqlx::query("delete from invitations where workspace_id = $1 and expires_at < now() - interval '7 days'")
        .bind(run.workspace_id)
        .execute(tx.conn())
        .await?;
    sqlx::query("delete from jobs where workspace_id = $1 and dead_at < now() - interval '30 days'")
        .bind(run.workspace_id)
        .execute(tx.conn())
        .await?;
    channels::tidy(&mut tx).await?;
    tx.commit().await?;
    loop {
        let mut tx = run.app.db.workspace(run.workspace_id).await?;
        let forgotten = webhooks::forget_old_changes(&mut tx, 1_000).await?;
        tx.commit().await?;
        if forgotten == 0 {
            break;
        }
    }
    while media::remove_left_over(&run.app, run.workspace_id).await? > 0 {}
    // What is left after so many rounds has its turn in an hour.
    for _ in 0..100 {
        if webhooks::remove_old_bodies(&run.app, run.workspace_id).await? == 0 {
            break;
        }
    }
    while media::give_up_old_fetches(&run.app, run.workspace_id).await? > 0 {}
    Ok(Outcome::Again(EVERY))
}
