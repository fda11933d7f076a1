//! Pools, as the server's own powerless role.

use std::time::Duration;

use shared::WorkspaceId;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{Executor, Postgres, Transaction};

use super::WorkspaceTx;

/// How many connections each kind of work may hold.
#[derive(Debug, Clone, Copy)]
pub struct PoolSizes {
    /// Requests of members and visitors.
    pub requests: u32,
    /// Storing and processing deliveries: apart, so that a burst of readers never delays a webhook.
    pub ingest: u32,
    /// Sending: apart, so that a campaign never delays a request.
    pub sending: u32,
}

impl Default for PoolSizes {
    fn default() -> Self {
        Self { requests: 12, ingest: 6, sending: 3 }
    }
}

/// The database as `switchboard_app` sees it. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Db {
    requests: PgPool,
    ingest: PgPool,
    sending: PgPool,
}

impl Db {
    /// Opens the pools. Connections are made when first needed.
    #[must_use]
    pub fn new(options: PgConnectOptions, sizes: PoolSizes) -> Self {
        let options = options.application_name("switchboard").options([
            ("statement_timeout", "5s"),
            ("lock_timeout", "2s"),
            ("idle_in_transaction_session_timeout", "15s"),
            ("plan_cache_mode", "force_generic_plan"),
            // A plan made while a table was still small stays in use while it grows, and would go on reading all
            // of it. Every statement has its index; where there is none, a scan still works, and its
            // pretended cost must not call in the compiler.
            ("enable_seqscan", "off"),
            ("jit", "off"),
        ]);
        let pool = |size: u32| {
            PgPoolOptions::new()
                .max_connections(size)
                .acquire_timeout(Duration::from_secs(5))
                .idle_timeout(Duration::from_secs(600))
                // A `begin` cancelled in flight can leave a connection inside a transaction (sqlx #4393):
                // whatever comes back to the pool is rolled back, and forgets its workspace.
                .after_release(|connection, _| {
                    Box::pin(async move {
                        // `begin` first: a rollback of nothing would be a warning in Postgres' log, each time.
                        connection.execute("begin; rollback; set app.workspace_id = ''").await?;
                        Ok(true)
                    })
                })
                .connect_lazy_with(options.clone())
        };
        Self { requests: pool(sizes.requests), ingest: pool(sizes.ingest), sending: pool(sizes.sending) }
    }

    /// A transaction that sees one workspace. Dropped, it rolls back.
    ///
    /// # Errors
    /// When no connection could be had in time.
    pub async fn workspace(&self, workspace_id: WorkspaceId) -> sqlx::Result<WorkspaceTx> {
        WorkspaceTx::begin(&self.requests, workspace_id, "begin").await
    }

    /// Like [`workspace`](Self::workspace), but nothing can be written.
    ///
    /// # Errors
    /// When no connection could be had in time.
    pub async fn read(&self, workspace_id: WorkspaceId) -> sqlx::Result<WorkspaceTx> {
        WorkspaceTx::begin(&self.requests, workspace_id, "begin read only").await
    }

    /// Like [`workspace`](Self::workspace), on a connection kept for deliveries.
    ///
    /// # Errors
    /// When no connection could be had in time.
    pub async fn ingest(&self, workspace_id: WorkspaceId) -> sqlx::Result<WorkspaceTx> {
        WorkspaceTx::begin(&self.ingest, workspace_id, "begin").await
    }

    /// Like [`workspace`](Self::workspace), on a connection kept for sending.
    ///
    /// # Errors
    /// When no connection could be had in time.
    pub async fn sending(&self, workspace_id: WorkspaceId) -> sqlx::Result<WorkspaceTx> {
        WorkspaceTx::begin(&self.sending, workspace_id, "begin").await
    }

    /// A transaction outside any workspace: users, sessions, the installation. It sees no tenant row.
    ///
    /// # Errors
    /// When no connection could be had in time.
    pub async fn installation(&self) -> sqlx::Result<Transaction<'static, Postgres>> {
        self.requests.begin().await
    }

    /// The pool for requests, for the listener of notifications and for health checks; it sees no tenant row.
    #[must_use]
    pub fn pool(&self) -> &PgPool {
        &self.requests
    }

    /// The pool kept for deliveries, for statements outside any workspace; it sees no tenant row.
    #[must_use]
    pub fn ingest_pool(&self) -> &PgPool {
        &self.ingest
    }

    /// The pool kept for sending, for statements outside any workspace; it sees no tenant row.
    #[must_use]
    pub fn sending_pool(&self) -> &PgPool {
        &self.sending
    }

    /// Closes every connection.
    pub async fn close(&self) {
        self.requests.close().await;
        self.ingest.close().await;
        self.sending.close().await;
    }
}
