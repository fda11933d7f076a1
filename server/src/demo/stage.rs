//! The simulator inside this process, and which workspaces play on it.

use std::collections::HashSet;
use std::net::SocketAddr;
use std::sync::{PoisonError, RwLock};

use shared::WorkspaceId;
use simulator::{Settings, Simulator};
use tokio::sync::OnceCell;

use super::store;
use crate::config::Config;
use crate::db::Db;

/// Where the demo plays. Nothing runs until [`Stage::put_up`].
pub struct Stage {
    allowed: bool,
    listen: SocketAddr,
    state: std::path::PathBuf,
    simulator: OnceCell<Simulator>,
    workspaces: RwLock<HashSet<WorkspaceId>>,
}

impl Stage {
    /// A stage that is not put up.
    #[must_use]
    pub fn new(config: &Config) -> Self {
        Self {
            allowed: config.demo || config.listen.ip().is_loopback() && config.public_url.is_none(),
            listen: config.demo_listen,
            state: config.data_dir.join("demo-simulator.json"),
            simulator: OnceCell::new(),
            workspaces: RwLock::default(),
        }
    }

    /// Whether a demo workspace may be made here: this machine only, unless the operator asked for it.
    #[must_use]
    pub const fn is_allowed(&self) -> bool {
        self.allowed
    }

    /// The simulator's address without a slash at the end, once it runs: its page of phones.
    #[must_use]
    pub fn url(&self) -> Option<&str> {
        self.simulator.get().map(Simulator::url)
    }

    /// Whether a workspace's channels lead to the simulator.
    #[must_use]
    pub fn plays(&self, workspace_id: WorkspaceId) -> bool {
        self.workspaces.read().unwrap_or_else(PoisonError::into_inner).contains(&workspace_id)
    }

    /// Starts the simulator, once; a port that is taken is replaced by a free one. Returns its address.
    ///
    /// # Errors
    /// When it cannot listen at all.
    pub async fn put_up(&self) -> anyhow::Result<&str> {
        let simulator = self.simulator.get_or_try_init(|| async {
            let settings =
                Settings { listen: self.listen, state: Some(self.state.clone()), ..Settings::default() };
            match Simulator::start(settings.clone()).await {
                Ok(simulator) => Ok(simulator),
                Err(error) => {
                    tracing::warn!(%error, address = %self.listen, "the demo takes another port");
                    let listen = SocketAddr::new(self.listen.ip(), 0);
                    Simulator::start(Settings { listen, ..settings }).await
                }
            }
        });
        Ok(simulator.await?.url())
    }

    /// From now on this workspace plays here. Call it after its transaction has committed.
    pub fn admit(&self, workspace_id: WorkspaceId) {
        self.workspaces.write().unwrap_or_else(PoisonError::into_inner).insert(workspace_id);
    }

    /// Puts the stage up again for the demo workspaces that there are. Where demos are not allowed any more, their
    /// channels lead nowhere: never to the real providers.
    ///
    /// # Errors
    /// When the database cannot be asked, or the simulator cannot listen.
    pub async fn resume(&self, db: &Db) -> anyhow::Result<()> {
        let workspaces = store::demo_workspaces(db).await?;
        if workspaces.is_empty() {
            return Ok(());
        }
        workspaces.into_iter().for_each(|workspace_id| self.admit(workspace_id));
        if self.allowed {
            self.put_up().await?;
        } else {
            tracing::warn!(
                "there are demo workspaces, and no demo is allowed here: their channels are silent"
            );
        }
        Ok(())
    }
}
