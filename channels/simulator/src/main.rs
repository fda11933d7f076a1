//! `switchboard-simulator`: the providers' side, alone.

use clap::Parser;
use simulator::{Settings, Simulator};
use tracing_subscriber::EnvFilter;

/// Plays Telegram and WhatsApp over HTTP, with a page of phones, for tests, benchmarks and rehearsals.
#[derive(Parser)]
#[command(name = "switchboard-simulator", version)]
struct Arguments {
    #[command(flatten)]
    settings: Settings,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let simulator = Simulator::start(Arguments::parse().settings).await?;
    tracing::info!(phones = %format!("{}/", simulator.url()), "the simulator is ready");
    interrupted().await?;
    tracing::info!("stopping");
    simulator.stop().await;
    Ok(())
}

/// Ctrl-C, or on Unix a polite request to end.
async fn interrupted() -> std::io::Result<()> {
    #[cfg(unix)]
    {
        let mut term = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
        tokio::select! {
            done = tokio::signal::ctrl_c() => done,
            _ = term.recv() => Ok(()),
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await
}
