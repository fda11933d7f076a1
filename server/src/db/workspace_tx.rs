//! One transaction inside one workspace.

use shared::WorkspaceId;
use sqlx::{AssertSqlSafe, PgConnection, PgPool, Postgres, Transaction};

use crate::{audit, conversations, realtime};

/// A transaction that sees one workspace: row-level policies read `app.workspace_id`. Dropped, it rolls back.
pub struct WorkspaceTx {
    tx: Transaction<'static, Postgres>,
    workspace_id: WorkspaceId,
    counters: conversations::CounterDeltas,
    audit: Vec<audit::Entry>,
    events: Vec<realtime::Event>,
}

impl WorkspaceTx {
    pub(super) async fn begin(pool: &PgPool, workspace_id: WorkspaceId, begin: &str) -> sqlx::Result<Self> {
        // One round trip: the id is a UUID written by us, so it cannot break out of its quotes.
        let statement = format!("{begin}; set local app.workspace_id = '{}'", workspace_id.0);
        let tx = pool.begin_with(AssertSqlSafe(statement)).await?;
        Ok(Self { tx, workspace_id, counters: Default::default(), audit: Vec::new(), events: Vec::new() })
    }

    /// The workspace this transaction sees.
    #[must_use]
    pub fn workspace_id(&self) -> WorkspaceId {
        self.workspace_id
    }

    /// The connection, for a feature's `store.rs`.
    pub fn conn(&mut self) -> &mut PgConnection {
        &mut self.tx
    }

    /// Adds to a counter at commit.
    pub fn count(&mut self, counter: conversations::Counter, delta: i64) {
        self.counters.add(counter, delta);
    }

    /// Keeps an audit entry for the commit: no entry, no action.
    pub fn audit(&mut self, entry: audit::Entry) {
        self.audit.push(entry);
    }

    /// Keeps a visible change for the commit, where it gets its number.
    pub fn publish(&mut self, event: realtime::Event) {
        self.events.push(event);
    }

    /// Writes counters, then audit entries, then events, rings for the subscribers, and commits.
    ///
    /// # Errors
    /// When any of it fails; then nothing happened.
    pub async fn commit(mut self) -> sqlx::Result<()> {
        if !self.audit.is_empty() || !self.events.is_empty() || !self.counters.is_empty() {
            let changed =
                conversations::apply_counters(&mut self.tx, self.workspace_id, &self.counters).await?;
            let heads = realtime::lock_heads(&mut self.tx, self.workspace_id).await?;
            let audit_head = audit::append(&mut self.tx, self.workspace_id, &heads, &self.audit).await?;
            realtime::append(&mut self.tx, self.workspace_id, &heads, audit_head, &self.events, &changed)
                .await?;
        }
        self.tx.commit().await
    }
}
