//! Everything a request needs, built once.

use std::sync::Arc;

use crate::auth::Auth;
use crate::config::Config;
use crate::db::Db;
use crate::mail::Mailer;

/// The running product: configuration, database, and what features keep for the life of the process.
pub struct App {
    /// As read at start.
    pub config: Config,
    /// As the server's own role.
    pub db: Db,
    /// Signing in.
    pub auth: Auth,
    /// Outgoing mail.
    pub mail: Mailer,
}

impl App {
    /// Puts the parts together. Opens nothing that can fail: connections are made when first needed.
    #[must_use]
    pub fn new(config: Config, db: Db) -> Arc<Self> {
        let auth = Auth::new(&config);
        let mail = Mailer::new(config.smtp.clone());
        Arc::new(Self { config, db, auth, mail })
    }
}
