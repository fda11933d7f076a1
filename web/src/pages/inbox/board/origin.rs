//! Where messages came from, asked for when somebody wants to know.

use shared::MessageId;

use crate::api::Failure;
use crate::api::client::run;
use crate::api::messages::{PROVENANCE, Provenance, REVISIONS, Revision, WhichMessage};

/// Where a message came from and what became of it.
pub async fn provenance(message_id: MessageId) -> Result<Provenance, Failure> {
    run(&PROVENANCE, WhichMessage { message_id }).await?.message_provenance.ok_or(Failure::NotFound)
}

/// What a message said before, newest first.
pub async fn revisions(message_id: MessageId) -> Result<Vec<Revision>, Failure> {
    let found = run(&REVISIONS, WhichMessage { message_id }).await?.message_provenance;
    Ok(found.ok_or(Failure::NotFound)?.message.revisions)
}
