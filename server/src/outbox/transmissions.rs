//! What platforms got for our messages, as it is shown.

use channel_core::{Act, HeaderValue, TemplateMessage};
use chrono::{DateTime, Utc};
use serde::Deserialize as _;
use serde_json::Value;
use shared::{AttachmentId, MessageId, MessageStatus, TransmissionId};
use sqlx::FromRow;

use crate::db::WorkspaceTx;

/// What a platform got for a message, or is to get.
#[derive(Debug, Clone, PartialEq)]
pub struct Transmission {
    /// Which.
    pub id: TransmissionId,
    /// Of which message.
    pub message_id: MessageId,
    /// 0, 1, 2 … in the order in which they go out.
    pub part: i16,
    /// `text`, `media`, `album`, `template` …
    pub what: &'static str,
    /// How far it has come.
    pub status: MessageStatus,
    /// Why it did not go out, for people.
    pub failure: Option<String>,
    /// The platform's own code.
    pub failure_code: Option<String>,
    /// Another try makes sense.
    pub retryable: bool,
    /// What was left out for it to go through.
    pub notes: Vec<String>,
    /// The files in it.
    pub attachment_ids: Vec<AttachmentId>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

impl Transmission {
    /// It failed, and can be handed to the platform again.
    #[must_use]
    pub fn can_retry(&self) -> bool {
        self.status == MessageStatus::Failed && self.retryable
    }
}

#[derive(FromRow)]
struct Row {
    id: TransmissionId,
    message_id: MessageId,
    part: i16,
    status: MessageStatus,
    failure: Option<String>,
    failure_code: Option<String>,
    retryable: bool,
    notes: Vec<String>,
    act: Option<Value>,
    updated_at: DateTime<Utc>,
    attempts: i16,
    pricing: Option<Value>,
}

/// The columns of [`Row`].
macro_rules! columns {
    () => {
        "id, message_id, part, status, failure, failure_code, retryable, notes, act, updated_at, attempts, pricing"
    };
}

/// What platforms got for these messages, in order. Web chat is no platform to us.
///
/// # Errors
/// When the database refuses.
pub async fn transmissions_of(
    tx: &mut WorkspaceTx,
    messages: &[MessageId],
) -> sqlx::Result<Vec<Transmission>> {
    if messages.is_empty() {
        return Ok(Vec::new());
    }
    let workspace_id = tx.workspace_id();
    let rows: Vec<Row> = sqlx::query_as(concat!(
        "select ",
        columns!(),
        " from transmissions
          where workspace_id = $1 and message_id = any($2) and act is not null order by message_id, part"
    ))
    .bind(workspace_id)
    .bind(messages.iter().map(|id| id.0).collect::<Vec<_>>())
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(Transmission::from).collect())
}

/// All that a message became, on web chat too, with the calls that were made and what they cost.
pub(super) async fn with_pricing(
    tx: &mut WorkspaceTx,
    message_id: MessageId,
) -> sqlx::Result<Vec<(Transmission, i16, Option<Value>)>> {
    let workspace_id = tx.workspace_id();
    let rows: Vec<Row> = sqlx::query_as(concat!(
        "select ",
        columns!(),
        " from transmissions where workspace_id = $1 and message_id = $2 order by part"
    ))
    .bind(workspace_id)
    .bind(message_id)
    .fetch_all(tx.conn())
    .await?;
    let histories = rows.into_iter().map(|mut row| {
        let (attempts, pricing) = (row.attempts, row.pricing.take());
        (Transmission::from(row), attempts, pricing)
    });
    Ok(histories.collect())
}

impl From<Row> for Transmission {
    fn from(row: Row) -> Self {
        let act = row.act.as_ref().and_then(|act| Act::deserialize(act).ok());
        Self {
            id: row.id,
            message_id: row.message_id,
            part: row.part,
            what: act.as_ref().map_or("message", what),
            status: row.status,
            failure: row.failure,
            failure_code: row.failure_code,
            retryable: row.retryable,
            notes: row.notes,
            attachment_ids: act.as_ref().map(files).unwrap_or_default(),
            updated_at: row.updated_at,
        }
    }
}

/// What an act is, in one word.
pub(super) const fn what(act: &Act) -> &'static str {
    match act {
        Act::Text { .. } => "text",
        Act::Media { .. } => "media",
        Act::Album { .. } => "album",
        Act::List { .. } => "list",
        Act::Location(_) => "location",
        Act::Contacts(_) => "contacts",
        Act::Template(_) => "template",
        Act::React { .. } => "reaction",
        Act::Edit { .. } => "edit",
        Act::Delete { .. } => "delete",
        Act::AnswerPress { .. } => "answer_press",
        Act::Typing { .. } => "typing",
        Act::MarkRead { .. } => "mark_read",
        Act::Leave => "leave",
        _ => "unknown",
    }
}

fn files(act: &Act) -> Vec<AttachmentId> {
    match act {
        Act::Media { part, .. } => vec![part.file.attachment_id],
        Act::Album { parts } => parts.iter().map(|part| part.file.attachment_id).collect(),
        Act::Template(template) => files_of_template(template),
        _ => Vec::new(),
    }
}

fn files_of_template(template: &TemplateMessage) -> Vec<AttachmentId> {
    let own = match &template.header {
        Some(HeaderValue::Media(file)) => Some(file.attachment_id),
        _ => None,
    };
    own.into_iter().chain(template.cards.iter().flat_map(files_of_template)).collect()
}
