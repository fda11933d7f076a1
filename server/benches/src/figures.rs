//! What was measured: rows, whether they meet their goals, and how they are shown.

use std::fmt::Write as _;

use serde::Serialize;

use crate::machine::Machine;

/// What a figure must reach.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Goal {
    /// The ratio to the baseline is at least this.
    RatioAtLeast(f64),
    /// The ratio to the baseline is at most this.
    RatioAtMost(f64),
    /// The value itself is at most this.
    AtMost(f64),
    /// The value itself is at least this.
    AtLeast(f64),
    /// Shown beside others, without a goal of its own.
    None,
}

impl Goal {
    fn is_met(self, value: f64, ratio: Option<f64>) -> Option<bool> {
        match self {
            Self::RatioAtLeast(least) => Some(ratio.is_some_and(|ratio| ratio >= least)),
            Self::RatioAtMost(most) => Some(ratio.is_some_and(|ratio| ratio <= most)),
            Self::AtMost(most) => Some(value <= most),
            Self::AtLeast(least) => Some(value >= least),
            Self::None => None,
        }
    }

    fn text(self, unit: &str) -> Option<String> {
        match self {
            Self::RatioAtLeast(least) => Some(format!("≥ {least}×")),
            Self::RatioAtMost(most) => Some(format!("≤ {most}×")),
            Self::AtMost(most) => Some(format!("≤ {most} {unit}")),
            Self::AtLeast(least) => Some(format!("≥ {least} {unit}")),
            Self::None => None,
        }
    }
}

/// One line of the table.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// The figure's name.
    pub name: String,
    /// The median of the slices.
    pub value: f64,
    /// Of `value` and `baseline`.
    pub unit: String,
    /// The baseline's median in the same run.
    pub baseline: Option<f64>,
    /// The median of the slices' own ratios.
    pub ratio: Option<f64>,
    /// Smallest and largest: of the ratio if there is one, else of the value.
    pub spread: Option<(f64, f64)>,
    /// In words.
    pub goal: Option<String>,
    /// Whether it was reached; a figure that does not count has not reached anything.
    pub met: Option<bool>,
    /// CPU that others used just before each slice, as shares of the machine.
    pub foreign_cpu: Vec<f64>,
    /// What a reader must know.
    pub notes: Vec<String>,
}

/// What the slices of a figure gave.
#[derive(Debug, Clone, Default)]
pub struct Measured {
    /// One value a slice.
    pub values: Vec<f64>,
    /// The baseline of each slice; empty where there is none.
    pub baselines: Vec<f64>,
    /// CPU that others used just before each slice.
    pub foreign_cpu: Vec<f64>,
    /// Why the figure does not count, if it does not.
    pub void: Option<String>,
    /// What a reader must know.
    pub notes: Vec<String>,
}

impl Measured {
    /// One value that was not repeated.
    pub fn once(value: f64) -> Self {
        Self { values: vec![value], ..Self::default() }
    }
}

/// Makes the row of a figure.
pub fn row(name: &str, unit: &str, goal: Goal, measured: Measured) -> Row {
    let Measured { values, baselines, foreign_cpu, void, mut notes } = measured;
    let ratios: Vec<f64> = values
        .iter()
        .zip(&baselines)
        .filter(|(_, base)| **base > 0.0)
        .map(|(value, base)| value / base)
        .collect();
    let value = median(&values).unwrap_or(f64::NAN);
    let ratio = median(&ratios);
    let spread = range(if ratios.is_empty() { &values } else { &ratios });
    let busy = foreign_cpu.iter().filter(|share| **share > crate::slices::FOREIGN_CPU_MAX).count();
    if busy > 0 {
        notes.push(format!("{busy} of {} slices on a busy machine", foreign_cpu.len()));
    }
    let met = goal.is_met(value, ratio).map(|met| met && void.is_none());
    notes.extend(void.map(|why| format!("does not count: {why}")));
    Row {
        name: name.to_owned(),
        value,
        unit: unit.to_owned(),
        baseline: median(&baselines),
        ratio,
        spread: spread.filter(|(least, most)| least != most),
        goal: goal.text(unit),
        met,
        foreign_cpu,
        notes,
    }
}

/// The middle of some numbers; of an even count the lower of the two, so that it was measured.
pub fn median(numbers: &[f64]) -> Option<f64> {
    let mut sorted = numbers.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len().checked_sub(1)? / 2).copied()
}

fn range(numbers: &[f64]) -> Option<(f64, f64)> {
    let least = numbers.iter().copied().min_by(f64::total_cmp)?;
    let most = numbers.iter().copied().max_by(f64::total_cmp)?;
    Some((least, most))
}

