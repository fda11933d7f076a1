//! What keeps tenants apart, read from Postgres's own catalog: a table added without it fails here.

use std::collections::BTreeSet;

use sqlx::{AssertSqlSafe, Executor, PgConnection, Row as _};

use crate::kit::TestDatabase;

/// Tables of the installation, not of a workspace. Adding one here is a decision about the tenant line.
const INSTALLATION: [&str; 6] =
    ["_sqlx_migrations", "installation", "sessions", "unroutable_deliveries", "user_tokens", "users"];

/// The one policy of every tenant table, as Postgres writes it.
const POLICY: &str =
    "(workspace_id = (NULLIF(current_setting('app.workspace_id'::text, true), ''::text))::uuid)";

/// Functions that look across workspaces, on purpose: they answer with ids, or with numbers of channels. `store_deliveries` takes rows of several
/// workspaces in and gives their keys back; `schema_version` touches no tenant table.
const DEFINER_FUNCTIONS: [(&str, &str); 10] = [
    ("channel_healths", "switchboard_lookup"),
    ("channel_states", "switchboard_lookup"),
    ("channels_of_account", "switchboard_lookup"),
    ("claim_jobs", "switchboard_lookup"),
    ("claim_outbox", "switchboard_lookup"),
    ("master_keys_in_use", "switchboard_lookup"),
    ("memberships_of_user", "switchboard_lookup"),
    ("schema_version", "switchboard_owner"),
    ("store_deliveries", "switchboard_lookup"),
    ("workspaces_with_pending_deliveries", "switchboard_lookup"),
];

/// Everything that those functions may touch: no text of anybody, no secret.
const LOOKUP_READS: [&str; 10] = [
    "channel_health: channel_id, state, workspace_id",
    "channels: active, app_id, connected_at, disconnected_at, id, kind, parent_account_id, platform_account_id, state, workspace_id",
    "jobs: attempts, dead_at, id, kind, lane, run_at, workspace_id",
    "members: id, removed_at, role, user_id, workspace_id",
    "outbox: channel_id, id, lane, workspace_id",
    "outbox_leases: channel_id, hold_until, holder, token, until, workspace_id",
    "pending_deliveries: delivery_id, workspace_id",
    "webhook_deliveries: channel_id, dedupe_key, id, sender, workspace_id",
    "workspace_keys: master_key_id, workspace_id",
    "workspaces: workspace_id",
];

async fn strings(connection: &mut PgConnection, query: &'static str) -> Vec<String> {
    sqlx::query_scalar(query).fetch_all(connection).await.unwrap()
}

/// Every table with data of workspaces.
async fn tenant_tables(connection: &mut PgConnection) -> Vec<String> {
    let all = strings(
        connection,
        "select relname::text from pg_class
         where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') order by relname",
    )
    .await;
    let tenant: Vec<String> =
        all.iter().filter(|name| !INSTALLATION.contains(&name.as_str())).cloned().collect();
    assert_eq!(
        all.len() - tenant.len(),
        INSTALLATION.len(),
        "an installation table is gone: shorten the list"
    );
    assert!(tenant.len() > 20);
    tenant
}

#[tokio::test]
async fn every_tenant_table_is_behind_the_one_forced_policy() {
    let test = TestDatabase::create().await;
    let mut superuser = test.superuser().await;
    let without_column = strings(
        &mut superuser,
        "select c.relname::text from pg_class c where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
           and not exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'workspace_id'
                           and a.attnotnull and a.atttypid = 'uuid'::regtype) order by 1",
    )
    .await;
    assert_eq!(without_column, INSTALLATION);
    let unprotected = strings(
        &mut superuser,
        "select relname::text from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
           and not (relrowsecurity and relforcerowsecurity) order by 1",
    )
    .await;
    assert_eq!(unprotected, INSTALLATION);

    let policies: Vec<(String, String, String, String, String)> = sqlx::query_as(
        "select tablename::text, cmd, permissive, coalesce(qual, ''), coalesce(with_check, '') from pg_policies
         where schemaname = 'public' and roles && '{switchboard_app, public}' order by tablename",
    )
    .fetch_all(&mut superuser)
    .await
    .unwrap();
    let protected: Vec<&str> = policies.iter().map(|policy| policy.0.as_str()).collect();
    assert_eq!(protected, tenant_tables(&mut superuser).await, "exactly one policy each");
    for (table, command, permissive, using, with_check) in &policies {
        assert_eq!((command.as_str(), permissive.as_str()), ("ALL", "PERMISSIVE"), "{table}");
        assert_eq!((using.as_str(), with_check.as_str()), (POLICY, POLICY), "{table}");
    }
}

