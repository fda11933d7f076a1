//! Messages: the thread, and what agents write into it.

mod activity;
mod card;
mod change;
mod complete;
mod context;
mod delete;
mod delivered;
mod edit;
pub mod graphql;
mod in_short;
mod outgoing;
mod quoted;
mod react;
mod reaction_words;
mod send;
pub mod store;
mod thread;
mod write;

pub use activity::{Activity, ActivityKind};
pub use card::{MessageCard, SentButton, SentCard, SentTemplate, SentTemplateCard};
pub(crate) use change::undo;
pub use complete::{FullMessage, Quoted, QuotedKind, ShownReaction, complete};
pub use context::Context;
pub use delete::delete;
pub(crate) use delete::erase;
pub use delivered::mark_delivered;
pub use edit::edit;
pub use in_short::{Named, in_short};
pub use react::react;
pub use reaction_words::{CUSTOM, NAMED};
pub(crate) use send::show;
pub use send::{
    Audience, Body, Choice, Choices, TemplateChoice, TemplatePart, TemplateTop, Writing, Written, write,
};
pub use store::{Attachment, Message, Reaction, Revision};
pub use thread::{STATEMENTS as THREAD_STATEMENTS, ThreadPage, thread_pages};
pub use write::insert_activity;
