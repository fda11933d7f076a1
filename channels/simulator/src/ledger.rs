//! What every phone has seen and done, in one order, so that a test can ask the customer's side.

mod book;
mod entry;
mod summary;

pub use book::{Ledger, Query, excerpt};
pub use entry::{Change, Outcome, What};
pub use summary::summarise;
