//! GraphQL of messages.

mod card;
mod content;
mod inputs;
mod mutations;
mod node;
mod template_input;

pub use mutations::MessageMutations;
pub use node::{AttachmentNode, MessageConnection, MessageEdge, MessageNode};
