//! The audit log: who did what to which, chained by hash, written in the act's own transaction.

mod anchor;
mod append;
mod chain;
pub mod graphql;
mod notary;
mod operate;
mod store;
mod verify;
mod words;

pub(crate) use anchor::anchor;
pub use anchor::{ANCHOR_JOB, sign_head, verify_with_anchors};
pub use append::{AuditHead, append};
pub use chain::{GENESIS, Link};
pub use notary::{Anchor, Notary, NotaryError};
pub use operate::{Verified, verify_all};
pub use verify::{Bad, ChainReport, Fault, Start, verify_from};

use serde_json::Value;
use shared::{AuditAction, TargetKind};
use uuid::Uuid;

use crate::viewer::Actor;

/// One thing that was done. Build it where it happens and give it to
/// [`WorkspaceTx::audit`](crate::db::WorkspaceTx::audit).
#[derive(Debug, Clone)]
pub struct Entry {
    /// Who.
    pub actor: Actor,
    /// What.
    pub action: AuditAction,
    /// To which.
    pub target: Option<(TargetKind, Uuid)>,
    /// Before, after and other circumstances; kept apart from the chain, erasable. Never a secret, never
    /// a message's text.
    pub details: Value,
}

impl Entry {
    /// An entry without circumstances.
    #[must_use]
    pub fn new(actor: Actor, action: AuditAction) -> Self {
        Self { actor, action, target: None, details: Value::Null }
    }

    /// Says to which thing it was done.
    #[must_use]
    pub fn on(mut self, kind: TargetKind, id: Uuid) -> Self {
        self.target = Some((kind, id));
        self
    }

    /// Adds circumstances.
    #[must_use]
    pub fn with(mut self, details: Value) -> Self {
        self.details = details;
        self
    }
}
