//! The inbox's lists: a page is one range of one index, wherever in the list it is.

use async_graphql::Enum;
use chrono::{DateTime, Utc};
use shared::{ChannelId, ConversationStatus, MemberId};
use uuid::Uuid;

use super::store::{Conversation, columns};
use crate::db::WorkspaceTx;

/// Which list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Enum)]
#[graphql(name = "ConversationView")]
pub enum View {
    /// Open ones of the viewer.
    Mine,
    /// Open ones that nobody has taken.
    Unassigned,
    /// All open ones.
    All,
    /// Snoozed ones.
    Snoozed,
    /// Closed ones.
    Closed,
}

/// Where a page begins: after this row of the list.
#[derive(Debug, Clone, Copy)]
pub struct Position {
    /// The row's last activity.
    pub last_activity_at: DateTime<Utc>,
    /// The row's id.
    pub id: Uuid,
}

impl Position {
    /// Before the first row. Postgres reads no year beyond this one from a client's clock.
    #[must_use]
    pub fn top() -> Self {
        let end_of_time = DateTime::from_timestamp(253_370_764_800, 0).unwrap_or(DateTime::<Utc>::MAX_UTC);
        Self { last_activity_at: end_of_time, id: Uuid::max() }
    }
}

/// What is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Listing {
    /// Which list.
    pub view: View,
    /// Whose, for [`View::Mine`].
    pub member_id: MemberId,
    /// Of one channel only.
    pub channel_id: Option<ChannelId>,
    /// From where on.
    pub after: Position,
    /// How many rows at most.
    pub limit: i64,
}

/// By status alone.
const BY_STATUS: &str = concat!(
    "select ",
    columns!(),
    " from conversations
      where workspace_id = $1 and status = $2 and (last_activity_at, id) < ($3, $4)
        and ($5::uuid is null or channel_id = $5)
      order by last_activity_at desc, id desc limit $6"
);

/// By member and status.
const BY_ASSIGNEE: &str = concat!(
    "select ",
    columns!(),
    " from conversations
      where workspace_id = $1 and assignee_id = $7 and status = $2 and (last_activity_at, id) < ($3, $4)
        and ($5::uuid is null or channel_id = $5)
      order by last_activity_at desc, id desc limit $6"
);

/// Those of nobody: a range of the same index.
const UNASSIGNED: &str = concat!(
    "select ",
    columns!(),
    " from conversations
      where workspace_id = $1 and assignee_id is null and status = $2 and (last_activity_at, id) < ($3, $4)
        and ($5::uuid is null or channel_id = $5)
      order by last_activity_at desc, id desc limit $6"
);

/// The statements of this file by name, for the test that looks at their plans.
pub const STATEMENTS: &[(&str, &str)] =
    &[("by status", BY_STATUS), ("by assignee", BY_ASSIGNEE), ("unassigned", UNASSIGNED)];

/// A page of a list, newest activity first.
///
/// # Errors
/// When the database refuses.
pub async fn list(tx: &mut WorkspaceTx, listing: Listing) -> sqlx::Result<Vec<Conversation>> {
    let workspace_id = tx.workspace_id();
    let (statement, status) = match listing.view {
        View::Mine => (BY_ASSIGNEE, ConversationStatus::Open),
        View::Unassigned => (UNASSIGNED, ConversationStatus::Open),
        View::All => (BY_STATUS, ConversationStatus::Open),
        View::Snoozed => (BY_STATUS, ConversationStatus::Snoozed),
        View::Closed => (BY_STATUS, ConversationStatus::Closed),
    };
    let mut query = sqlx::query_as(statement)
        .bind(workspace_id)
        .bind(status)
        .bind(listing.after.last_activity_at)
        .bind(listing.after.id)
        .bind(listing.channel_id)
        .bind(listing.limit);
    if listing.view == View::Mine {
        query = query.bind(listing.member_id);
    }
    query.fetch_all(tx.conn()).await
}
