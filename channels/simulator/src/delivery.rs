//! How webhooks travel: in lanes, tried again by the provider's own rules, with the faults that were asked for.

mod attempt;
mod batch;
mod lanes;
mod limit;
mod retry;

pub use attempt::Target;
pub use lanes::{Parcel, Post};
pub use limit::Bucket;
