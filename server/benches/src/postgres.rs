//! The run's own PostgreSQL, as durable as a customer's, and `pgbench` from the same binaries.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use embedded_postgres::{EmbeddedPostgres, Settings};
use rand::distr::{Alphanumeric, SampleString as _};
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Executor as _, PgConnection};
use tokio::process::Command;

use crate::machine;

/// The database under the product.
pub const PRODUCT: &str = "switchboard";
/// A copy of it whose tables have no policies.
pub const BARE: &str = "bare";
/// What `pgbench` writes to.
const BASELINE: &str = "baseline";

/// Without these an acknowledgement means nothing.
const DURABILITY: [&str; 3] = ["fsync", "full_page_writes", "synchronous_commit"];

/// One row a transaction, as in the plan's measurements: a number, a unique key, 107 characters of text.
const SINGLE_INSERT: &str = "\\set ws random(1, 1000)\n\\set x random(1, 9000000000000000)\n\
insert into ev(workspace_id, source, external_id, body) values (:ws, 1, 'wamid.' || (:x)::bigint::text, \
'Is the blue one back in stock? I looked at the shop on Saturday and there was none left in my size, thank you!') \
on conflict do nothing;\n";

/// As whom the server connects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The product's own role, behind row-level security.
    App,
    /// The schema's owner.
    Owner,
}

impl Role {
    fn name(self) -> &'static str {
        match self {
            Self::App => "switchboard_app",
            Self::Owner => "switchboard_owner",
        }
    }
}

/// The running server.
pub struct Postgres {
    embedded: EmbeddedPostgres,
    password: String,
    folder: PathBuf,
}

