//! AES-256-GCM envelopes for secrets at rest. Knows no feature.
//!
//! A master key, which never is in the database, seals one data key per workspace; the data key seals the
//! secrets. Every envelope is bound to its [`Place`]: moved to another row, field or workspace it does not
//! open.

mod envelope;
mod key;
mod key_ring;
mod place;

pub use envelope::{Envelope, MalformedEnvelope, OpenError, SealError, open, seal};
pub use key::{InvalidKey, Key, Secret};
pub use key_ring::{KeyFileError, KeyRing};
pub use place::Place;
