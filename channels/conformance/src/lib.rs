//! The one suite that every adapter passes.
//!
//! *Reading*: recorded deliveries (`fixtures/<case>[__variant].json` beside each adapter) are verified against what
//! their case promises ([`Case`]) and against the exact events recorded with them (`….events.json`). Set
//! `UPDATE_EVENTS=1` to write those anew, then review the difference.
//!
//! *Live*: the adapter speaks to the simulator over real HTTP, both ways ([`Stage`], [`stories!`]).
//!
//! An adapter's [`Capabilities`](shared::Capabilities) say what does not apply to it; nothing else skips anything.

mod case;
mod fixtures;
pub mod live;
mod phone;
mod receiver;
mod scripts;
mod stage;

pub use case::Case;
pub use fixtures::Fixtures;
pub use scripts::{Script, scripts};
pub use stage::{Connection, Files, Provider, Stage};
