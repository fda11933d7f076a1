//! Messages: the thread, and what agents write into it.

mod activity;
mod complete;
mod delivered;
pub mod graphql;
mod send;
pub mod store;
mod thread;
mod write;

pub use activity::{Activity, ActivityKind};
pub use complete::{FullMessage, Quoted, ShownReaction, complete};
pub use delivered::mark_delivered;
pub use send::{Audience, Writing, Written, write};
pub use store::{Attachment, Message, Reaction};
pub use thread::{STATEMENTS as THREAD_STATEMENTS, ThreadPage, thread_pages};
pub use write::insert_activity;
