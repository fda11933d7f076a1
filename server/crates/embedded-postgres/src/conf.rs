//! The configuration, written anew at each start.

use std::fmt::Write;

use crate::account::Account;
use crate::process::Launch;
use crate::{PORT, Purpose, StartError, folder};

/// The name of our configuration file inside the cluster.
pub(crate) const FILE: &str = "switchboard.conf";

/// Sized for a machine that also runs the server and a browser; an operator changes them with `ALTER SYSTEM`.
const TUNING: &[(&str, &str)] = &[
    ("max_connections", "100"),
    ("shared_buffers", "128MB"),
    ("random_page_cost", "1.1"),
    // Full-page images after each checkpoint more than double the WAL; rare checkpoints keep tail latency flat.
    ("max_wal_size", "4GB"),
    ("checkpoint_timeout", "15min"),
    ("checkpoint_completion_target", "0.9"),
    // A young installation's tables grow from nothing: its plans need statistics within seconds, not a minute.
    ("autovacuum_naptime", "15s"),
    // Our statements are short: compiling them costs more than it saves.
    ("jit", "off"),
    ("timezone", "UTC"),
    ("log_timezone", "UTC"),
    ("lc_messages", "C"),
    ("password_encryption", "scram-sha-256"),
    // What customers write must not reach a log: no statements, no parameters, no "Key (email)=(…)" details.
    ("log_statement", "none"),
    ("log_min_messages", "warning"),
    ("log_min_error_statement", "panic"),
    ("log_error_verbosity", "terse"),
    ("log_parameter_max_length", "0"),
    ("log_parameter_max_length_on_error", "0"),
    ("log_checkpoints", "off"),
    ("log_line_prefix", "%m [%p] "),
];

/// Writes the configuration and the access rules into the cluster.
pub(crate) fn write(launch: &Launch, wal_compression: &str) -> Result<(), StartError> {
    let account: Option<&Account> = launch.account.as_ref();
    let cluster = &launch.folder.cluster;
    let mut text = "# Written anew at each start. Use ALTER SYSTEM for your own settings.\n".to_owned();
    for (name, value) in TUNING {
        line(&mut text, name, value)?;
    }
    line(&mut text, "wal_compression", wal_compression)?;
    for (name, value) in &launch.settings.extra {
        line(&mut text, name, value)?;
    }
    folder::write_private(&cluster.join(FILE), &text, account)?;
    let access = match launch.purpose {
        // No network, and whoever opens the socket must also know a password.
        Purpose::Product => "local all all scram-sha-256\n",
        #[cfg(feature = "testing")]
        Purpose::Tests => "local all all trust\n",
    };
    folder::write_private(&cluster.join("pg_hba.conf"), access, account)
}

/// What neither the file, nor `ALTER SYSTEM`, nor the caller's extra lines may change: given on the command line.
pub(crate) fn fixed(launch: &Launch) -> Vec<String> {
    let durable = if launch.settings.durable { "on" } else { "off" };
    [
        ("config_file", launch.folder.cluster.join(FILE).display().to_string()),
        ("hba_file", launch.folder.cluster.join("pg_hba.conf").display().to_string()),
        ("listen_addresses", String::new()),
        ("port", PORT.to_string()),
        ("unix_socket_directories", format!("\"{}\"", launch.folder.socket_dir.display())),
        ("unix_socket_permissions", "0700".to_owned()),
        ("fsync", durable.to_owned()),
        ("full_page_writes", durable.to_owned()),
        ("synchronous_commit", durable.to_owned()),
        ("logging_collector", "off".to_owned()),
        ("log_destination", "stderr".to_owned()),
    ]
    .into_iter()
    .flat_map(|(name, value)| ["-c".to_owned(), format!("{name}={value}")])
    .collect()
}

fn line(text: &mut String, name: &str, value: &str) -> Result<(), StartError> {
    let plain_name = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '.');
    if name.is_empty() || !plain_name || value.contains(['\n', '\r', '\0']) {
        return Err(StartError::BadSetting { name: name.to_owned() });
    }
    let value = value.replace('\\', "\\\\").replace('\'', "''");
    writeln!(text, "{name} = '{value}'").map_err(|_| StartError::BadSetting { name: name.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_cannot_break_out_of_its_line() {
        let mut text = String::new();
        line(&mut text, "application_name", r"it's a \ test").unwrap();
        assert_eq!(text, "application_name = 'it''s a \\\\ test'\n");

        assert!(line(&mut text, "jit", "on\nfsync = off").is_err());
        assert!(line(&mut text, "jit = on\nfsync", "off").is_err());
    }
}
