//! A page of a thread, from either end or from anywhere, for many conversations at once.

use shared::ConversationId;

use super::store::{Message, columns};
use crate::db::WorkspaceTx;

/// Which part of a thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ThreadPage {
    /// Only entries after this number; 0: from the first.
    pub after: i64,
    /// Only entries before this number; `i64::MAX`: up to the newest.
    pub before: i64,
    /// From the end, going back.
    pub from_end: bool,
    /// How many at most.
    pub size: i64,
}

/// From the beginning.
const FORWARD: &str = concat!(
    "select m.* from unnest($2::uuid[]) as asked(conversation_id)
     cross join lateral (select ",
    columns!(),
    " from messages m
       where m.workspace_id = $1 and m.conversation_id = asked.conversation_id and m.seq > $3 and m.seq < $4
       order by m.seq limit $5) m
     order by m.conversation_id, m.seq"
);

/// From the end.
const BACKWARD: &str = concat!(
    "select m.* from unnest($2::uuid[]) as asked(conversation_id)
     cross join lateral (select ",
    columns!(),
    " from messages m
       where m.workspace_id = $1 and m.conversation_id = asked.conversation_id and m.seq > $3 and m.seq < $4
       order by m.seq desc limit $5) m
     order by m.conversation_id, m.seq desc"
);

/// The statements of this file by name, for the test that looks at their plans.
pub const STATEMENTS: &[(&str, &str)] = &[("forward", FORWARD), ("backward", BACKWARD)];

/// One entry more than asked of each thread, in the page's own direction: whether there is more costs nothing.
///
/// # Errors
/// When the database refuses.
pub async fn thread_pages(
    tx: &mut WorkspaceTx,
    conversations: &[ConversationId],
    page: ThreadPage,
) -> sqlx::Result<Vec<Message>> {
    let workspace_id = tx.workspace_id();
    sqlx::query_as(if page.from_end { BACKWARD } else { FORWARD })
        .bind(workspace_id)
        .bind(conversations.iter().map(|id| id.0).collect::<Vec<_>>())
        .bind(page.after)
        .bind(page.before)
        .bind(page.size.saturating_add(1))
        .fetch_all(tx.conn())
        .await
}
