//! The providers' side: the simulator, a process of its own.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use serde_json::Value;
use tokio::process::{Child, Command};

use crate::load::Connection;

/// How long it may take to get ready.
const START_WAIT: Duration = Duration::from_secs(20);

/// A running simulator; it ends when dropped.
pub struct Provider {
    _child: Child,
    address: SocketAddr,
}

impl Provider {
    /// Starts the one beside the server, with further arguments.
    ///
    /// # Errors
    /// When it is not there, or does not come up.
    pub async fn start(server: &Path, arguments: &[&str]) -> anyhow::Result<Self> {
        let program = server.with_file_name("switchboard-simulator");
        ensure!(
            program.is_file(),
            "no simulator at {}: cargo build --release -p simulator",
            program.display()
        );
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port(); // free a moment ago
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let child = Command::new(&program)
            .args(["--listen", &address.to_string(), "--personas", "false"])
            .args(arguments)
            .env("RUST_LOG", "error")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .with_context(|| program.display().to_string())?;
        let provider = Self { _child: child, address };
        let begun = Instant::now();
        while provider.get("/health").await.is_err() {
            ensure!(begun.elapsed() < START_WAIT, "the simulator did not get ready");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(provider)
    }

    /// Its address, as providers' addresses are configured.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// A connection to its control API.
    ///
    /// # Errors
    /// When it is gone.
    pub async fn connect(&self) -> anyhow::Result<Connection> {
        Connection::open(self.address).await
    }

    /// Reads from its control API.
    ///
    /// # Errors
    /// When it does not answer, or refuses.
    pub async fn get(&self, path: &str) -> anyhow::Result<Value> {
        let mut connection = self.connect().await?;
        let answer = connection.get(&format!("/control{path}")).await?;
        ensure!(answer.status == 200, "{path}: {}", answer.status);
        Ok(serde_json::from_slice(answer.body)?)
    }

    /// Has its control API take something away.
    ///
    /// # Errors
    /// When it does not answer, or refuses.
    pub async fn delete(&self, path: &str) -> anyhow::Result<()> {
        let mut connection = self.connect().await?;
        let answer = connection.delete(&format!("/control{path}")).await?;
        ensure!(answer.status == 200, "{path}: {}", answer.status);
        Ok(())
    }
}

/// Asks the control API to do something.
///
/// # Errors
/// When it does not answer, or refuses.
pub async fn control(connection: &mut Connection, path: &str, body: &Value) -> anyhow::Result<Value> {
    let answer = connection.post(&format!("/control{path}"), "", &body.to_string()).await?;
    ensure!(
        (200..300).contains(&answer.status),
        "{path}: {} {}",
        answer.status,
        String::from_utf8_lossy(answer.body)
    );
    Ok(serde_json::from_slice(answer.body)?)
}
