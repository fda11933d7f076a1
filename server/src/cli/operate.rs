//! Commands for the operator of the installation, beside a running server or without one.

use std::fmt::Write as _;

use sqlx::ConnectOptions as _;

use super::{CliError, KeysCommand, database, say};
use crate::app::App;
use crate::auth::cli::UsersCommand;
use crate::config::Config;
use crate::vault::{rotate, status};
use crate::{audit, auth, vault, webhooks};

/// `switchboard keys …`.
pub(super) async fn keys(config: &Config, command: &KeysCommand) -> Result<(), CliError> {
    let database = database::open_for_command(config).await?;
    let outcome = async {
        let keys = |error: vault::VaultError| CliError::Keys(error.to_string());
        let mut owner =
            database.owner.connect().await.map_err(|error| CliError::Database(error.to_string()))?;
        let vault = vault::Vault::new(config.master_key_path());
        match command {
            KeysCommand::Status => {
                let mut table = format!("{:>10}  {:<8}{:<10}workspace keys", "key", "active", "in file");
                for key in status(&mut owner, &vault).await.map_err(keys)? {
                    let (active, in_file) = (yes_or_no(key.active), yes_or_no(key.in_file));
                    let _ = write!(table, "\n{:>10}  {active:<8}{in_file:<10}{}", key.id, key.data_keys); // a String takes it
                }
                Ok(table)
            }
            KeysCommand::Rotate => {
                let report = rotate(&mut owner, &database.db, &vault).await.map_err(keys)?;
                let what = if report.fresh { "is new and" } else { "of the interrupted rotation" };
                let (key, count) = (report.active, report.rewrapped);
                Ok(format!(
                    "Master key {key} {what} seals everything now; {count} workspace keys were sealed anew."
                ))
            }
        }
    };
    let outcome: Result<String, CliError> = outcome.await;
    database.close().await;
    say(&outcome?);
    Ok(())
}

/// `switchboard audit verify`.
pub(super) async fn verify_audit(config: &Config) -> Result<(), CliError> {
    let database = database::open_for_command(config).await?;
    let outcome = async {
        let mut owner =
            database.owner.connect().await.map_err(|error| CliError::Database(error.to_string()))?;
        let notary = audit::Notary::new(config);
        audit::verify_all(&mut owner, &database.db, &notary)
            .await
            .map_err(|error| CliError::Other(anyhow::Error::new(error)))
    };
    let outcome = outcome.await;
    database.close().await;
    let (mut entries, mut workspaces, mut bad) = (0_i64, 0_usize, String::new());
    for audit::Verified { workspace_id, report } in outcome? {
        workspaces += 1;
        entries = entries.saturating_add(report.entries);
        if let Some(audit::Bad { seq, fault }) = report.bad {
            let _ = write!(bad, "\nworkspace {workspace_id}, entry {seq}: {fault}"); // a String takes it
        }
    }
    if !bad.is_empty() {
        return Err(CliError::Tampered(format!("the audit log was tampered with:{bad}")));
    }
    say(&format!("The audit log is whole: {entries} entries of {workspaces} workspaces."));
    Ok(())
}

/// `switchboard users …`.
pub(super) async fn users(config: &Config, command: UsersCommand) -> Result<(), CliError> {
    let database = database::open_for_command(config).await?;
    let app = App::new(config.clone(), database.db.clone());
    let outcome = auth::cli::run(&app, command).await;
    drop(app);
    database.close().await;
    say(&outcome?);
    Ok(())
}

/// `switchboard deliveries unroutable`.
pub(super) async fn unroutable(config: &Config, limit: u16, body: Option<i64>) -> Result<(), CliError> {
    let database = database::open_for_command(config).await?;
    let outcome = async {
        let failed = |error: sqlx::Error| CliError::Database(error.to_string());
        let mut owner = database.owner.connect().await.map_err(failed)?;
        if let Some(id) = body {
            let bytes = webhooks::unroutable_body(&mut owner, id).await.map_err(failed)?;
            let missing = || CliError::Other(anyhow::anyhow!("there is no such delivery"));
            return Ok(plain(&String::from_utf8_lossy(&bytes.ok_or_else(missing)?)));
        }
        let found = webhooks::unroutable_deliveries(&mut owner, limit.into()).await.map_err(failed)?;
        if found.is_empty() {
            return Ok("Everything that providers sent belongs to a workspace.".to_owned());
        }
        let mut table = format!(
            "{:>8}  {:<19} {:<19} {:>5} {:>8}  {:<9} accounts",
            "number", "first (UTC)", "last (UTC)", "times", "bytes", "provider"
        );
        for delivery in &found {
            let time = |at: chrono::DateTime<chrono::Utc>| at.format("%Y-%m-%d %H:%M:%S").to_string();
            let (first, last) = (time(delivery.received_at), time(delivery.last_received_at));
            let accounts = plain(&delivery.accounts.join(", "));
            // A String takes it.
            let _ = write!(
                table,
                "\n{:>8}  {first} {last} {:>5} {:>8}  {:<9} {accounts} ({})",
                delivery.id, delivery.times, delivery.body_bytes, delivery.provider, delivery.reason
            );
        }
        Ok(table)
    };
    let outcome: Result<String, CliError> = outcome.await;
    database.close().await;
    say(&outcome?);
    Ok(())
}

/// Without what would steer a terminal: it came from outside.
fn plain(text: &str) -> String {
    text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect()
}

fn yes_or_no(value: bool) -> &'static str {
    if value { "yes" } else { "no" }
}
