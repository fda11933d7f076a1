//! Showing the contact what we have read.

use channel_core::Act;
use shared::{Capabilities, ChannelState, ConversationId};

use super::enqueue::{Target, enqueue_act};
use crate::channels::channels_by_ids;
use crate::conversations::Conversation;
use crate::db::WorkspaceTx;

/// A member has read so many of the contact's messages: notes when that was so for the first time, and lets the
/// contact see it, where the channel can and may. Only the newest message is worth it: it stands for all before.
pub(crate) async fn note_read(
    tx: &mut WorkspaceTx,
    conversation: &Conversation,
    read_count: i64,
) -> sqlx::Result<()> {
    if !is_first(tx, conversation.id, read_count).await? || read_count < conversation.inbound_count {
        return Ok(());
    }
    let Some(channel) = channels_by_ids(tx, &[conversation.channel_id]).await?.pop() else { return Ok(()) };
    let can = Capabilities::of(channel.kind)
        .is_some_and(|capabilities| capabilities.has_provider && capabilities.read_receipts_out);
    let works = channel.active && channel.state == ChannelState::Connected;
    if !can || !works || !channel.provider_settings().read_receipts {
        return Ok(());
    }
    let Some(platform_message_id) = newest_inbound(tx, conversation.id).await? else { return Ok(()) };
    let target = Target {
        channel_id: conversation.channel_id,
        conversation_id: Some(conversation.id),
        to: None,
        quote: None,
        by_human: true,
    };
    enqueue_act(tx, target, &Act::MarkRead { platform_message_id }, None).await
}

/// Whether nobody had read so far before.
async fn is_first(
    tx: &mut WorkspaceTx,
    conversation_id: ConversationId,
    read_count: i64,
) -> sqlx::Result<bool> {
    let workspace_id = tx.workspace_id();
    let noted = sqlx::query(
        "insert into first_reads (workspace_id, conversation_id, read_count)
         select $1, $2, $3
         where not exists (select from first_reads
                           where workspace_id = $1 and conversation_id = $2 and read_count >= $3)
         on conflict do nothing",
    )
    .bind(workspace_id)
    .bind(conversation_id)
    .bind(read_count)
    .execute(tx.conn())
    .await?;
    Ok(noted.rows_affected() > 0)
}

/// What the platform calls the contact's newest message.
pub(super) async fn newest_inbound(
    tx: &mut WorkspaceTx,
    conversation_id: ConversationId,
) -> sqlx::Result<Option<String>> {
    let workspace_id = tx.workspace_id();
    let newest: Option<Option<String>> = sqlx::query_scalar(
        "select platform_message_id from messages
         where workspace_id = $1 and conversation_id = $2 and direction = 1 order by seq desc limit 1",
    )
    .bind(workspace_id)
    .bind(conversation_id)
    .fetch_optional(tx.conn())
    .await?;
    // A press of a button is a message here, and none there.
    Ok(newest.flatten().filter(|id| !id.starts_with("press:") && !id.starts_with("opened:")))
}