#[tokio::test]
async fn keys_start_with_the_workspace_and_foreign_keys_cannot_cross_it() {
    let test = TestDatabase::create().await;
    let mut superuser = test.superuser().await;
    let oracles = strings(
        &mut superuser,
        "select i.indrelid::regclass::text from pg_index i join pg_class c on c.oid = i.indrelid
         where c.relnamespace = 'public'::regnamespace and i.indisunique
           and (select a.attname from pg_attribute a where a.attrelid = i.indrelid and a.attnum = i.indkey[0])
               is distinct from 'workspace_id'
         group by 1 order by 1",
    )
    .await;
    assert_eq!(oracles, INSTALLATION, "unique over all workspaces: tells one tenant about another");
    let without_primary_key = strings(
        &mut superuser,
        "select relname::text from pg_class c where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
           and not exists (select from pg_index i where i.indrelid = c.oid and i.indisprimary)",
    )
    .await;
    assert!(without_primary_key.is_empty(), "{without_primary_key:?}");
    // Foreign keys are checked without row-level security: only the key itself keeps them inside.
    let crossing = strings(
        &mut superuser,
        "select conrelid::regclass || ' ' || pg_get_constraintdef(oid) from pg_constraint
         where contype = 'f' and connamespace = 'public'::regnamespace
           and not (pg_get_constraintdef(oid) like 'FOREIGN KEY (workspace_id%) REFERENCES %(workspace_id%')
         order by 1",
    )
    .await;
    let to_users = [
        "members FOREIGN KEY (user_id) REFERENCES users(id)",
        "sessions FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE",
        "user_tokens FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE",
    ];
    assert_eq!(crossing, to_users);
}

#[tokio::test]
async fn the_servers_role_has_no_power_over_the_schema() {
    let test = TestDatabase::create().await;
    let mut superuser = test.superuser().await;
    let (powers, memberships, owned): (i64, i64, i64) = sqlx::query_as(
        "select (select count(*) from pg_roles where rolname = 'switchboard_app'
                 and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication)),
                (select count(*) from pg_auth_members where member = 'switchboard_app'::regrole),
                (select count(*) from pg_shdepend where refobjid = 'switchboard_app'::regrole and deptype = 'o')",
    )
    .fetch_one(&mut superuser)
    .await
    .unwrap();
    assert_eq!((powers, memberships, owned), (0, 0, 0));
    let too_much = strings(
        &mut superuser,
        "select c.relname || ' ' || p from pg_class c, unnest(array['TRUNCATE', 'REFERENCES', 'TRIGGER']) p
         where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm')
           and has_table_privilege('switchboard_app', c.oid, p)
         union all
         select 'create in schema ' || nspname from pg_namespace
         where nspname !~ '^pg_' and has_schema_privilege('switchboard_app', oid, 'CREATE')
         union all
         select 'create in database' where has_database_privilege('switchboard_app', current_database(), 'CREATE')
         union all
         select relname || ' is final' from pg_class
         where relname in ('audit_entries', 'audit_anchors')
           and (has_table_privilege('switchboard_app', oid, 'UPDATE') or has_table_privilege('switchboard_app', oid, 'DELETE'))
         union all
         select 'migrations' where has_table_privilege('switchboard_app', '_sqlx_migrations', 'INSERT, UPDATE, DELETE')",
    )
    .await;
    assert!(too_much.is_empty(), "{too_much:?}");
}

#[tokio::test]
async fn only_the_listed_functions_look_across_workspaces_and_they_see_little() {
    let test = TestDatabase::create().await;
    let mut superuser = test.superuser().await;
    let functions: Vec<(String, String, Vec<String>, Vec<String>)> = sqlx::query_as(
        "select proname::text, proowner::regrole::text, coalesce(proconfig, '{}'),
                array(select case when a.grantee = 0 then 'public' else a.grantee::regrole::text end
                      from aclexplode(coalesce(proacl, acldefault('f', proowner))) a
                      where a.privilege_type = 'EXECUTE' and a.grantee <> proowner order by 1)
         from pg_proc where pronamespace = 'public'::regnamespace and prosecdef order by proname",
    )
    .fetch_all(&mut superuser)
    .await
    .unwrap();
    let found: Vec<(&str, &str)> = functions.iter().map(|f| (f.0.as_str(), f.1.as_str())).collect();
    assert_eq!(found, DEFINER_FUNCTIONS);
    for (name, _, settings, callers) in &functions {
        assert_eq!(settings, &["search_path=pg_catalog, public"], "{name}");
        assert_eq!(callers, &["switchboard_app"], "{name}");
    }
    let reads = strings(
        &mut superuser,
        "select c.relname || ': ' || string_agg(a.attname, ', ' order by a.attname)
         from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
         where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
           and has_column_privilege('switchboard_lookup', c.oid, a.attnum, 'SELECT')
         group by c.relname order by c.relname",
    )
    .await;

    assert_eq!(reads, LOOKUP_READS);
    let lookup_can_log_in: bool = sqlx::query_scalar(
        "select rolcanlogin or rolsuper or rolbypassrls or rolcreaterole from pg_roles where rolname = 'switchboard_lookup'",
    )
    .fetch_one(&mut superuser)
    .await
    .unwrap();
    assert!(!lookup_can_log_in);
}

