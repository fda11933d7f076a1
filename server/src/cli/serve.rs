//! `switchboard serve`: from configuration to the last goodbye.

use std::time::Duration;

use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use super::{CliError, database, say};
use crate::app::App;
use crate::config::Config;
use crate::http::{accept, metrics, router};
use crate::{auth, graphql};

/// Between "not ready" and the closed door, so that a proxy notices first.
const NOTICE: Duration = Duration::from_millis(300);

/// How long background work may take to finish what it holds.
const LAST_WORK: Duration = Duration::from_secs(12);

pub(super) async fn serve(mut config: Config) -> Result<(), CliError> {
    let listener = bind(config.listen).await?;
    config.listen = listener.local_addr().map_err(anyhow::Error::new)?;
    let metrics_listener = match config.metrics_listen {
        Some(address) => Some(bind(address).await?),
        None => None,
    };

    let database = database::open(&config).await?;
    let limits = config.limits;
    let app = App::new(config, database.db.clone());
    app.vault.check(&app.db).await.map_err(|error| CliError::Keys(error.to_string()))?;
    if let Err(error) = app.demo.resume(&app.db).await {
        tracing::error!(
            error = format!("{error:#}"),
            "the demo workspaces have no stage: their channels are silent"
        );
    }
    App::start_background(&app);
    let setup_token = auth::setup::ensure_setup_token(&app).await.map_err(anyhow::Error::new)?;

    let stop = CancellationToken::new();
    if let (Some(listener), Some(handle)) = (metrics_listener, metrics::install()) {
        tokio::spawn(accept::serve(listener, metrics::routes(handle), limits, stop.clone()));
    }
    let router = router(&app, graphql::schema());
    let serving = tokio::spawn(accept::serve(listener, router, limits, stop.clone()));

    say(&format!("Switchboard is ready: {}", app.config.origin()));
    if let Some(phones) = app.demo.url() {
        say(&format!("Phones of the demo: {phones}/"));
    }
    if let Some(token) = setup_token {
        say(&format!("First-run link: {}/setup?token={token}", app.config.origin()));
    }

    wait_for_signal().await?;
    tracing::info!("stopping");
    app.readiness.stop();
    tokio::time::sleep(NOTICE).await;
    app.stopping.cancel(); // sockets close with "restarting", background work finishes what it holds
    stop.cancel();
    let _ = serving.await; // a panic there was logged where it happened
    app.background.close();
    let _ = tokio::time::timeout(LAST_WORK, app.background.wait()).await; // what is cut off is done again later
    drop(app);
    database.close().await;
    tracing::info!("stopped");
    Ok(())
}

async fn bind(address: std::net::SocketAddr) -> Result<TcpListener, CliError> {
    TcpListener::bind(address).await.map_err(|source| CliError::Address { address, source })
}

async fn wait_for_signal() -> Result<(), CliError> {
    let mut terminate = signal(SignalKind::terminate()).map_err(anyhow::Error::new)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(anyhow::Error::new)?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}
