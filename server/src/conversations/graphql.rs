//! GraphQL of conversations.

mod mutations;
mod node;
mod queries;

pub use mutations::ConversationMutations;
pub use node::{ConversationConnection, ConversationEdge, ConversationNode, DraftNode};
pub use queries::{ChannelCount, ConversationQueries};
