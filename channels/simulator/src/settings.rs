//! What can be set when the simulator starts.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;

/// How one simulator runs. Every limit bounds memory; the oldest goes first.
#[derive(Debug, Clone, Args)]
pub struct Settings {
    /// Where to listen; port 0 takes a free one.
    #[arg(long, env = "SIMULATOR_LISTEN", default_value = "127.0.0.1:8300")]
    pub listen: SocketAddr,
    /// The address others reach it under, if not the one it listens on; media links are made from it.
    #[arg(long, env = "SIMULATOR_URL")]
    pub url: Option<String>,
    /// Ids and faults follow from it: the same seed and calls give the same run.
    #[arg(long, env = "SIMULATOR_SEED", default_value_t = 1)]
    pub seed: u64,
    /// How much faster than the providers it retries, expires rate limits and sends receipts.
    #[arg(long, env = "SIMULATOR_TIME_FACTOR", default_value_t = 1.0)]
    pub time_factor: f64,
    /// Leaves out the providers' rate limits (a benchmark measures us, not them).
    #[arg(long, env = "SIMULATOR_NO_RATE_LIMITS")]
    pub no_rate_limits: bool,
    /// Starts with a few people, but without accounts.
    #[arg(long, env = "SIMULATOR_PERSONAS", default_value_t = true, action = clap::ArgAction::Set)]
    pub personas: bool,
    /// Starts with one Telegram bot and one WhatsApp number, whose secrets are shown on `/control/accounts`.
    #[arg(long, env = "SIMULATOR_ACCOUNTS")]
    pub accounts: bool,
    /// Keeps accounts, their webhooks and people in this file, for a stage that is put up again (the demo). Ids of
    /// messages and updates then never repeat those of an earlier run, whatever the seed.
    #[arg(long, env = "SIMULATOR_STATE")]
    pub state: Option<PathBuf>,
    /// Messages kept of one chat.
    #[arg(long, default_value_t = 1_000)]
    pub messages_per_chat_max: usize,
    /// Entries kept in the ledger.
    #[arg(long, default_value_t = 300_000)]
    pub ledger_entries_max: usize,
    /// Bytes of pictures, voices and documents kept.
    #[arg(long, default_value_t = 256 * 1024 * 1024)]
    pub file_bytes_max: usize,
    /// Webhook events waiting to be delivered.
    #[arg(long, default_value_t = 100_000)]
    pub events_waiting_max: usize,
    /// Phones that may exist.
    #[arg(long, default_value_t = 50_000)]
    pub phones_max: usize,
}

impl Default for Settings {
    /// For tests: a free loopback port, real time, the providers' limits in force.
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            url: None,
            seed: 1,
            time_factor: 1.0,
            no_rate_limits: false,
            personas: true,
            accounts: false,
            state: None,
            messages_per_chat_max: 1_000,
            ledger_entries_max: 300_000,
            file_bytes_max: 256 * 1024 * 1024,
            events_waiting_max: 100_000,
            phones_max: 50_000,
        }
    }
}
