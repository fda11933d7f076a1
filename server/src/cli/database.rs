//! Opening the database: an existing server, or an embedded one of our own.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::PathBuf;
use std::str::FromStr as _;

use embedded_postgres::{EmbeddedPostgres, Settings, StartError};
use rand::distr::{Alphanumeric, SampleString as _};
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};
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
    embedded: Option<(EmbeddedPostgres, Handle)>,
}

impl Database {
    /// Closes connections, then stops the embedded server.
    pub(super) async fn close(self) {
        self.db.close().await;
        if let Some((embedded, handle)) = self.embedded {
            handle.remove();
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
    let handle = Handle::write(config, &embedded, &owner_password, &app_password)
        .map_err(|error| CliError::Database(format!("the data folder cannot be written: {error}")))?;
    Ok(Database { db: Db::new(app, pools), owner, embedded: Some((embedded, handle)) })
}

/// Opens it for a command: beside a running server, through that server's embedded database.
pub(super) async fn open_for_command(config: &Config) -> Result<Database, CliError> {
    match open(config).await {
        Err(CliError::AlreadyRunning(reason)) => {
            let running = Running::read(config).map_err(|_| CliError::AlreadyRunning(reason))?;
            Ok(Database {
                db: Db::new(running.options(APP), PoolSizes::default()),
                owner: running.options(OWNER),
                embedded: None,
            })
        }
        opened => opened,
    }
}

/// How commands reach the embedded database of a server that runs: a private file that lives as long.
struct Handle(PathBuf);

/// What the file says.
#[derive(Serialize, Deserialize)]
struct Running {
    socket_dir: PathBuf,
    port: u16,
    owner_password: String,
    app_password: String,
}

impl Handle {
    fn path(config: &Config) -> PathBuf {
        config.data_dir.join("running-database.json")
    }

    fn write(config: &Config, embedded: &EmbeddedPostgres, owner: &str, app: &str) -> std::io::Result<Self> {
        let path = Self::path(config);
        let running = Running {
            socket_dir: embedded.socket_dir().to_owned(),
            port: embedded.port(),
            owner_password: owner.to_owned(),
            app_password: app.to_owned(),
        };
        let _ = std::fs::remove_file(&path); // left over from a crash, or absent
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path)?;
        file.write_all(serde_json::to_string(&running)?.as_bytes())?;
        Ok(Self(path))
    }

    fn remove(self) {
        let _ = std::fs::remove_file(self.0); // the next start replaces it
    }
}

impl Running {
    fn read(config: &Config) -> std::io::Result<Self> {
        Ok(serde_json::from_str(&std::fs::read_to_string(Handle::path(config))?)?)
    }

    fn options(&self, role: &str) -> PgConnectOptions {
        let password = if role == OWNER { &self.owner_password } else { &self.app_password };
        PgConnectOptions::new_without_pgpass()
            .socket(&self.socket_dir)
            .port(self.port)
            .username(role)
            .password(password)
            .database(DATABASE)
    }
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
