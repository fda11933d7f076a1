//! Whom the addressees of a delivery are to us: which channels, of which workspaces.

use std::sync::Arc;
use std::time::{Duration, Instant};

use channel_core::Addressee;
use moka::Expiry;
use moka::future::Cache;
use shared::{ChannelId, ChannelKind, ChannelState, WorkspaceId};

use crate::db::Db;

/// How long a change of another process may go unseen here.
const LIFE: Duration = Duration::from_secs(5);
/// How long an account stays unknown: somebody may be connecting it.
const LIFE_UNKNOWN: Duration = Duration::from_secs(1);
const ENTRIES_MAX: u64 = 50_000;

/// A channel that an account belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Owner {
    pub workspace_id: WorkspaceId,
    pub channel_id: ChannelId,
    /// False for one that had the account before, when nobody has it now.
    pub connected: bool,
}

/// Where a delivery was posted: that decides whose accounts it may name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Scope {
    /// To the installation's own application: channels of every workspace that were connected through it.
    Installation,
    /// To a channel's own endpoint: channels of its workspace that were connected through the same application.
    Channel(WorkspaceId, ChannelId),
}

type Key = (Scope, ChannelKind, Addressee);

/// Owners in memory, so that a delivery asks the database nothing.
pub(super) struct Owners {
    db: Db,
    known: Cache<Key, Arc<[Owner]>>,
}

impl Owners {
    pub(super) fn new(db: Db) -> Self {
        let known = Cache::builder().max_capacity(ENTRIES_MAX).expire_after(Lives).build();
        Self { db, known }
    }

    /// The channels of an account; none for one that is not connected here.
    pub(super) async fn of(
        &self,
        scope: Scope,
        kind: ChannelKind,
        to: &Addressee,
    ) -> Result<Arc<[Owner]>, Arc<sqlx::Error>> {
        let key = (scope, kind, to.clone());
        // Nearly always known: only a miss pays for the large future of a look-up.
        if let Some(known) = self.known.get(&key).await {
            return Ok(known);
        }
        let looking = Box::pin(look_up(&self.db, scope, kind, to));
        self.known.try_get_with(key, looking).await
    }
}

/// Unknown accounts are asked for again sooner.
struct Lives;

impl Expiry<Key, Arc<[Owner]>> for Lives {
    fn expire_after_create(&self, _: &Key, owners: &Arc<[Owner]>, _: Instant) -> Option<Duration> {
        Some(if owners.iter().any(|owner| owner.connected) { LIFE } else { LIFE_UNKNOWN })
    }
}

async fn look_up(db: &Db, scope: Scope, kind: ChannelKind, to: &Addressee) -> sqlx::Result<Arc<[Owner]>> {
    let (account, parent) = match to {
        Addressee::Endpoint => return Ok(Arc::default()),
        Addressee::Account(account) => (Some(account.as_str()), None),
        Addressee::Parent(parent) => (None, Some(parent.as_str())),
    };
    if account.or(parent).is_some_and(|id| id.contains('\0')) {
        return Ok(Arc::default()); // no text of the database
    }
    match scope {
        Scope::Installation => of_installation(db, kind, account, parent).await,
        Scope::Channel(workspace_id, channel_id) => {
            of_workspace(db, workspace_id, channel_id, kind, account, parent).await
        }
    }
}

async fn of_installation(
    db: &Db,
    kind: ChannelKind,
    account: Option<&str>,
    parent: Option<&str>,
) -> sqlx::Result<Arc<[Owner]>> {
    for connected in [true, false] {
        let found: Vec<(WorkspaceId, ChannelId)> =
            sqlx::query_as("select workspace_id, channel_id from channels_of_account($1, $2, $3, $4)")
                .bind(kind)
                .bind(account)
                .bind(parent)
                .bind(!connected)
                .fetch_all(db.ingest_pool())
                .await?;
        if !found.is_empty() {
            let owner = |(workspace_id, channel_id)| Owner { workspace_id, channel_id, connected };
            return Ok(found.into_iter().map(owner).collect());
        }
    }
    Ok(Arc::default())
}

async fn of_workspace(
    db: &Db,
    workspace_id: WorkspaceId,
    home: ChannelId,
    kind: ChannelKind,
    account: Option<&str>,
    parent: Option<&str>,
) -> sqlx::Result<Arc<[Owner]>> {
    let mut tx = db.ingest(workspace_id).await?;
    let found: Vec<(ChannelId, ChannelState)> = sqlx::query_as(
        "select c.id, c.state from channels c
         join channels home on home.workspace_id = $1 and home.id = $2 and home.app_id is not distinct from c.app_id
         where c.workspace_id = $1 and c.kind = $3 and (c.platform_account_id = $4 or c.parent_account_id = $5)",
    )
    .bind(workspace_id)
    .bind(home)
    .bind(kind)
    .bind(account)
    .bind(parent)
    .fetch_all(tx.conn())
    .await?;
    let owner = |(channel_id, state)| Owner {
        workspace_id,
        channel_id,
        connected: state != ChannelState::Disconnected,
    };
    let mut owners: Vec<Owner> = found.into_iter().map(owner).collect();
    if owners.iter().any(|owner| owner.connected) {
        owners.retain(|owner| owner.connected);
    }
    Ok(owners.into())
}
