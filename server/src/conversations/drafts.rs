//! What a member has begun to write and not sent, one per conversation and mode.

use async_graphql::Enum;
use chrono::{DateTime, Utc};
use serde_json::json;
use shared::{AuditAction, ConversationId, MemberId, TargetKind};
use sqlx::FromRow;

use super::store;
use crate::app::App;
use crate::audit::Entry;
use crate::db::WorkspaceTx;
use crate::error::AppError;
use crate::graphql::Problem;
use crate::viewer::Viewer;

/// Longest draft, in characters.
const TEXT_CHARS_MAX: usize = 20_000;

/// What a draft is to become.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Enum)]
pub enum DraftMode {
    /// An answer to the customer.
    Reply,
    /// A private note.
    Note,
}

impl DraftMode {
    /// The number the database keeps.
    #[must_use]
    pub fn code(self) -> i16 {
        match self {
            Self::Reply => 1,
            Self::Note => 2,
        }
    }
}

/// Something begun.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Draft {
    /// In which conversation.
    pub conversation_id: ConversationId,
    /// As [`DraftMode::code`].
    pub mode: i16,
    /// The text so far.
    pub text: String,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

/// Keeps the viewer's draft; an empty text discards it.
///
/// # Errors
/// `NOT_FOUND` for a conversation of another workspace.
pub async fn save(
    app: &App,
    by: &Viewer,
    id: ConversationId,
    mode: DraftMode,
    text: &str,
) -> Result<Result<Option<Draft>, Problem>, AppError> {
    let text = text.replace('\0', "");
    let chars = text.chars().count();
    if chars > TEXT_CHARS_MAX {
        let message = format!("A draft can have up to {TEXT_CHARS_MAX} characters.");
        return Ok(Err(Problem::of_field("text", "TOO_LONG", message)));
    }
    let mut tx = app.db.workspace(by.workspace_id).await?;
    if store::by_ids(&mut tx, &[id]).await?.is_empty() {
        return Err(AppError::NotFound("conversation"));
    }
    let (changed, action, draft) = if text.trim().is_empty() {
        (discard(&mut tx, by.member_id, id, mode).await?, AuditAction::DraftDiscarded, None)
    } else {
        let (changed, draft) = keep(&mut tx, by.member_id, id, mode, text).await?;
        (changed, AuditAction::DraftSaved, Some(draft))
    };
    if changed {
        tx.audit(
            Entry::new(by.actor(), action)
                .on(TargetKind::Conversation, id.0)
                .with(json!({ "mode": mode.code(), "characters": chars })),
        );
        tx.commit().await?;
    }
    Ok(Ok(draft))
}

async fn keep(
    tx: &mut WorkspaceTx,
    member_id: MemberId,
    conversation_id: ConversationId,
    mode: DraftMode,
    text: String,
) -> sqlx::Result<(bool, Draft)> {
    let workspace_id = tx.workspace_id();
    let kept: Option<Draft> = sqlx::query_as(
        "insert into drafts as d (workspace_id, member_id, conversation_id, mode, text) values ($1, $2, $3, $4, $5)
         on conflict (workspace_id, member_id, conversation_id, mode)
             do update set text = excluded.text, updated_at = now() where d.text <> excluded.text
         returning conversation_id, mode, text, updated_at",
    )
    .bind(workspace_id)
    .bind(member_id)
    .bind(conversation_id)
    .bind(mode.code())
    .bind(&text)
    .fetch_optional(tx.conn())
    .await?;
    match kept {
        Some(draft) => Ok((true, draft)),
        // The same text again.
        None => {
            let found = of_member(tx, member_id, &[conversation_id]).await?;
            let same = found.into_iter().find(|draft| draft.mode == mode.code());
            let draft =
                same.unwrap_or(Draft { conversation_id, mode: mode.code(), text, updated_at: Utc::now() });
            Ok((false, draft))
        }
    }
}

/// Whether there was one.
pub(crate) async fn discard(
    tx: &mut WorkspaceTx,
    member_id: MemberId,
    conversation_id: ConversationId,
    mode: DraftMode,
) -> sqlx::Result<bool> {
    let workspace_id = tx.workspace_id();
    let gone = sqlx::query(
        "delete from drafts where workspace_id = $1 and member_id = $2 and conversation_id = $3 and mode = $4",
    )
    .bind(workspace_id)
    .bind(member_id)
    .bind(conversation_id)
    .bind(mode.code())
    .execute(tx.conn())
    .await?;
    Ok(gone.rows_affected() > 0)
}

/// A member's drafts in these conversations.
///
/// # Errors
/// When the database refuses.
pub async fn of_member(
    tx: &mut WorkspaceTx,
    member_id: MemberId,
    conversations: &[ConversationId],
) -> sqlx::Result<Vec<Draft>> {
    let workspace_id = tx.workspace_id();
    sqlx::query_as(
        "select conversation_id, mode, text, updated_at from drafts
         where workspace_id = $1 and member_id = $2 and conversation_id = any($3)",
    )
    .bind(workspace_id)
    .bind(member_id)
    .bind(conversations.iter().map(|id| id.0).collect::<Vec<_>>())
    .fetch_all(tx.conn())
    .await
}
