//! The simulator over real HTTP, with a small webhook receiver on the other side.

mod kit;
mod telegram;
