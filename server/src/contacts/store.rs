//! Contacts in the database.

use chrono::{DateTime, Utc};
use serde_json::Value;
use shared::{ContactId, ConversationId};
use sqlx::FromRow;

use crate::db::WorkspaceTx;

/// A person outside.
#[derive(Debug, Clone, PartialEq, FromRow)]
pub struct Contact {
    /// Whose.
    pub id: ContactId,
    /// As they called themselves or as a member wrote it; empty when nobody knows.
    pub name: String,
    /// An address, unverified.
    pub email: Option<String>,
    /// A number, as typed.
    pub phone: Option<String>,
    /// The language of their browser or app.
    pub locale: Option<String>,
    /// Further facts as a flat object: answers before a chat, what an identity token said.
    pub attributes: Value,
    /// When they first wrote.
    pub created_at: DateTime<Utc>,
    /// A platform or a signature vouches for at least one of their identities.
    pub verified: bool,
}

/// These contacts, in no order; those that are not there are left out.
///
/// # Errors
/// When the database refuses.
pub async fn by_ids(tx: &mut WorkspaceTx, ids: &[ContactId]) -> sqlx::Result<Vec<Contact>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let workspace_id = tx.workspace_id();
    sqlx::query_as(
        "select c.id, c.name, c.email, c.phone, c.locale, c.attributes, c.created_at,
                exists (select from identities i
                        where i.workspace_id = $1 and i.contact_id = c.id and i.verified) as verified
         from contacts c where c.workspace_id = $1 and c.id = any($2)",
    )
    .bind(workspace_id)
    .bind(ids.iter().map(|id| id.0).collect::<Vec<_>>())
    .fetch_all(tx.conn())
    .await
}

/// The names of these contacts; of one that turned out to be another, that one's.
///
/// # Errors
/// When the database refuses.
pub async fn names(tx: &mut WorkspaceTx, ids: &[ContactId]) -> sqlx::Result<Vec<(ContactId, String)>> {
    let workspace_id = tx.workspace_id();
    sqlx::query_as(
        "select c.id, coalesce(m.name, c.name) from contacts c
         left join contacts m on m.workspace_id = $1 and m.id = c.merged_into
         where c.workspace_id = $1 and c.id = any($2)",
    )
    .bind(workspace_id)
    .bind(ids.iter().map(|id| id.0).collect::<Vec<_>>())
    .fetch_all(tx.conn())
    .await
}

/// This contact, locked until the transaction ends.
///
/// # Errors
/// When the database refuses.
pub async fn lock(tx: &mut WorkspaceTx, id: ContactId) -> sqlx::Result<Option<Contact>> {
    let workspace_id = tx.workspace_id();
    sqlx::query_as(
        "select c.id, c.name, c.email, c.phone, c.locale, c.attributes, c.created_at,
                exists (select from identities i
                        where i.workspace_id = $1 and i.contact_id = c.id and i.verified) as verified
         from contacts c where c.workspace_id = $1 and c.id = $2 for no key update of c",
    )
    .bind(workspace_id)
    .bind(id)
    .fetch_optional(tx.conn())
    .await
}

/// Stores what a member may change.
///
/// # Errors
/// When the database refuses.
pub async fn save(tx: &mut WorkspaceTx, contact: &Contact) -> sqlx::Result<()> {
    let workspace_id = tx.workspace_id();
    sqlx::query(
        "update contacts set name = $3, email = $4, phone = $5, updated_at = now()
         where workspace_id = $1 and id = $2",
    )
    .bind(workspace_id)
    .bind(contact.id)
    .bind(&contact.name)
    .bind(&contact.email)
    .bind(&contact.phone)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The newest conversations with a contact: those that may be on a screen.
///
/// # Errors
/// When the database refuses.
pub async fn shown_conversations(tx: &mut WorkspaceTx, id: ContactId) -> sqlx::Result<Vec<ConversationId>> {
    let workspace_id = tx.workspace_id();
    sqlx::query_scalar(
        "select id from conversations where workspace_id = $1 and contact_id = $2 order by id desc limit 20",
    )
    .bind(workspace_id)
    .bind(id)
    .fetch_all(tx.conn())
    .await
}
