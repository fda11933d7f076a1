//! `rls_tax`: what policies cost the database, and whether any statement walks a whole table.

use std::collections::BTreeMap;
use std::fs;
use std::time::Duration;

use anyhow::Context as _;
use sqlx::{Connection as _, Executor as _};

use super::{Stage, list, queries};
use crate::figures::{Goal, Measured, Row, row};
use crate::load::Pace;
use crate::measure::inbound;
use crate::postgres::{BARE, PRODUCT, Role};
use crate::product::Product;
use crate::say;
use crate::seed::Workspace;
use crate::slices::wait_for_quiet;

/// CPU of the backends per list and per thread: the server as its own role behind policies, against the same
/// server as the schema's owner on a copy without any.
pub(super) async fn measure(stage: &Stage<'_>) -> anyhow::Result<Vec<Row>> {
    say("rls_tax: the database's CPU with and without policies");
    let (_, large) = list::workspaces(stage)?;
    let guarded = stage.start().await?;
    let bare = stage.launcher.start(stage.postgres, Role::Owner, BARE).await?;
    let thread = longest_thread(stage, large).await?;
    let list_body = queries::list(25, None);
    let thread_body = queries::thread(&thread);

    let slicing = stage.plan.slicing;
    let mut rows = Vec::new();
    for (name, body) in [("rls_tax_list", list_body.clone()), ("rls_tax_thread", thread_body.clone())] {
        let mut measured = Measured::default();
        for number in 0..=slicing.count {
            let busy = wait_for_quiet(slicing).await;
            let without = cpu_us(stage, &bare, BARE, large, &body, slicing.length).await?;
            let with = cpu_us(stage, &guarded, PRODUCT, large, &body, slicing.length).await?;
            if number > 0 {
                // The first pair warms both.
                measured.values.push(with);
                measured.baselines.push(without);
                measured.foreign_cpu.push(busy);
            }
        }
        rows.push(row(name, "µs", Goal::RatioAtMost(1.5), measured));
    }
    guarded.stop().await?;
    bare.stop().await?;

    let scans = scanned_tables(stage, large, &[list_body, thread_body]).await?;
    let mut measured = Measured::once(scans.values().sum::<u64>() as f64);
    measured.notes.extend(scans.iter().map(|(table, count)| format!("{table} was scanned {count} times")));
    rows.push(row("tenant_table_scans", "scans", Goal::AtMost(0.0), measured));
    Ok(rows)
}

/// Microseconds of backend CPU per request.
async fn cpu_us(
    stage: &Stage<'_>,
    product: &Product,
    database: &str,
    workspace: &Workspace,
    body: &str,
    length: Duration,
) -> anyhow::Result<f64> {
    // Every backend that may serve must have been counted before: one request opens the connection.
    list::ask(product, workspace, vec![body.to_owned()], Duration::from_millis(200)).await?;
    let before = stage.postgres.backends_cpu_ns(database).await?;
    let latency = list::ask(product, workspace, vec![body.to_owned()], length).await?;
    let after = stage.postgres.backends_cpu_ns(database).await?;
    Ok(after.saturating_sub(before) as f64 / 1e3 / latency.count as f64)
}

async fn longest_thread(stage: &Stage<'_>, workspace: &Workspace) -> anyhow::Result<String> {
    let mut connection = stage.postgres.superuser(PRODUCT).await?;
    let id: sqlx::types::Uuid =
        sqlx::query_scalar("select id from conversations where workspace_id = $1 and number = 1")
            .bind(workspace.id.0)
            .fetch_one(&mut connection)
            .await?;
    connection.close().await?;
    Ok(shared::ConversationId(id).to_string())
}

/// Runs lists, threads and visitors' messages with every plan of the server's role in the log, and counts
/// sequential scans of tables that belong to tenants.
async fn scanned_tables(
    stage: &Stage<'_>,
    workspace: &Workspace,
    bodies: &[String],
) -> anyhow::Result<BTreeMap<String, u64>> {
    let mut connection = stage.postgres.superuser(PRODUCT).await?;
    let tenant_tables: Vec<String> = sqlx::query_scalar(
        "select c.relname::text from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'workspace_id'
         where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace",
    )
    .fetch_all(&mut connection)
    .await?;
    connection
        .execute(
            "alter role switchboard_app in database switchboard set session_preload_libraries = 'auto_explain';
             alter role switchboard_app in database switchboard set auto_explain.log_min_duration = 0;
             alter role switchboard_app in database switchboard set auto_explain.log_nested_statements = on",
        )
        .await?;
    let log_start = fs::metadata(stage.postgres.log_file())?.len();
    let product = stage.start().await?;
    list::ask(&product, workspace, bodies.to_vec(), Duration::from_secs(1)).await?;
    let pace = Pace::Open { per_second: 50.0 };
    inbound::write(stage, &product, "plans", pace, Duration::from_secs(2)).await?;
    product.stop().await?;
    connection
        .execute(
            "alter role switchboard_app in database switchboard reset session_preload_libraries;
             alter role switchboard_app in database switchboard reset auto_explain.log_min_duration;
             alter role switchboard_app in database switchboard reset auto_explain.log_nested_statements",
        )
        .await?;
    connection.close().await?;
    let log = fs::read(stage.postgres.log_file())?;
    let log = log.get(usize::try_from(log_start)?..).context("PostgreSQL's log has shrunk")?;
    let log = String::from_utf8_lossy(log);
    anyhow::ensure!(log.contains("Query Text:"), "no plan came into the log: is auto_explain installed?");
    Ok(sequential_scans(&log, &tenant_tables))
}

/// From the plans of a log: `->  Seq Scan on messages m  (cost=…`.
fn sequential_scans(log: &str, tables: &[String]) -> BTreeMap<String, u64> {
    let mut scans = BTreeMap::new();
    for line in log.lines() {
        let Some((_, rest)) = line.split_once("Seq Scan on ") else { continue };
        let name = rest.split_whitespace().next().unwrap_or_default();
        if tables.iter().any(|table| table == name) {
            *scans.entry(name.to_owned()).or_default() += 1;
        }
    }
    scans
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_scans_of_tenants_tables_count() {
        let log = "LOG:  duration: 0.05 ms  plan:\n\tQuery Text: select 1\n\tHash Join  (cost=1)\n\
                   \t  ->  Seq Scan on messages m  (cost=0.00..1)\n\t  ->  Parallel Seq Scan on messages  (cost=0)\n\
                   \t  ->  Seq Scan on installation  (cost=0)\n\t  ->  Index Scan using x on messages  (cost=0)\n";
        let tables = vec!["messages".to_owned(), "contacts".to_owned()];
        assert_eq!(sequential_scans(log, &tables), BTreeMap::from([("messages".to_owned(), 2)]));
    }
}
