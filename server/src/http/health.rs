//! `/livez`: the process answers. `/readyz`: it can do its work. Neither says why not: the log does.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use http::StatusCode;

use crate::app::App;
use crate::db::MIGRATOR;

/// Free bytes below which we no longer take messages in: the database needs room to commit.
const DISK_BYTES_MIN: u64 = 1024 * 1024 * 1024;
const BUDGET: Duration = Duration::from_secs(1);

/// Whether the process is going down on purpose.
#[derive(Debug, Default)]
pub struct Readiness {
    stopping: AtomicBool,
}

impl Readiness {
    /// From now on `/readyz` answers 503, so that a proxy sends nobody new.
    pub fn stop(&self) {
        self.stopping.store(true, Ordering::Release);
    }
}

const LIVE: &str = "/livez";
const READY: &str = "/readyz";

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new().route(LIVE, get(|| async { "ok" })).route(READY, get(readyz))
}

/// Whether a path is one of the two.
pub(super) fn is_probe(path: &str) -> bool {
    matches!(path, LIVE | READY)
}

async fn readyz(State(app): State<Arc<App>>) -> (StatusCode, &'static str) {
    let not_ready = |reason: &'static str| {
        tracing::warn!(reason, "not ready");
        (StatusCode::SERVICE_UNAVAILABLE, "not ready")
    };
    if app.readiness.stopping.load(Ordering::Acquire) {
        return not_ready("stopping");
    }
    match tokio::time::timeout(BUDGET, schema_version(&app)).await {
        Err(_) => return not_ready("database too slow"),
        Ok(Err(error)) => {
            tracing::warn!(%error, "database");
            return not_ready("database away");
        }
        Ok(Ok(version)) if version != MIGRATOR.iter().map(|m| m.version).max() => {
            return not_ready("schema differs");
        }
        Ok(Ok(_)) => {}
    }
    match rustix::fs::statvfs(&app.config.data_dir) {
        Ok(disk) if disk.f_bavail.saturating_mul(disk.f_frsize) < DISK_BYTES_MIN => {
            not_ready("disk nearly full")
        }
        _ => (StatusCode::OK, "ok"),
    }
}

async fn schema_version(app: &App) -> sqlx::Result<Option<i64>> {
    sqlx::query_scalar("select schema_version()").fetch_one(app.db.pool()).await
}