/// Everything a run found out.
#[derive(Debug, Serialize)]
pub struct Report {
    /// Where it ran.
    pub machine: Machine,
    /// Whether slices were too short to be quoted.
    pub quick: bool,
    /// The figures.
    pub rows: Vec<Row>,
}

impl Report {
    /// Whether every figure with a goal reached it.
    pub fn all_met(&self) -> bool {
        self.rows.iter().all(|row| row.met != Some(false))
    }

    /// The table for the screen.
    pub fn table(&self) -> String {
        let head = ["name", "value", "unit", "baseline", "ratio", "spread", "goal", "met"].map(str::to_owned);
        let lines: Vec<[String; 8]> = std::iter::once(head).chain(self.rows.iter().map(cells)).collect();
        let mut widths = [0_usize; 8];
        for line in &lines {
            for (width, cell) in widths.iter_mut().zip(line) {
                *width = (*width).max(cell.chars().count());
            }
        }
        let mut text = String::new();
        for (at, line) in lines.iter().enumerate() {
            for (cell, width) in line.iter().zip(widths) {
                let _ = write!(text, "{cell:<width$}  "); // a String takes everything
            }
            text.truncate(text.trim_end().len());
            text.push('\n');
            let notes = at.checked_sub(1).and_then(|row| self.rows.get(row)).map(|row| row.notes.as_slice());
            for note in notes.unwrap_or_default() {
                let _ = writeln!(text, "    {note}");
            }
        }
        text
    }
}

fn cells(row: &Row) -> [String; 8] {
    let dash = || "–".to_owned();
    let times = |number: f64| format!("{}×", number_text(number));
    let suffix = if row.ratio.is_some() { "×" } else { "" };
    [
        row.name.clone(),
        number_text(row.value),
        row.unit.clone(),
        row.baseline.map_or_else(dash, number_text),
        row.ratio.map_or_else(dash, times),
        row.spread.map_or_else(dash, |(least, most)| {
            format!("{}–{}{suffix}", number_text(least), number_text(most))
        }),
        row.goal.clone().unwrap_or_else(dash),
        row.met.map_or_else(dash, |met| if met { "yes" } else { "NO" }.to_owned()),
    ]
}

/// Three digits that matter.
fn number_text(number: f64) -> String {
    match number.abs() {
        size if size >= 100.0 => format!("{number:.0}"),
        size if size >= 10.0 => format!("{number:.1}"),
        _ => format!("{number:.2}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(values: &[f64], baselines: &[f64]) -> Measured {
        Measured { values: values.to_vec(), baselines: baselines.to_vec(), ..Measured::default() }
    }

    #[test]
    fn a_ratio_is_the_median_of_each_slices_own() {
        let row =
            row("accept", "1/s", Goal::RatioAtLeast(1.5), measured(&[30.0, 10.0, 32.0], &[20.0, 5.0, 16.0]));
        assert_eq!(row.ratio, Some(2.0));
        assert_eq!(row.spread, Some((1.5, 2.0)));
        assert_eq!((row.value, row.baseline), (30.0, Some(16.0)));
        assert_eq!(row.met, Some(true));
    }

    #[test]
    fn a_rate_with_a_lost_message_meets_no_goal() {
        let void = Some("1 lost".to_owned());
        let row =
            row("accept", "1/s", Goal::RatioAtLeast(1.5), Measured { void, ..measured(&[30.0], &[10.0]) });
        assert_eq!(row.met, Some(false));
        assert_eq!(row.notes, ["does not count: 1 lost"]);
    }

    #[test]
    fn without_a_baseline_a_goal_on_the_ratio_is_missed() {
        let row = row("inbound", "1/s", Goal::RatioAtLeast(0.5), measured(&[30.0], &[]));
        assert_eq!(row.met, Some(false));
    }

    #[test]
    fn the_median_of_an_even_count_was_measured() {
        assert_eq!(median(&[4.0, 1.0, 3.0, 2.0]), Some(2.0));
        assert_eq!(median(&[]), None);
    }

    #[test]
    fn a_slice_on_a_busy_machine_is_marked() {
        let foreign_cpu = vec![0.05, 0.9, 0.2];
        let row = row("ack", "ms", Goal::AtMost(25.0), Measured { foreign_cpu, ..measured(&[3.0], &[]) });
        assert_eq!(row.notes, ["2 of 3 slices on a busy machine"]);
        assert_eq!(row.met, Some(true));
    }

    #[test]
    fn the_table_shows_every_column() {
        let rows = vec![row("ack", "ms", Goal::AtMost(25.0), measured(&[3.456], &[]))];
        let table = Report { machine: Machine::default(), quick: false, rows }.table();
        assert_eq!(
            table,
            "name  value  unit  baseline  ratio  spread  goal     met\nack   3.46   ms    –         –      –       ≤ 25 ms  yes\n"
        );
    }
}
