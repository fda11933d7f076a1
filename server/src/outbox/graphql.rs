//! GraphQL of the outbox.

mod mutations;
mod transmission;

pub use mutations::OutboxMutations;
pub use transmission::TransmissionNode;
