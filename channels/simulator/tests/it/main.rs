//! The simulator over real HTTP, with a small webhook receiver on the other side.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::print_stdout, missing_docs)]

mod faults;
mod kit;
mod speed;
mod telegram;
mod whatsapp;
