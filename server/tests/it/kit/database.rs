//! A migrated database per test, copied from a template.

use std::str::FromStr;
use std::time::Duration;

use server::db::{Db, PoolSizes, migrate};
use shared::WorkspaceId;
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor, PgConnection};
use tokio::sync::OnceCell;
use uuid::Uuid;

/// The template is made once per process.
static TEMPLATE: OnceCell<(PgConnectOptions, String)> = OnceCell::const_new();

async fn template() -> &'static (PgConnectOptions, String) {
    TEMPLATE
        .get_or_init(|| async {
            let superuser = superuser_options().await;
            let name = format!("template_{}", Uuid::now_v7().simple());
            let mut connection = superuser.connect().await.expect("test Postgres");
            connection
                .execute(
                    "do $$ begin
                         if not exists (select from pg_roles where rolname = 'switchboard_owner') then
                             create role switchboard_owner login createrole;
                         end if;
                     exception when duplicate_object or unique_violation then null; end $$",
                )
                .await
                .unwrap();
            connection
                .execute(AssertSqlSafe(format!("create database {name} owner switchboard_owner")))
                .await
                .unwrap();
            let owner = superuser.clone().username("switchboard_owner").database(&name);
            migrate(&owner).await.expect("migrations");
            connection.close().await.unwrap();
            (superuser, name)
        })
        .await
}

/// `TEST_DATABASE_URL` (a superuser without password), or a Postgres of our own.
async fn superuser_options() -> PgConnectOptions {
    if let Ok(url) = std::env::var("TEST_DATABASE_URL") {
        return PgConnectOptions::from_str(&url).expect("TEST_DATABASE_URL");
    }
    let server = embedded_postgres::testing::shared();
    PgConnectOptions::new_without_pgpass()
        .socket(&server.socket_dir)
        .port(server.port)
        .username(&server.superuser)
        .database("postgres")
}

/// A database of one test.
pub struct TestDatabase {
    /// As the server's own role.
    pub db: Db,
    superuser: PgConnectOptions,
    name: String,
}

impl TestDatabase {
    /// A fresh, migrated one.
    pub async fn create() -> Self {
        let (superuser, template) = template().await;
        let name = format!("test_{}", Uuid::now_v7().simple());
        let mut connection = superuser.connect().await.unwrap();
        connection
            .execute(AssertSqlSafe(format!(
                "create database {name} template {template} owner switchboard_owner"
            )))
            .await
            .unwrap();
        connection.close().await.unwrap();
        let app = superuser.clone().username("switchboard_app").database(&name);
        Self {
            db: Db::new(app, PoolSizes { requests: 6, ingest: 3, sending: 2 }),
            superuser: superuser.clone(),
            name,
        }
    }

    /// A connection that sees everything, for looking behind the scenes.
    pub async fn superuser(&self) -> PgConnection {
        self.superuser.clone().database(&self.name).connect().await.unwrap()
    }

    /// Waits until so many processes hear this database's notifications.
    pub async fn wait_for_listeners(&self, processes: i64) {
        let mut behind = self.superuser().await;
        for _ in 0..600 {
            let listening: i64 = sqlx::query_scalar(
                "select count(*) from pg_stat_activity where datname = current_database() and query ilike 'listen%'",
            )
            .fetch_one(&mut behind)
            .await
            .unwrap();
            if listening >= processes {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the processes do not listen");
    }

    /// As the server's role, without the server's pools: for tests of what that role cannot do.
    pub fn app_options(&self) -> PgConnectOptions {
        self.superuser.clone().username("switchboard_app").database(&self.name)
    }

    /// As the schema's owner.
    pub fn owner_options(&self) -> PgConnectOptions {
        self.superuser.clone().username("switchboard_owner").database(&self.name)
    }

    /// A workspace without people in it.
    pub async fn workspace(&self, name: &str) -> WorkspaceId {
        let id = WorkspaceId::new();
        let mut tx = self.db.workspace(id).await.unwrap();
        sqlx::query("insert into workspaces (workspace_id, name) values ($1, $2)")
            .bind(id)
            .bind(name)
            .execute(tx.conn())
            .await
            .unwrap();
        sqlx::query("insert into workspace_heads (workspace_id) values ($1)")
            .bind(id)
            .execute(tx.conn())
            .await
            .unwrap();
        tx.commit().await.unwrap();
        id
    }
}
