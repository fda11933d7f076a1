//! Migrations: run at start, as the schema's owner, under sqlx's advisory lock.

use sqlx::migrate::{MigrateError as SqlxMigrateError, Migrator};
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, Connection};

/// Every migration, in the binary.
pub static MIGRATOR: Migrator = sqlx::migrate!("../migrations");

/// Why the schema could not be brought up to date.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// Another, newer version of Switchboard has been here.
    #[error(
        "the database has migration {0}, which this version of Switchboard does not know: it was used by a newer one. \
         Start that version again, or restore a backup made before the upgrade"
    )]
    NewerDatabase(i64),
    /// A migration failed; its transaction was rolled back.
    #[error("the database could not be brought up to date: {0}")]
    Failed(#[source] SqlxMigrateError),
    /// No connection as the owner.
    #[error("the database could not be reached as its owner: {0}")]
    Unreachable(#[source] sqlx::Error),
}

/// Brings the schema up to date. Several processes may call it at once.
///
/// # Errors
/// See [`MigrateError`]; nothing is half done.
pub async fn migrate(owner: &PgConnectOptions) -> Result<(), MigrateError> {
    let mut connection = owner.connect().await.map_err(MigrateError::Unreachable)?;
    let outcome = MIGRATOR.run(&mut connection).await;
    let _ = connection.close().await; // nothing depends on a polite goodbye
    outcome.map_err(|error| match error {
        SqlxMigrateError::VersionMissing(version) => MigrateError::NewerDatabase(version),
        other => MigrateError::Failed(other),
    })
}
