//! Messages: the thread, and what agents write into it.

mod activity;
mod card;
mod complete;
mod context;
mod delivered;
pub mod graphql;
mod in_short;
mod outgoing;
mod quoted;
mod send;
pub mod store;
mod thread;
mod write;

pub use activity::{Activity, ActivityKind};
pub use card::{MessageCard, SentButton, SentCard, SentTemplate, SentTemplateCard};
pub use complete::{FullMessage, Quoted, QuotedKind, ShownReaction, complete};
pub use context::Context;
pub use delivered::mark_delivered;
pub use in_short::{Named, in_short};
pub(crate) use send::show;
pub use send::{Audience, Body, Choice, Choices, Writing, Written, write};
pub use store::{Attachment, Message, Reaction, Revision};
pub use thread::{STATEMENTS as THREAD_STATEMENTS, ThreadPage, thread_pages};
pub use write::insert_activity;
