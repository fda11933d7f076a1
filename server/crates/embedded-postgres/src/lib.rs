//! Runs the machine's own PostgreSQL as a child process. Knows no feature.
//!
//! Everything lives in one folder: the cluster, its socket, the superuser's password, the log and the lock that
//! keeps a second supervisor away. The server listens on a Unix socket only, and dies with us: a watchdog holds a
//! pipe from this process and asks Postgres for a fast shutdown when the pipe closes, even after `kill -9`.
//! When Postgres itself dies, it is started again.

mod account;
mod binaries;
mod cluster;
mod conf;
mod error;
mod folder;
mod process;
mod supervisor;
#[cfg(feature = "testing")]
pub mod testing;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::sync::oneshot;
use tokio::task::JoinHandle;

pub use error::StartError;

use crate::account::Account;
use crate::binaries::Binaries;
use crate::folder::Folder;
use crate::process::{Launch, Postmaster};

/// The one database superuser of a cluster that this crate made.
const SUPERUSER: &str = "postgres";

/// Only a part of the socket's name: nothing listens on TCP.
const PORT: u16 = 5432;

/// Whom a server is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Purpose {
    /// Data that matters, behind a password.
    Product,
    /// Data of one test run, open to whoever reaches the socket.
    #[cfg(feature = "testing")]
    Tests,
}

/// What to start, and where.
#[derive(Debug, Clone)]
pub struct Settings {
    /// A folder that belongs to this crate alone; made when absent. As root it is given to the unprivileged
    /// account that runs Postgres.
    pub data_dir: PathBuf,
    /// Where `postgres` and `initdb` are; `None` searches the usual places.
    pub bin_dir: Option<PathBuf>,
    /// Whether a commit survives a crash. False only in tests: a machine that loses power loses the cluster.
    pub durable: bool,
    /// More configuration lines, name and value; they come after ours, and the ones that keep data and access
    /// safe cannot be changed by them.
    pub extra: Vec<(String, String)>,
}

/// A running PostgreSQL that stops when this is stopped, dropped, or its process ends in any way.
pub struct EmbeddedPostgres {
    folder: Arc<Folder>,
    bin_dir: PathBuf,
    password: String,
    stop: Option<oneshot::Sender<()>>,
    supervisor: JoinHandle<()>,
}

impl EmbeddedPostgres {
    /// Makes the cluster on first use, starts it and waits until it accepts connections. Takes seconds the first
    /// time, a fraction of one later, and minutes when Postgres has a crash to recover from.
    ///
    /// # Errors
    /// [`StartError`], each variant with a message that tells the operator what to do.
    pub async fn start(settings: Settings) -> Result<Self, StartError> {
        Self::start_as(settings, Purpose::Product).await
    }

    async fn start_as(settings: Settings, purpose: Purpose) -> Result<Self, StartError> {
        let account = Account::for_data(&settings.data_dir).await?;
        let folder = Arc::new(Folder::open(&settings.data_dir, account.as_ref())?);
        let binaries = Binaries::find(settings.bin_dir.as_deref(), folder.cluster_version()?).await?;
        tracing::debug!(version = binaries.major, bin_dir = %binaries.dir.display(), "found PostgreSQL");

        let launch = Launch { folder: Arc::clone(&folder), binaries, account, settings, purpose };
        process::end_leftovers(&launch).await?;
        #[cfg(feature = "testing")]
        if launch.purpose == Purpose::Tests {
            launch.folder.forget_cluster()?;
        }
        let password = cluster::prepare(&launch).await?;
        let postmaster = Postmaster::start(&launch).await?;

        let bin_dir = launch.binaries.dir.clone();
        let (stop, stopped) = oneshot::channel();
        let supervisor = tokio::spawn(supervisor::run(launch, postmaster, stopped));
        Ok(Self { folder, bin_dir, password, stop: Some(stop), supervisor })
    }

    /// The folder of the Unix socket: the `host` of a connection.
    pub fn socket_dir(&self) -> &Path {
        &self.folder.socket_dir
    }

    /// The port of a connection; it only names the socket.
    pub fn port(&self) -> u16 {
        PORT
    }

    /// The role that may do everything; for setting up roles and databases, never for the product's queries.
    pub fn superuser(&self) -> &str {
        SUPERUSER
    }

    /// The superuser's random password. Also in the data folder, readable by its owner only.
    pub fn superuser_password(&self) -> &str {
        &self.password
    }

    /// Where this server's programs are: `pg_dump`, `psql` and the like.
    pub fn bin_dir(&self) -> &Path {
        &self.bin_dir
    }

    /// The file that Postgres writes its own log to.
    pub fn log_file(&self) -> &Path {
        &self.folder.log
    }

    /// Disconnects every client and shuts Postgres down; returns when it is gone and another may start.
    pub async fn stop(mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(()); // it ended by itself
        }
        if let Err(error) = (&mut self.supervisor).await {
            tracing::error!(%error, "the supervisor of PostgreSQL failed");
        }
    }
}

impl std::fmt::Debug for EmbeddedPostgres {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EmbeddedPostgres").field("data_dir", &self.folder.root).finish_non_exhaustive()
    }
}
