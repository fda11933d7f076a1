//! What a platform got for a message, as clients see it.

use async_graphql::Object;
use chrono::{DateTime, Utc};
use shared::{AttachmentId, MessageStatus, TransmissionId};

use crate::outbox::Transmission;

/// What a platform got for a message, or is to get: one call.
#[derive(Clone)]
pub struct TransmissionNode(pub Transmission);

#[Object(name = "Transmission")]
impl TransmissionNode {
    /// Global id.
    pub async fn id(&self) -> TransmissionId {
        self.0.id
    }

    /// 0, 1, 2 … in the order in which they go out.
    async fn part(&self) -> i16 {
        self.0.part
    }

    /// `text`, `media`, `album`, `template` …
    async fn what(&self) -> &str {
        self.0.what
    }

    /// How far it has come.
    async fn status(&self) -> MessageStatus {
        self.0.status
    }

    /// Why it did not go out.
    async fn failure(&self) -> Option<&str> {
        self.0.failure.as_deref()
    }

    /// The platform's own code, for admins.
    async fn failure_code(&self) -> Option<&str> {
        self.0.failure_code.as_deref()
    }

    /// Another try makes sense.
    async fn retryable(&self) -> bool {
        self.0.retryable
    }

    /// What was left out for it to go through.
    async fn notes(&self) -> &[String] {
        &self.0.notes
    }

    /// The files in it.
    async fn attachment_ids(&self) -> &[AttachmentId] {
        &self.0.attachment_ids
    }

    /// When it last changed.
    async fn updated_at(&self) -> DateTime<Utc> {
        self.0.updated_at
    }
}
