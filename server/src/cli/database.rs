//! Opening the database: an existing server, or an embedded one of our own.

use std::str::FromStr as _;

use embedded_postgres::{EmbeddedPostgres, Settings, StartError};
use rand::distr::{Alphanumeric, SampleString as _};
use secrecy::ExposeSecret as _;
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Executor as _, PgConnection};

use super::CliError;
use crate::config::Config;
use crate::db::{Db, PoolSizes, migrate};

const DATABASE: &str = "switchboard";
const OWNER: &str = "switchboard_owner";
const APP: &str = "switchboard_app";

/// The migrated database, and the server process behind it when it is ours.
pub(super) struct Database {
    pub(super) db: Db,
    /// As the schema's owner: for work over all workspaces on the command line.
    pub(super) owner: PgConnectOptions,
    embedded: Option<EmbeddedPostgres>,
}

impl Database {
    /// Closes connections, then stops the embedded server.
    pub(super) async fn close(self) {
        self.db.close().await;
        if let Some(embedded) = self.embedded {
            embedded.stop().await;
        }
    }
}

/// Opens and migrates it.
pub(super) async fn open(config: &Config) -> Result<Database, CliError> {
    let pools = PoolSizes::default();
    if let (Some(app), Some(owner)) = (&config.database_url, &config.database_owner_url) {
        let parse = |key: &'static str, url: &str| {
            PgConnectOptions::from_str(url).map_err(|error| CliError::Database(format!("{key}: {error}")))
        };
        let app = parse("database_url", app.expose_secret())?;
        let owner = parse("database_owner_url", owner.expose_secret())?;
        migrate(&owner).await?;
        return Ok(Database { db: Db::new(app, pools), owner, embedded: None });
    }

    let embedded = start_embedded(config).await?;
    let superuser = PgConnectOptions::new_without_pgpass()
        .socket(embedded.socket_dir())
        .port(embedded.port())
        .username(embedded.superuser())
        .password(embedded.superuser_password())
        .database("postgres");
    // New passwords at every start: nothing but this process ever needs them.
    let (owner_password, app_password) = (random_password(), random_password());
    let owner = superuser.clone().username(OWNER).password(&owner_password).database(DATABASE);
    let app = superuser.clone().username(APP).password(&app_password).database(DATABASE);
    let provisioned = async {
        let mut connection = superuser.connect().await?;
        provision_owner(&mut connection, &owner_password).await?;
        connection.close().await
    };
    provisioned.await.map_err(|error| CliError::Database(format!("embedded PostgreSQL: {error}")))?;
    migrate(&owner).await?;
    let give_password = async {
        let mut connection = superuser.connect().await?;
        set_password(&mut connection, APP, &app_password).await?;
        connection.close().await
    };
    give_password.await.map_err(|error| CliError::Database(format!("embedded PostgreSQL: {error}")))?;
    Ok(Database { db: Db::new(app, pools), owner, embedded: Some(embedded) })
}

async fn start_embedded(config: &Config) -> Result<EmbeddedPostgres, CliError> {
    let settings = Settings {
        data_dir: config.data_dir.join("postgres"),
        bin_dir: config.postgres_bin_dir.clone(),
        durable: true,
        extra: Vec::new(),
    };
    EmbeddedPostgres::start(settings).await.map_err(|error| match error {
        StartError::AlreadyRunning { .. } => CliError::AlreadyRunning(error.to_string()),
        other => CliError::Database(other.to_string()),
    })
}

/// The owner of the schema may make roles (the first migration does) but is no superuser.
async fn provision_owner(connection: &mut PgConnection, password: &str) -> sqlx::Result<()> {
    let exists: bool = sqlx::query_scalar("select exists (select from pg_roles where rolname = $1)")
        .bind(OWNER)
        .fetch_one(&mut *connection)
        .await?;
    if !exists {
        connection.execute("create role switchboard_owner login createrole").await?;
    }
    set_password(connection, OWNER, password).await?;
    let exists: bool = sqlx::query_scalar("select exists (select from pg_database where datname = $1)")
        .bind(DATABASE)
        .fetch_one(&mut *connection)
        .await?;
    if !exists {
        connection.execute("create database switchboard owner switchboard_owner").await?;
    }
    Ok(())
}

/// Utility statements take no parameters; the password is letters and digits of our own making.
async fn set_password(connection: &mut PgConnection, role: &'static str, password: &str) -> sqlx::Result<()> {
    connection.execute(AssertSqlSafe(format!("alter role {role} password '{password}'"))).await?;
    Ok(())
}

fn random_password() -> String {
    Alphanumeric.sample_string(&mut rand::rng(), 40)
}
