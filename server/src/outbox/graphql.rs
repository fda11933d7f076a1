//! GraphQL of the outbox.

mod mutations;
mod provenance;
mod transmission;

pub use mutations::OutboxMutations;
pub use provenance::OutboxQueries;
pub use transmission::TransmissionNode;
