//! Interleaving: a slice waits for a quiet machine, and is marked when there is none.

use std::time::Duration;

use crate::machine;

/// More than this share of the machine in others' hands, and a slice is repeated, then marked.
pub const FOREIGN_CPU_MAX: f64 = 0.15;

/// How slices are taken.
#[derive(Debug, Clone, Copy)]
pub struct Slicing {
    /// How many.
    pub count: usize,
    /// How long each is.
    pub length: Duration,
    /// How often a busy machine is given another chance, per slice.
    pub patience: usize,
}

impl Slicing {
    /// Long enough to be quoted.
    pub const FULL: Self = Self { count: 5, length: Duration::from_secs(4), patience: 5 };
    /// Only to see that it runs.
    pub const QUICK: Self = Self { count: 2, length: Duration::from_millis(1500), patience: 0 };
}

/// Waits for a quiet machine; returns the share that others use when the slice begins.
pub async fn wait_for_quiet(slicing: Slicing) -> f64 {
    let mut tries = 0;
    loop {
        let share = machine::foreign_cpu(Duration::from_millis(500)).await;
        if share <= FOREIGN_CPU_MAX || tries >= slicing.patience {
            return share;
        }
        tries += 1;
        tokio::time::sleep(Duration::from_secs(2)).await;
    }
}
