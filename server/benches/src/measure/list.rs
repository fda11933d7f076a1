//! `list`: a page of conversations where there are many, against one where there are few.

use std::time::Duration;

use anyhow::{Context as _, ensure};

use super::Stage;
use super::queries::{self, ListPage};
use crate::figures::{Goal, Measured, Row, row};
use crate::load::{self, Ask, Connection, Work, session_header};
use crate::product::Product;
use crate::say;
use crate::seed::Workspace;
use crate::slices::wait_for_quiet;

/// What the inbox loads at a time.
const PAGE: u32 = 25;
/// The largest page the server gives, to get deep quickly.
const STRIDE: u32 = 100;
/// Strides: 40,000 rows down.
const DEPTH: usize = 400;

/// The first page at 100,000 conversations against 1,000, and a page deep down against the first.
pub(super) async fn measure(stage: &Stage<'_>) -> anyhow::Result<Vec<Row>> {
    say("list: 100,000 conversations against 1,000; deep against first");
    let product = stage.start().await?;
    let (small, large) = workspaces(stage)?;
    let deep = deep_cursor(&product, large).await?;
    let first_page = queries::list(PAGE, None);
    let deep_page = queries::list(PAGE, Some(&deep));

    let slicing = stage.plan.slicing;
    for (workspace, body) in [(small, &first_page), (large, &first_page), (large, &deep_page)] {
        ask(&product, workspace, vec![body.clone()], Duration::from_millis(500)).await?;
    }
    let (mut at_size, mut at_depth, mut p99) =
        (Measured::default(), Measured::default(), Measured::default());
    for _ in 0..slicing.count {
        let busy = wait_for_quiet(slicing).await;
        let few = ask(&product, small, vec![first_page.clone()], slicing.length).await?;
        let many = ask(&product, large, vec![first_page.clone()], slicing.length).await?;
        let down = ask(&product, large, vec![deep_page.clone()], slicing.length).await?;
        let ms = |us: u64| us as f64 / 1e3;
        at_size.values.push(ms(many.p50_us));
        at_size.baselines.push(ms(few.p50_us));
        at_depth.values.push(ms(down.p50_us));
        at_depth.baselines.push(ms(many.p50_us));
        p99.values.push(ms(many.p99_us));
        for measured in [&mut at_size, &mut at_depth, &mut p99] {
            measured.foreign_cpu.push(busy);
        }
    }
    product.stop().await?;
    Ok(vec![
        row("list", "ms", Goal::RatioAtMost(1.3), at_size),
        row("list_deep", "ms", Goal::RatioAtMost(1.5), at_depth),
        row("list_p99", "ms", Goal::None, p99),
    ])
}

/// The small and the large workspace.
pub(super) fn workspaces<'a>(stage: &Stage<'a>) -> anyhow::Result<(&'a Workspace, &'a Workspace)> {
    stage.world.small.as_ref().zip(stage.world.large.as_ref()).context("the history was not seeded")
}

/// Asks over one connection; the median and more.
pub(super) async fn ask(
    product: &Product,
    workspace: &Workspace,
    bodies: Vec<String>,
    length: Duration,
) -> anyhow::Result<load::Latency> {
    let session = session_of(workspace)?.to_owned();
    let seconds = length.as_secs_f64();
    let outcome = load::make(&Work::Ask(Ask { address: product.address, session, bodies, seconds })).await?;
    ensure!(outcome.failed == 0, "{} answers failed, first: {:?}", outcome.failed, outcome.first_failure);
    Ok(outcome.latency)
}

/// The owner's session.
pub(super) fn session_of(workspace: &Workspace) -> anyhow::Result<&str> {
    Ok(&workspace.members.first().context("a workspace without members")?.session)
}

/// One page of the list.
pub(super) async fn page(
    product: &Product,
    workspace: &Workspace,
    first: u32,
    after: Option<&str>,
) -> anyhow::Result<ListPage> {
    let mut connection = Connection::open(product.address).await?;
    let headers = session_header(session_of(workspace)?);
    let answer = connection.post("/graphql", &headers, &queries::list(first, after)).await?;
    ListPage::read(answer.body)
}

/// Where a client stands that has loaded page after page.
async fn deep_cursor(product: &Product, workspace: &Workspace) -> anyhow::Result<String> {
    let mut cursor: Option<String> = None;
    for _ in 0..DEPTH {
        let page = page(product, workspace, STRIDE, cursor.as_deref()).await?;
        ensure!(page.ids.len() == STRIDE as usize, "the list ended before 40,000 rows");
        cursor = page.end_cursor;
    }
    cursor.context("no cursor")
}
