//! The figures, one file each, and the order in which they are taken.

mod bytes;
mod chaos;
mod inbound;
mod lines;
mod list;
mod outbox;
mod process;
pub mod queries;
mod rls_tax;
mod screen;

use std::fs;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use vault::KeyRing;

use crate::figures::{Report, Row};
use crate::machine::Machine;
use crate::postgres::{PRODUCT, Postgres, Role};
use crate::product::{Launcher, Product};
use crate::say;
use crate::seed::World;
use crate::slices::Slicing;

/// A figure's name on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum Figure {
    /// Messages acknowledged a second.
    Accept,
    /// Messages in their conversations a second.
    Inbound,
    /// How long an acknowledgement takes.
    Ack,
    /// Answers handed to the platform a second.
    Outbox,
    /// What is lost, doubled or out of order when everything goes wrong.
    Chaos,
    /// How long until an agent sees a message.
    Screen,
    /// How long a page of the list takes.
    List,
    /// What row-level security costs.
    RlsTax,
    /// Memory of the server.
    Memory,
    /// How long a start takes.
    ColdStart,
    /// What browsers load.
    Bytes,
}

/// What to measure, and how.
#[derive(Debug)]
pub struct Plan {
    only: Vec<Figure>,
    quick: bool,
    slicing: Slicing,
    server: PathBuf,
    checkout: PathBuf,
}

impl Plan {
    /// From the command line.
    pub fn new(
        only: Vec<Figure>,
        quick: bool,
        slices: Option<usize>,
        server: PathBuf,
        checkout: PathBuf,
    ) -> Self {
        let slicing = if quick { Slicing::QUICK } else { Slicing::FULL };
        let least = if quick { 1 } else { Slicing::FULL.count };
        let count = slices.unwrap_or(slicing.count).max(least);
        Self { only, quick, slicing: Slicing { count, ..slicing }, server, checkout }
    }

    fn wants(&self, figures: &[Figure]) -> bool {
        self.only.is_empty() || figures.iter().any(|figure| self.only.contains(figure))
    }
}

/// What every figure needs.
struct Stage<'a> {
    plan: &'a Plan,
    postgres: &'a Postgres,
    launcher: &'a Launcher,
    world: &'a World,
}

impl Stage<'_> {
    async fn start(&self) -> anyhow::Result<Product> {
        self.launcher.start(self.postgres, Role::App, PRODUCT).await
    }
}

/// Takes all figures of the plan, shows the table and writes `target/bench/latest.json`; returns whether every
/// goal was met.
///
/// # Errors
/// When something could not be measured at all.
pub async fn all(plan: &Plan) -> anyhow::Result<bool> {
    let folder = plan.checkout.join("target/bench");
    fs::create_dir_all(&folder)?;
    let _ = fs::remove_file(folder.join("server.log")); // none from an earlier run
    let mut rows = Vec::new();
    if plan.wants(&[Figure::Bytes]) {
        rows.extend(bytes::measure(&plan.checkout)?);
    }
    let database_figures = Figure::value_variants().iter().filter(|figure| **figure != Figure::Bytes);
    let mut postgres_version = String::new();
    if plan.wants(&database_figures.copied().collect::<Vec<_>>()) {
        say("Starting a durable PostgreSQL of its own");
        let postgres = Postgres::start(&folder).await?;
        postgres_version = postgres.version().await?;
        let measured = with_database(plan, &folder, &postgres, &mut rows).await;
        postgres.stop().await;
        measured?;
    }
    let machine = Machine::look(&plan.checkout, &folder, postgres_version)?;
    let report = Report { machine, quick: plan.quick, rows };
    fs::write(folder.join("latest.json"), serde_json::to_vec_pretty(&report)?)?;
    show(&report.table());
    say(&format!("Written to {}", folder.join("latest.json").display()));
    Ok(report.all_met())
}

async fn with_database(
    plan: &Plan,
    folder: &Path,
    postgres: &Postgres,
    rows: &mut Vec<Row>,
) -> anyhow::Result<()> {
    let launcher = Launcher { server: plan.server.clone(), folder: folder.to_owned() };
    launcher.migrate(postgres).await?;
    say("Seeding");
    let with_history = plan.wants(&[Figure::List, Figure::RlsTax]);
    let keys = KeyRing::load_or_create(&launcher.data_folder(PRODUCT).join("master.key"))?;
    let world = World::make(postgres, &keys, plan.wants(&[Figure::Screen]), with_history).await?;
    if plan.wants(&[Figure::RlsTax]) {
        postgres.copy_without_policies().await?;
    }
    let stage = Stage { plan, postgres, launcher: &launcher, world: &world };

    // Reads first, while the tables are as they were seeded; then what fills them.
    if plan.wants(&[Figure::List]) {
        attempt(rows, "list", list::measure(&stage).await);
    }
    if plan.wants(&[Figure::RlsTax]) {
        attempt(rows, "rls_tax", rls_tax::measure(&stage).await);
    }
    if plan.wants(&[Figure::ColdStart]) {
        attempt(rows, "cold_start", process::cold_start(&stage).await);
    }
    if plan.wants(&[Figure::Screen]) {
        attempt(rows, "screen", screen::measure(&stage).await);
    }
    if plan.wants(&[Figure::Ack]) {
        attempt(rows, "ack", inbound::ack(&stage).await);
    }
    if plan.wants(&[Figure::Outbox]) {
        attempt(rows, "outbox", outbox::measure(&stage).await);
    }
    if plan.wants(&[Figure::Chaos]) {
        attempt(rows, "chaos", chaos::measure(&stage).await);
    }
    if plan.wants(&[Figure::Accept, Figure::Inbound]) {
        attempt(rows, "accept, inbound", inbound::rates(&stage).await);
    }
    if plan.wants(&[Figure::Memory]) {
        attempt(rows, "memory", process::memory(&stage).await);
    }
    Ok(())
}

/// One figure that cannot be taken does not hide the others; it is missed.
fn attempt(rows: &mut Vec<Row>, name: &str, measured: anyhow::Result<Vec<Row>>) {
    match measured {
        Ok(measured) => {
            for row in &measured {
                say(&format!("    {}: {:.2} {}", row.name, row.value, row.unit));
            }
            rows.extend(measured);
        }
        Err(error) => {
            say(&format!("    {name} could not be measured: {error:#}"));
            rows.push(Row {
                name: name.to_owned(),
                value: f64::NAN,
                unit: String::new(),
                baseline: None,
                ratio: None,
                spread: None,
                goal: None,
                met: Some(false),
                foreign_cpu: Vec::new(),
                notes: vec![format!("not measured: {error:#}")],
            });
        }
    }
}

#[expect(clippy::print_stdout, reason = "the command's result")]
fn show(table: &str) {
    println!("{table}");
}
