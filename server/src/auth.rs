//! Who is at the other end of a browser: passwords, sessions, and ending them at once.
//!
//! A session is a row whose key is the hash of the cookie's value. It names the user and the workspace they
//! are working in; what they may do there is read from their membership. Both are remembered for five seconds
//! per process, and forgotten at once when something is revoked: the revoking process tells the others
//! through `NOTIFY sb_revoked`.

pub mod cli;
pub mod graphql;
mod password_change;
mod passwords;
pub mod proof;
mod revocation;
mod session;
mod session_store;
pub mod setup;
pub mod sign_in;
mod store;
pub mod throttle;
pub mod tokens;
mod viewer;

pub use password_change::{
    RESET_LETTER, change_password, operator_reset_link, request_reset, reset_password, send_reset_letter,
};
pub use passwords::Passwords;
pub use revocation::{REVOKED_CHANNEL, Revocation, Revocations, on_notify, revoke, tell_revoked};
pub use session::{SessionIdentity, SessionKeyHash, current_identity, establish, session_key, session_layer};
pub use session_store::PgSessionStore;
pub use store::{User, end_sessions_in, insert_user, memberships, user_by_email, user_by_id};
pub use throttle::Throttles;
pub use viewer::{still_valid, viewer_of};

use crate::config::Config;

/// What signing in keeps for the life of the process. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Auth {
    /// Hashes and checks passwords, a few at a time.
    pub passwords: Passwords,
    /// Remembers live sessions for a moment, and tells sockets when one is over.
    pub revocations: Revocations,
    /// How often a client or an account may try.
    pub throttles: Throttles,
}

impl Auth {
    /// As configured.
    #[must_use]
    pub fn new(config: &Config) -> Self {
        Self {
            passwords: Passwords::default(),
            revocations: Revocations::default(),
            throttles: Throttles::new(&config.limits),
        }
    }
}