impl Postgres {
    /// Starts from nothing in `folder`, whose earlier content is removed.
    ///
    /// # Errors
    /// When it does not start, or would lose commits in a crash.
    pub async fn start(folder: &Path) -> anyhow::Result<Self> {
        let data_dir = folder.join("postgres");
        if data_dir.exists() {
            fs::remove_dir_all(&data_dir).context("an earlier run's PostgreSQL")?;
        }
        let mut extra = vec![("max_connections".to_owned(), "200".to_owned())];
        if let Ok(libraries) = std::env::var("SWITCHBOARD_BENCH_PRELOAD") {
            extra.push(("shared_preload_libraries".to_owned(), libraries));
        }
        let embedded =
            EmbeddedPostgres::start(Settings { data_dir, bin_dir: None, durable: true, extra }).await?;
        let password = Alphanumeric.sample_string(&mut rand::rng(), 30);
        let postgres = Self { embedded, password, folder: folder.to_owned() };
        postgres.refuse_unless_durable().await?;
        let mut connection = postgres.superuser("postgres").await?;
        let password = &postgres.password; // letters and digits of our own making
        for role in [Role::Owner.name(), Role::App.name()] {
            let rights = if role == Role::Owner.name() { "createrole" } else { "nocreaterole" };
            connection
                .execute(AssertSqlSafe(format!("create role {role} login {rights} password '{password}'")))
                .await?;
        }
        connection.execute("create database switchboard owner switchboard_owner").await?;
        connection.execute("create database baseline").await?;
        let mut baseline = postgres.superuser(BASELINE).await?;
        baseline
            .execute(
                "create table ev (id bigint generated always as identity primary key, workspace_id int not null,
                     source smallint not null, external_id text not null, body text not null,
                     received_at timestamptz not null default now());
                 create unique index on ev (workspace_id, source, external_id)",
            )
            .await?;
        Ok(postgres)
    }

    async fn refuse_unless_durable(&self) -> anyhow::Result<()> {
        let mut connection = self.superuser("postgres").await?;
        for name in DURABILITY {
            let value: String = sqlx::query_scalar("select current_setting($1)")
                .bind(name)
                .fetch_one(&mut connection)
                .await?;
            ensure!(
                value == "on",
                "refusing to measure: {name} is {value}, and acknowledged rows could be lost"
            );
        }
        Ok(())
    }

    /// Its version.
    ///
    /// # Errors
    /// When it does not answer.
    pub async fn version(&self) -> anyhow::Result<String> {
        let mut connection = self.superuser("postgres").await?;
        Ok(sqlx::query_scalar("select current_setting('server_version')").fetch_one(&mut connection).await?)
    }

    /// A connection that sees and may do everything.
    ///
    /// # Errors
    /// When it cannot be had.
    pub async fn superuser(&self, database: &str) -> anyhow::Result<PgConnection> {
        let options = PgConnectOptions::new_without_pgpass()
            .socket(self.embedded.socket_dir())
            .port(self.embedded.port())
            .username(self.embedded.superuser())
            .password(self.embedded.superuser_password())
            .database(database);
        Ok(options.connect().await?)
    }

    /// The address of a database for the server under test.
    pub fn url(&self, role: Role, database: &str) -> String {
        let (name, password) = (role.name(), &self.password);
        let (socket, port) = (self.embedded.socket_dir().display(), self.embedded.port());
        format!("postgres://{name}:{password}@localhost:{port}/{database}?host={socket}")
    }

    /// Copies the product's database and takes every policy off the copy. Nobody may be connected.
    ///
    /// # Errors
    /// When somebody is.
    pub async fn copy_without_policies(&self) -> anyhow::Result<()> {
        let mut connection = self.superuser("postgres").await?;
        connection.execute("create database bare template switchboard owner switchboard_owner").await?;
        connection.close().await?;
        let mut bare = self.superuser(BARE).await?;
        bare.execute(
            "do $$ declare t regclass; begin
                 for t in select c.oid from pg_class c where c.relrowsecurity loop
                     execute format('alter table %s disable row level security', t);
                     execute format('alter table %s no force row level security', t);
                 end loop;
             end $$;
             analyze",
        )
        .await?;
        Ok(())
    }

    /// Nanoseconds of CPU that the server's backends in this database have had so far.
    ///
    /// # Errors
    /// When they cannot be listed.
    pub async fn backends_cpu_ns(&self, database: &str) -> anyhow::Result<u64> {
        let mut connection = self.superuser("postgres").await?;
        let pids: Vec<i32> = sqlx::query_scalar(
            "select pid from pg_stat_activity where datname = $1 and backend_type = 'client backend'",
        )
        .bind(database)
        .fetch_all(&mut connection)
        .await?;
        ensure!(!pids.is_empty(), "nobody is connected to {database}");
        pids.into_iter()
            .map(|pid| machine::cpu_ns(pid).context("/proc does not tell the backends' CPU"))
            .sum()
    }

    /// Single-row inserts a second by `pgbench` with 64 clients, for about this long.
    ///
    /// # Errors
    /// When `pgbench` is missing or fails.
    pub async fn single_inserts_per_second(&self, clients: usize, length: Duration) -> anyhow::Result<f64> {
        let script = self.folder.join("single_insert.sql");
        fs::write(&script, SINGLE_INSERT)?;
        let mut baseline = self.superuser(BASELINE).await?;
        baseline.execute("truncate ev").await?;
        baseline.close().await?;
        let seconds = length.as_secs().max(2).to_string();
        let output = Command::new(self.embedded.bin_dir().join("pgbench"))
            .args(["-n", "-M", "prepared", "-j", "2", "-c", &clients.to_string(), "-T", &seconds])
            .arg("-h")
            .arg(self.embedded.socket_dir())
            .args(["-p", &self.embedded.port().to_string(), "-U", self.embedded.superuser(), "-f"])
            .arg(&script)
            .arg(BASELINE)
            .env("PGPASSWORD", self.embedded.superuser_password())
            .stdin(Stdio::null())
            .output()
            .await
            .context("pgbench, which comes with PostgreSQL")?;
        if !output.status.success() {
            bail!("pgbench failed: {}", String::from_utf8_lossy(&output.stderr).trim());
        }
        transactions_per_second(&String::from_utf8_lossy(&output.stdout)).context("pgbench told no rate")
    }

    /// Where the server writes its log.
    pub fn log_file(&self) -> &Path {
        self.embedded.log_file()
    }

    /// Shuts it down.
    pub async fn stop(self) {
        self.embedded.stop().await;
    }
}

/// From `pgbench`'s last lines: `tps = 12345.678 (without initial connection time)`.
fn transactions_per_second(output: &str) -> Option<f64> {
    output
        .lines()
        .find_map(|line| line.trim().strip_prefix("tps = ")?.split_whitespace().next()?.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_is_read_from_what_pgbench_prints() {
        let output = "latency average = 4.1 ms\ninitial connection time = 60.2 ms\n\
                      tps = 15519.703341 (without initial connection time)\n";
        assert_eq!(transactions_per_second(output), Some(15_519.703_341));
        assert_eq!(transactions_per_second("pgbench: error"), None);
    }
}
