//! Log lines: coloured for people, JSON for machines.

use tracing_subscriber::EnvFilter;

use super::CliError;
use crate::config::{Config, ConfigError, LogFormat};

/// Starts logging to standard error, so that standard output stays the command's own.
pub(super) fn start(config: &Config) -> Result<(), CliError> {
    let filter = EnvFilter::try_new(&config.log)
        .map_err(|error| ConfigError::Impossible { key: "log", reason: error.to_string() })?;
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let started = match config.log_format {
        LogFormat::Pretty => lines.try_init(),
        LogFormat::Json => lines.json().flatten_event(true).try_init(),
    };
    started.map_err(|error| CliError::Other(anyhow::anyhow!("logging: {error}")))
}
