//! Messages: the thread, and what agents write into it.

mod activity;
mod complete;
pub mod store;

pub use activity::{Activity, ActivityKind};
pub use complete::{FullMessage, Quoted, ShownReaction, complete};
pub use store::{Attachment, Message, Reaction};
