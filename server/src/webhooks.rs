//! Deliveries: stored raw before anybody is told that they arrived, then turned into messages in order.
//!
//! [`Receiver`] stores them by group commit; [`Processor`] reads them in order of arrival, one batch and
//! one transaction per workspace. Each delivery ends in one named [`DeliveryOutcome`].

mod delivery;
mod dirty;
pub mod graphql;
mod pressure;
mod process;
mod receive;
mod requeue;
mod store;

pub use delivery::{DeliveryOutcome, NewDelivery, NotStored, Receipt, fingerprint};
pub use process::Processor;
pub use receive::Receiver;
pub use requeue::process_delivery_again;
pub use store::StoredDelivery;
pub(crate) use store::lock_workspace;