#[tokio::test]
async fn nothing_else_opens_a_way_around() {
    let test = TestDatabase::create().await;
    let mut superuser = test.superuser().await;
    let surprises = strings(
        &mut superuser,
        "select 'view without security_invoker: ' || relname from pg_class
         where relnamespace = 'public'::regnamespace and relkind = 'v'
           and not coalesce(reloptions @> '{security_invoker=true}', false)
         union all
         select 'materialised view: ' || relname from pg_class
         where relnamespace = 'public'::regnamespace and relkind = 'm'
         union all
         select 'enum column, which loses its index under row-level security: ' || attrelid::regclass || '.' || attname
         from pg_attribute a join pg_type t on t.oid = a.atttypid join pg_class c on c.oid = a.attrelid
         where c.relnamespace = 'public'::regnamespace and t.typtype = 'e' and not a.attisdropped",
    )
    .await;
    assert!(surprises.is_empty(), "{surprises:?}");
}

#[tokio::test]
async fn without_a_workspace_every_tenant_table_is_empty_and_nothing_can_be_written() {
    let test = TestDatabase::create().await;
    let owner = test.owner().await;
    let (app, mut superuser) = (test.app(), test.superuser().await);
    // Something in as many tables as a few acts reach.
    let mut tx = test.db.workspace(owner.workspace_id).await.unwrap();
    server::jobs::begin_for_workspace(tx.conn(), owner.workspace_id).await.unwrap();
    app.vault.seal(&mut tx, owner.user_id.0, "test", b"secret").await.unwrap();
    tx.audit(server::audit::Entry::new(owner.actor(), shared::AuditAction::SignedIn));
    tx.publish(server::realtime::Event::workspace());
    tx.commit().await.unwrap();

    let mut seeded = BTreeSet::new();
    for table in tenant_tables(&mut superuser).await {
        let count = format!("select count(*) from {table}");
        let all: i64 =
            sqlx::query_scalar(AssertSqlSafe(count.clone())).fetch_one(&mut superuser).await.unwrap();
        let mut tx = test.db.installation().await.unwrap();
        let visible: i64 = sqlx::query_scalar(AssertSqlSafe(count)).fetch_one(&mut *tx).await.unwrap();
        assert_eq!(visible, 0, "{table}");
        if all > 0 {
            seeded.insert(table);
        }
    }
    for table in
        ["audit_details", "audit_entries", "events", "jobs", "members", "workspace_heads", "workspace_keys"]
    {
        assert!(seeded.contains(table), "{table}: {seeded:?}");
    }
    let mut tx = test.db.installation().await.unwrap();
    let blind =
        tx.execute("insert into workspaces (workspace_id, name) values (gen_random_uuid(), 'x')").await;
    assert!(blind.unwrap_err().to_string().contains("row-level security"));
    let mut tx = test.db.workspace(owner.workspace_id).await.unwrap();
    let foreign = tx
        .conn()
        .execute("insert into workspaces (workspace_id, name) values (gen_random_uuid(), 'x')")
        .await;
    assert!(foreign.unwrap_err().to_string().contains("row-level security"));
}

#[tokio::test]
async fn requests_that_are_torn_down_at_any_moment_leave_no_workspace_in_the_pool() {
    let test = TestDatabase::create().await;
    let (ours, theirs) = (test.workspace("Ours").await, test.workspace("Theirs").await);
    for round in 0..400_u64 {
        let db = test.db.clone();
        let request = tokio::spawn(async move {
            let mut tx = db.workspace(ours).await?;
            sqlx::query("select name from workspaces").fetch_all(tx.conn()).await?;
            tx.commit().await
        });
        // From "not begun" through "begin is on its way" to "done".
        tokio::time::sleep(std::time::Duration::from_micros(round * 7 % 2500)).await;
        request.abort();
        let _ = request.await;
        if round % 10 == 0 {
            let mut tx = test.db.read(theirs).await.unwrap();
            let names: Vec<String> =
                sqlx::query_scalar("select name from workspaces").fetch_all(tx.conn()).await.unwrap();
            assert_eq!(names, ["Theirs"]);
        }
    }
    assert_pool_is_clean(&test).await;
}

#[tokio::test]
async fn a_connection_that_comes_back_inside_a_transaction_forgets_its_workspace() {
    let test = TestDatabase::create().await;
    let ours = test.workspace("Ours").await;
    // What a `begin` cancelled in flight leaves behind (sqlx #4393), and worse: a setting that outlives its transaction.
    for local in [true, false] {
        let mut connection = test.db.pool().acquire().await.unwrap();
        let left = format!("begin; select set_config('app.workspace_id', '{}', {local})", ours.0);
        connection.execute(sqlx::raw_sql(AssertSqlSafe(left))).await.unwrap();
        drop(connection);
        assert_pool_is_clean(&test).await;
    }
}

/// No connection of the pool is in a transaction or in a workspace.
async fn assert_pool_is_clean(test: &TestDatabase) {
    let mut held = Vec::new();
    for _ in 0..6 {
        let mut connection = test.db.pool().acquire().await.unwrap();
        let row = sqlx::raw_sql(
            "select coalesce(current_setting('app.workspace_id', true), ''), now() = statement_timestamp()",
        )
        .fetch_one(&mut *connection)
        .await
        .unwrap();
        let (setting, outside): (String, bool) = (row.get(0), row.get(1));
        assert_eq!((setting.as_str(), outside), ("", true));
        held.push(connection);
    }
}
