//! Deliveries: stored raw before anybody is told that they arrived, then turned into messages in order.
//!
//! What a provider posts is proven and taken apart ([`routes`]); [`Receiver`] stores it by group commit; [`Processor`]
//! reads deliveries in order of arrival, one batch and one transaction per workspace. Each ends in one named
//! [`DeliveryOutcome`].

mod body;
mod delivery;
mod dirty;
mod divide;
mod door;
pub mod graphql;
mod http;
mod kept_headers;
mod owners;
mod pressure;
mod process;
mod receive;
mod requeue;
mod search;
mod store;
mod take_in;
mod tidy;
mod unroutable;

pub use delivery::{DeliveryOutcome, NewDelivery, NotStored, Receipt, fingerprint};
pub use http::{FOLDER, routes};
pub use process::{Processor, WAITING_JOB, apply_waiting, forget_old_changes};
pub use receive::Receiver;
pub use requeue::process_delivery_again;
pub use store::StoredDelivery;
pub(crate) use store::lock_workspace;
pub use take_in::Webhooks;
pub use tidy::remove_old_bodies;
pub use unroutable::{UnroutableDelivery, forget_old_unroutable, unroutable_body, unroutable_deliveries};
