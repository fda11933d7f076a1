//! The providers' side of Switchboard's channels as a program: Telegram's Bot API and WhatsApp's Cloud API over
//! HTTP, the phones of the people who write there, and a ledger of what each phone has seen.
//!
//! It imports none of Switchboard's crates: it is written from what the providers document, so that it can catch
//! what our adapters get wrong. Tests and the demo start it in their own process ([`Simulator::start`]); the
//! program `switchboard-simulator` runs it alone. `docs/SIMULATOR.md` tells how to steer it.

mod accept;
mod accounts;
mod chance;
mod clock;
mod control;
mod delivery;
mod faults;
mod files;
mod ledger;
mod live;
mod page;
mod phones;
mod routes;
mod settings;
mod sim;
mod state;
mod telegram;
mod whatsapp;
mod world;

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

pub use settings::Settings;

/// A simulator that is running. Dropped, it stops.
pub struct Simulator {
    address: SocketAddr,
    sim: Arc<sim::Sim>,
    task: Option<JoinHandle<()>>,
}

impl Simulator {
    /// Starts a simulator; with port 0 in [`Settings::listen`] it takes a free port.
    ///
    /// # Errors
    /// When the address is taken or no HTTP client can be built.
    pub async fn start(settings: Settings) -> anyhow::Result<Self> {
        let listener = TcpListener::bind(settings.listen).await?;
        let address = listener.local_addr()?;
        let url = settings.url.clone().unwrap_or_else(|| format!("http://{address}"));
        let stop = CancellationToken::new();
        let sim = Arc::new(sim::Sim::new(settings, url.trim_end_matches('/').to_owned(), stop.clone())?);
        let restored = state::load(&sim)?;
        if sim.settings.personas {
            for persona in phones::personas() {
                if sim.world().phone(&persona.id).is_none() {
                    sim.add_phone(persona)?;
                }
            }
        }
        if sim.settings.accounts && !restored {
            telegram::create_bot(&sim, telegram::NewBot::default()).map_err(anyhow::Error::msg)?;
            whatsapp::create_number(&sim, whatsapp::NewNumber::default()).map_err(anyhow::Error::msg)?;
        }
        state::keep(&sim);
        let router = routes::router(Arc::clone(&sim));
        let task = tokio::spawn(accept::serve(listener, router, stop));
        Ok(Self { address, sim, task: Some(task) })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The base of all its addresses, without a slash at the end: Telegram's is `{url}/bot{token}/{method}`,
    /// Graph's `{url}/v25.0/…`, the control API's `{url}/control/…`, the page of phones `{url}/`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.sim.url
    }

    /// Stops listening, lets answers in flight finish, and ends.
    pub async fn stop(mut self) {
        self.sim.stop.cancel();
        if let Some(task) = self.task.take() {
            let _ = task.await; // it ended either way
        }
        state::save(&self.sim);
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        self.sim.stop.cancel();
    }
}
