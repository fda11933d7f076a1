//! The demo: a workspace whose channels lead to the simulator, so that a newcomer can play the customer on a page
//! of phones and the agent in the inbox, with no account anywhere.
//!
//! It exists on this machine only, and only when somebody asked for it: by `serve --demo`, or on the first-run page
//! of a server that listens on a loopback address. Channels of other workspaces never reach the simulator.

mod begin;
mod cast;
mod control;
mod scene;
mod stage;
mod store;

pub use begin::{BEGIN, begin, owe};
pub use scene::{PLAY_SCENE, play_scene};
pub use stage::Stage;
