//! A conversation under change: locked, with what it was, so that counters, activities and notices follow
//! from the difference.

use shared::{AuthorKind, ConversationId, ConversationStatus, MemberId};

use super::counters::Counter;
use super::store::{self, Conversation};
use crate::db::WorkspaceTx;
use crate::error::AppError;
use crate::messages::{self, Activity};
use crate::realtime::Event;

/// A locked conversation.
pub(crate) struct Changing {
    /// As it was.
    before: Conversation,
    /// As it will be.
    pub now: Conversation,
}

impl Changing {
    /// Locks it: the first lock of everything that changes a conversation.
    ///
    /// # Errors
    /// `NOT_FOUND`, also for another workspace's.
    pub async fn lock(tx: &mut WorkspaceTx, id: ConversationId) -> Result<Self, AppError> {
        let now = store::lock(tx, id).await?.ok_or(AppError::NotFound("conversation"))?;
        Ok(Self { before: now.clone(), now })
    }

    /// Adds an activity to the thread; `by` is none where nobody acted.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn happened(
        &mut self,
        tx: &mut WorkspaceTx,
        by: Option<MemberId>,
        activity: Activity,
    ) -> sqlx::Result<()> {
        self.now.last_seq += 1;
        let id = messages::insert_activity(tx, &self.now, by, activity).await?;
        tx.publish(Event::message_created(self.now.id, id));
        Ok(())
    }

    /// Takes a message or note into what lists show.
    pub fn show(&mut self, preview: String, author: AuthorKind) {
        self.now.last_activity_at = self.now.last_activity_at.max(chrono::Utc::now());
        self.now.preview = preview;
        self.now.preview_author = author;
    }

    /// Opens it again if it is closed or snoozed; whether it was.
    pub fn open(&mut self) -> bool {
        self.now.snoozed_until = None;
        std::mem::replace(&mut self.now.status, ConversationStatus::Open) != ConversationStatus::Open
    }

    /// Stores it, moves the counters, and says so. The caller commits.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn save(self, tx: &mut WorkspaceTx) -> sqlx::Result<Conversation> {
        store::save(tx, &self.now).await?;
        count_move(tx, &self.before, &self.now);
        if self.is_moved() {
            tx.publish(Event::conversation(self.now.id));
        }
        Ok(self.now)
    }

    /// Something other than a new entry changed: that is announced with the entry itself.
    fn is_moved(&self) -> bool {
        let (before, now) = (&self.before, &self.now);
        before.status != now.status
            || before.snoozed_until != now.snoozed_until
            || before.assignee_id != now.assignee_id
    }
}

/// Moves the counters from what a conversation was to what it is.
fn count_move(tx: &mut WorkspaceTx, before: &Conversation, now: &Conversation) {
    for (conversation, delta) in [(before, -1), (now, 1)] {
        match conversation.status {
            ConversationStatus::Open => {
                tx.count(Counter::Open, delta);
                tx.count(Counter::Channel(conversation.channel_id), delta);
                tx.count(conversation.assignee_id.map_or(Counter::Unassigned, Counter::Assigned), delta);
            }
            ConversationStatus::Snoozed => tx.count(Counter::Snoozed, delta),
            ConversationStatus::Closed => tx.count(Counter::Closed, delta),
        }
    }
}
