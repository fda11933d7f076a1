//! What changes of a sent message have in common: who may make them, and what is put back when the platform says no.

use channel_core::Act;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use shared::policy::{Moment, Target as PolicyTarget, What};
use shared::{AuthorKind, Capabilities, Direction, MemberId, MessageId, MessageStatus, Role};

use super::store::{self, Message};
use crate::app::App;
use crate::conversations::{self, Changing};
use crate::db::WorkspaceTx;
use crate::error::AppError;
use crate::graphql::Problem;
use crate::outbox::parts::{self, Place};
use crate::outbox::{self, Footing, MessageChange, Target};
use crate::realtime::Event;
use crate::viewer::Viewer;

/// What is put back when the platform refuses a change.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Undo {
    /// Other words: what the transmission had before.
    Edit { transmission: shared::TransmissionId, act: Value, text: String },
    /// Taken back.
    Delete,
    /// Our reaction: what it was before.
    React { emoji: Option<String>, member: Option<MemberId> },
}

/// A message under change, its conversation locked.
pub(super) struct Subject {
    pub message: Message,
    pub changing: Changing,
    pub footing: Footing,
    pub capabilities: Capabilities,
}

impl Subject {
    /// Locks the conversation of a message that went one way or the other.
    pub async fn lock(
        app: &App,
        tx: &mut WorkspaceTx,
        message_id: MessageId,
    ) -> Result<Result<Self, Problem>, AppError> {
        let not_found = || AppError::NotFound("message");
        let of_thread =
            |message: &Message| matches!(message.direction, Direction::Inbound | Direction::Outbound);
        let message =
            store::by_ids(tx, &[message_id]).await?.pop().filter(of_thread).ok_or_else(not_found)?;
        let changing = Changing::lock(tx, message.conversation_id).await?;
        // Under the lock: somebody may have changed it meanwhile.
        let message = store::by_ids(tx, &[message_id]).await?.pop().ok_or_else(not_found)?;
        let footing = outbox::footing(tx, message.conversation_id).await?.ok_or_else(not_found)?;
        let capabilities = match app.adapters.of(footing.channel_kind) {
            Some(adapter) => adapter.capabilities(),
            None => {
                let words = "This version of Switchboard cannot send on this channel.";
                return Ok(Err(Problem::new("NOT_POSSIBLE", words)));
            }
        };
        Ok(Ok(Self { message, changing, footing, capabilities }))
    }

    /// The message as the policy sees it. What has not gone out is ours to change as long as it has not.
    pub fn target(&self) -> PolicyTarget {
        PolicyTarget {
            sent_at: Some(Moment::from(self.message.sent_at)),
            ours: self.message.direction == Direction::Outbound
                && self.message.author_kind != AuthorKind::Outside,
            deleted: self.message.deleted_at.is_some(),
        }
    }

    /// Whether the platform lets us do this, at this moment.
    pub fn allows(&self, what: What) -> Result<(), Problem> {
        self.footing.allows(&self.capabilities, what)
    }

    /// Who sent it may change it, and admins may.
    pub fn is_for(&self, by: &Viewer) -> Result<(), Problem> {
        let own = self.message.author_member_id == Some(by.member_id);
        if own || self.message.author_member_id.is_none() || by.role.includes(Role::Admin) {
            return Ok(());
        }
        let words = "Only the colleague who sent it and admins can change this message.";
        Err(Problem::new("NOT_YOURS", words))
    }

    /// Puts a change in line.
    pub async fn enqueue(&self, tx: &mut WorkspaceTx, act: &Act, undo: &Undo) -> sqlx::Result<()> {
        let target = Target {
            channel_id: self.changing.now.channel_id,
            conversation_id: Some(self.changing.now.id),
            to: None,
            quote: None,
            by_human: true,
        };
        let undo = serde_json::to_value(undo).map_err(|error| sqlx::Error::Encode(error.into()))?;
        outbox::enqueue_change(tx, target, act, MessageChange { message_id: self.message.id, undo }).await
    }

    /// Lists show what the newest message says.
    pub async fn show(&mut self, tx: &mut WorkspaceTx, preview: String) -> sqlx::Result<()> {
        if is_newest(tx, &self.message).await? {
            self.changing.now.preview = conversations::preview(&preview, None);
            tx.publish(Event::conversation(self.changing.now.id));
        }
        Ok(())
    }
}

/// What to say of a message that is neither here nor there.
pub(super) fn on_its_way() -> Problem {
    let words =
        "This message is just being sent, or nobody knows whether it was. Try again when that is known.";
    Problem::new("NOT_SENT_YET", words)
}

/// The message hangs in the air, or in part.
pub(super) fn is_between(parts: &[parts::Part]) -> bool {
    parts.iter().any(|part| part.place() == Place::Between)
}

/// Nothing that lists show came after it.
async fn is_newest(tx: &mut WorkspaceTx, message: &Message) -> sqlx::Result<bool> {
    let workspace_id = tx.workspace_id();
    sqlx::query_scalar(
        "select not exists (select from messages m
                            where m.workspace_id = $1 and m.conversation_id = $2 and m.seq > $3 and m.direction <> 4)",
    )
    .bind(workspace_id)
    .bind(message.conversation_id)
    .bind(message.seq)
    .fetch_one(tx.conn())
    .await
}

/// The platform refused a change that was shown already: what was before comes back, with the reason.
pub(crate) async fn undo(
    tx: &mut WorkspaceTx,
    message_id: MessageId,
    act: &Act,
    undo: Option<&Value>,
    words: &str,
) -> sqlx::Result<()> {
    let Some(message) = store::by_ids(tx, &[message_id]).await?.pop() else { return Ok(()) };
    match undo.map(Undo::deserialize) {
        Some(Ok(Undo::Edit { transmission, act, text })) if message.deleted_at.is_none() => {
            if super::edit::put_back(tx, &message, transmission, &act, &text).await? {
                parts::note(tx, message_id, &format!("The change did not reach the customer: {words}"))
                    .await?;
            }
        }
        Some(Ok(Undo::Delete)) => {
            let workspace_id = tx.workspace_id();
            sqlx::query("update messages set deleted_at = null where workspace_id = $1 and id = $2")
                .bind(workspace_id)
                .bind(message_id)
                .execute(tx.conn())
                .await?;
            parts::note(tx, message_id, &format!("It could not be taken back: {words}")).await?;
        }
        Some(Ok(Undo::React { emoji, member })) => {
            super::react::put_back(tx, message_id, act, emoji.as_deref(), member).await?;
        }
        _ => return Ok(()),
    }
    tx.publish(Event::message_changed(message.conversation_id, message_id));
    Ok(())
}

/// Whether a message of ours is at its platform.
pub(super) const fn has_gone_out(status: Option<MessageStatus>) -> bool {
    matches!(status, Some(MessageStatus::Sent | MessageStatus::Delivered | MessageStatus::Read))
}
