//! Who is at the other end of a browser: passwords, sessions, and ending them at once.
//!
//! A session is a row whose key is the hash of the cookie's value. It names the user and the workspace they
//! are working in; what they may do there is read from their membership. Both are remembered for five seconds
//! per process, and forgotten at once when something is revoked: the revoking process tells the others
//! through `NOTIFY sb_revoked`.

mod passwords;
mod revocation;
mod session;
mod session_store;
pub mod setup;
pub mod tokens;
mod viewer;

pub use passwords::Passwords;
pub use revocation::{REVOKED_CHANNEL, Revocation, Revocations, on_notify, revoke, tell_revoked};
pub use session::{SessionIdentity, SessionKeyHash, establish, session_key, session_layer};
pub use session_store::PgSessionStore;
pub use viewer::{still_valid, viewer_of};

/// What signing in keeps for the life of the process. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Auth {
    /// Hashes and checks passwords, a few at a time.
    pub passwords: Passwords,
    /// Remembers live sessions for a moment, and tells sockets when one is over.
    pub revocations: Revocations,
}
