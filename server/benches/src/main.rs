//! `script/bench`: measures the product against its goals (docs/BENCHMARKS.md says how to read them).
//!
//! This process starts its own PostgreSQL with full durability and the release server as another process,
//! interleaves every figure with its baseline, and checks in the database that nothing was lost, doubled or
//! out of order. The load comes from a third process: this binary again, as `switchboard-bench load`.

mod check;
mod figures;
mod load;
mod machine;
mod measure;
mod platform;
mod postgres;
mod product;
mod provider;
mod seed;
mod slices;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::{Parser, Subcommand};

use crate::measure::{Figure, Plan};

/// Measures Switchboard against its goals.
#[derive(Debug, Parser)]
#[command(name = "switchboard-bench", version)]
struct Arguments {
    /// Only these figures, by name: accept,inbound,ack,outbox,chaos,screen,list,rls_tax,memory,cold_start,bytes.
    #[arg(long, value_delimiter = ',')]
    only: Vec<Figure>,
    /// Short slices and waits: to see that everything runs, not to be quoted.
    #[arg(long)]
    quick: bool,
    /// Slices of each figure; at least 5 unless quick.
    #[arg(long)]
    slices: Option<usize>,
    /// The server; the release build beside this program otherwise.
    #[arg(long)]
    server: Option<PathBuf>,
    /// The checkout: where the built pages are and where results go.
    #[arg(long, default_value = ".")]
    checkout: PathBuf,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Makes load as told on standard input and says what happened on standard output.
    #[command(hide = true)]
    Load,
}

fn main() -> ExitCode {
    match run(Arguments::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(2),
        Err(error) => {
            say(&format!("bench: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

/// Whether every goal was met.
fn run(arguments: Arguments) -> anyhow::Result<bool> {
    if matches!(arguments.command, Some(Command::Load)) {
        // One thread: the load shares the machine with what it measures.
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(load::serve_standard_input())?;
        return Ok(true);
    }
    let server = match arguments.server {
        Some(path) => path,
        None => std::env::current_exe()?.with_file_name("switchboard"),
    };
    anyhow::ensure!(
        server.is_file(),
        "no server at {}: cargo build --release -p switchboard",
        server.display()
    );
    let checkout = arguments.checkout.canonicalize().context("--checkout")?;
    let plan = Plan::new(arguments.only, arguments.quick, arguments.slices, server, checkout);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    runtime.block_on(measure::all(&plan))
}

/// Progress, for whoever waits; results go to standard output.
#[expect(clippy::print_stderr, reason = "the command's own progress")]
fn say(text: &str) {
    eprintln!("{text}");
}
