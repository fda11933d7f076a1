//! The load: another process, told what to do on standard input, answering on standard output.

mod ask;
mod connection;
mod latency;
mod post;
mod screen;
mod writer;

use std::io::Read as _;
use std::net::SocketAddr;
use std::process::Stdio;

use anyhow::Context as _;
use serde::{Deserialize, Serialize};
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;
use uuid::Uuid;

pub use ask::session_header;
pub use connection::Connection;
pub use latency::Latency;
pub use writer::{TelegramPerson, WhatsappPerson, Writer};

/// A visitor's open session on a widget.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Visitor {
    /// The widget's id.
    pub widget_id: Uuid,
    /// The session's token.
    pub token: String,
}

/// How messages follow each other.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub enum Pace {
    /// Each connection sends the next as soon as the last was answered.
    Closed,
    /// So many a second, due at fixed times whether earlier ones were answered or not; latency counts from then.
    Open {
        /// Messages a second over all connections.
        per_second: f64,
    },
}

/// People write.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Post {
    /// The server.
    pub address: SocketAddr,
    /// Who writes; each always over the same connection, so that their messages have an order.
    pub writers: Vec<Writer>,
    /// How every text begins.
    pub tag: String,
    /// Keep-alive connections.
    pub connections: usize,
    /// When.
    pub pace: Pace,
    /// For how long.
    pub seconds: f64,
}

/// Members ask.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Ask {
    /// The server.
    pub address: SocketAddr,
    /// The member's session cookie.
    pub session: String,
    /// GraphQL requests as JSON, one after the other, again and again.
    pub bodies: Vec<String>,
    /// For how long.
    pub seconds: f64,
}

/// Visitors write while members watch.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Screen {
    /// What is written.
    pub post: Post,
    /// One socket for each of these sessions.
    pub sessions: Vec<String>,
    /// How many sockets see each message.
    pub viewers: u64,
}

/// What to do.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Work {
    /// See [`Post`].
    Post(Post),
    /// See [`Ask`].
    Ask(Ask),
    /// See [`Screen`].
    Screen(Screen),
}

/// What happened.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Outcome {
    /// Answered as wished.
    pub answered: u64,
    /// Of those, reports on messages of ours.
    pub reports: u64,
    /// Answered otherwise or not at all.
    pub failed: u64,
    /// What those posted: the beginnings of the texts.
    pub failed_texts: Vec<String>,
    /// The first answer that was not as wished.
    pub first_failure: Option<String>,
    /// From the first request to the last answer.
    pub seconds: f64,
    /// Of answers; for sockets, from due time to receipt.
    pub latency: Latency,
    /// Events that sockets should have seen and did not, or saw twice or out of order.
    pub missed_events: u64,
}

/// Does what standard input says.
///
/// # Errors
/// When it cannot be understood or the server cannot be reached.
pub async fn serve_standard_input() -> anyhow::Result<()> {
    let mut told = String::new();
    std::io::stdin().read_to_string(&mut told)?;
    let outcome = match serde_json::from_str(&told).context("what to do")? {
        Work::Post(work) => post::run(&work).await?,
        Work::Ask(work) => ask::run(&work).await?,
        Work::Screen(work) => screen::run(&work).await?,
    };
    answer(&serde_json::to_string(&outcome)?);
    Ok(())
}

#[expect(clippy::print_stdout, reason = "the answer to whoever started this process")]
fn answer(text: &str) {
    println!("{text}");
}

/// Has another process do it.
///
/// # Errors
/// When that process fails.
pub async fn make(work: &Work) -> anyhow::Result<Outcome> {
    let mut child = Command::new(std::env::current_exe()?)
        .arg("load")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    let mut stdin = child.stdin.take().context("the load's standard input")?;
    stdin.write_all(&serde_json::to_vec(work)?).await?;
    drop(stdin);
    let output = child.wait_with_output().await?;
    anyhow::ensure!(output.status.success(), "the load failed");
    Ok(serde_json::from_slice(&output.stdout)?)
}
