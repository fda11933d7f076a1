//! What processes tell each other about people typing and looking: small, never stored, sent by `NOTIFY sb_signal`.

use serde::{Deserialize, Serialize};
use shared::{ConversationId, MemberId, WorkspaceId};
use sqlx::PgPool;
use uuid::Uuid;

/// One signal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signal {
    /// In which workspace.
    #[serde(rename = "w")]
    pub workspace_id: WorkspaceId,
    /// In which conversation; the nil id: in the workspace at all.
    #[serde(rename = "c")]
    pub conversation_id: ConversationId,
    /// What.
    #[serde(rename = "k")]
    pub kind: SignalKind,
    /// Who.
    pub by: Person,
    /// Begins or goes on; else it ends.
    pub on: bool,
    /// The process that says so.
    #[serde(rename = "p")]
    pub process: Uuid,
}

/// What a signal says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SignalKind {
    /// Writes something.
    Typing,
    /// Has it on the screen.
    Viewing,
    /// Left.
    Gone,
    /// A process has just begun to listen: everybody says again who is there. Names nobody.
    Who,
}

/// Who types or looks.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Person {
    /// The member; none: the contact.
    #[serde(rename = "m")]
    pub member_id: Option<MemberId>,
    /// As shown to the other side.
    #[serde(rename = "n")]
    pub name: String,
}

/// Rings for every process, this one too. One statement for all of them: a notifying commit takes a lock
/// for the whole server.
pub(super) async fn send(pool: &PgPool, signals: &[Signal]) -> sqlx::Result<()> {
    let payloads: Vec<String> = signals
        .iter()
        .filter_map(|signal| serde_json::to_string(signal).ok())
        .filter(|payload| payload.len() < 7_900) // Postgres refuses 8,000 bytes
        .collect();
    sqlx::query("select pg_notify('sb_signal', p) from unnest($1::text[]) as p")
        .bind(payloads)
        .execute(pool)
        .await?;
    Ok(())
}
