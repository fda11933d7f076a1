//! The server under test: the release binary, a process of its own.

use std::fs::{self, File};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use rustix::process::{Pid, Signal, kill_process};
use tokio::process::{Child, Command};
use tokio::time::{sleep, timeout};

use crate::load::Connection;
use crate::machine;
use crate::postgres::{PRODUCT, Postgres, Role};

/// How long a start may take.
const START_WAIT: Duration = Duration::from_secs(30);
/// How long a graceful stop may take.
const STOP_WAIT: Duration = Duration::from_secs(40);

/// Bounds that protect a service and would only measure themselves here.
const RAISED_LIMITS: [(&str, &str); 7] = [
    ("SWITCHBOARD_LIMITS__SIGN_IN_PER_MINUTE", "1000000"),
    ("SWITCHBOARD_LIMITS__VISITOR_SESSIONS_PER_HOUR", "1000000"),
    ("SWITCHBOARD_LIMITS__VISITOR_MESSAGE_BURST", "100000000"),
    ("SWITCHBOARD_LIMITS__VISITOR_MESSAGES_PER_HOUR", "100000000"),
    ("SWITCHBOARD_LIMITS__REQUESTS_PER_MINUTE", "100000000"),
    ("SWITCHBOARD_LIMITS__CONNECTIONS", "20000"),
    ("SWITCHBOARD_LIMITS__CONNECTIONS_PER_CLIENT", "20000"),
];

/// Starts servers.
#[derive(Debug, Clone)]
pub struct Launcher {
    /// The binary.
    pub server: PathBuf,
    /// Where data folders and logs go.
    pub folder: PathBuf,
}

/// A running server.
pub struct Product {
    child: Child,
    /// Where it listens.
    pub address: SocketAddr,
}

impl Launcher {
    /// Where a server over this database keeps its keys and files.
    pub fn data_folder(&self, database: &str) -> PathBuf {
        self.folder.join(format!("data-{database}"))
    }

    fn command(&self, postgres: &Postgres, role: Role, database: &str) -> anyhow::Result<Command> {
        let data = self.data_folder(database);
        fs::create_dir_all(&data)?;
        let log = File::options().create(true).append(true).open(self.folder.join("server.log"))?;
        let mut command = Command::new(&self.server);
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("SWITCHBOARD_DATA_DIR", &data)
            .env("SWITCHBOARD_LOG", "warn")
            .env("SWITCHBOARD_LOG_FORMAT", "json")
            .env("DATABASE_URL", postgres.url(role, database))
            .env("DATABASE_OWNER_URL", postgres.url(Role::Owner, database))
            .envs(RAISED_LIMITS)
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .kill_on_drop(true);
        Ok(command)
    }

    /// Brings the product's database up to date.
    ///
    /// # Errors
    /// When the server says so.
    pub async fn migrate(&self, postgres: &Postgres) -> anyhow::Result<()> {
        let mut command = self.command(postgres, Role::App, PRODUCT)?;
        let status =
            command.arg("migrate").status().await.with_context(|| self.server.display().to_string())?;
        ensure!(status.success(), "`switchboard migrate` failed: {}", self.said());
        Ok(())
    }

    /// Starts a server and returns at once.
    ///
    /// # Errors
    /// When the binary cannot be run.
    pub fn spawn(&self, postgres: &Postgres, role: Role, database: &str) -> anyhow::Result<Product> {
        self.spawn_at(free_address()?, postgres, role, database, &[])
    }

    fn spawn_at(
        &self,
        address: SocketAddr,
        postgres: &Postgres,
        role: Role,
        database: &str,
        settings: &[(&str, &str)],
    ) -> anyhow::Result<Product> {
        let mut command = self.command(postgres, role, database)?;
        command.arg("serve").env("SWITCHBOARD_LISTEN", address.to_string()).envs(settings.iter().copied());
        let child = command.spawn().with_context(|| self.server.display().to_string())?;
        Ok(Product { child, address })
    }

    /// Starts a server and waits until it says that it is ready.
    ///
    /// # Errors
    /// When it does not come up.
    pub async fn start(&self, postgres: &Postgres, role: Role, database: &str) -> anyhow::Result<Product> {
        self.start_with(postgres, role, database, &[]).await
    }

    /// The same with further settings.
    ///
    /// # Errors
    /// When it does not come up.
    pub async fn start_with(
        &self,
        postgres: &Postgres,
        role: Role,
        database: &str,
        settings: &[(&str, &str)],
    ) -> anyhow::Result<Product> {
        self.start_at(free_address()?, postgres, role, database, settings).await
    }

    /// The same where it is known to listen, as after a crash.
    ///
    /// # Errors
    /// When it does not come up.
    pub async fn start_at(
        &self,
        address: SocketAddr,
        postgres: &Postgres,
        role: Role,
        database: &str,
        settings: &[(&str, &str)],
    ) -> anyhow::Result<Product> {
        let mut product = self.spawn_at(address, postgres, role, database, settings)?;
        let begun = Instant::now();
        while !product.is_ready().await {
            if let Some(status) = product.child.try_wait()? {
                bail!("the server ended at once ({status}): {}", self.said());
            }
            ensure!(begun.elapsed() < START_WAIT, "the server did not get ready: {}", self.said());
            sleep(Duration::from_millis(20)).await;
        }
        Ok(product)
    }

    /// The last lines of the servers' log.
    pub fn said(&self) -> String {
        last_lines(&self.folder.join("server.log"), 10)
    }
}

impl Product {
    async fn is_ready(&self) -> bool {
        let ask = async {
            let mut connection = Connection::open(self.address).await?;
            let answer = connection.get("/readyz").await?;
            anyhow::Ok(answer.status == 200)
        };
        matches!(timeout(Duration::from_secs(3), ask).await, Ok(Ok(true)))
    }

    /// Megabytes of memory it holds.
    pub fn resident_mb(&self) -> Option<f64> {
        self.child.id().and_then(machine::resident_mb)
    }

    /// Asks it to stop and waits until it has.
    ///
    /// # Errors
    /// When it does not.
    pub async fn stop(mut self) -> anyhow::Result<()> {
        let pid =
            self.child.id().and_then(|id| Pid::from_raw(id.cast_signed())).context("the server is gone")?;
        kill_process(pid, Signal::TERM)?;
        timeout(STOP_WAIT, self.child.wait()).await.context("the server does not stop")??;
        Ok(())
    }

    /// Ends it without a word, as a crash would.
    ///
    /// # Errors
    /// When it is gone already.
    pub async fn kill(mut self) -> anyhow::Result<()> {
        self.child.kill().await?;
        Ok(())
    }
}

/// Free a moment ago.
fn free_address() -> anyhow::Result<SocketAddr> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?)
}

fn last_lines(file: &Path, count: usize) -> String {
    let text = fs::read_to_string(file).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines.get(lines.len().saturating_sub(count)..).unwrap_or_default().join("\n")
}
