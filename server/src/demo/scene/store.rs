//! SQL of the scene: what the shop needs to answer.

use shared::{ChannelId, ConversationId, TemplateId};

use crate::db::WorkspaceTx;

/// The conversation on this channel whose contact has this name and waits for an answer.
pub(super) async fn answerable(
    tx: &mut WorkspaceTx,
    channel_id: ChannelId,
    name: &str,
) -> sqlx::Result<Option<ConversationId>> {
    let workspace_id = tx.workspace_id();
    sqlx::query_scalar(
        "select v.id from conversations v
         join contacts c on c.workspace_id = $1 and c.id = v.contact_id
         where v.workspace_id = $1 and v.status = 1 and v.channel_id = $2 and c.name = $3
           and v.waiting_since is not null
         order by v.last_activity_at desc limit 1",
    )
    .bind(workspace_id)
    .bind(channel_id)
    .bind(name)
    .fetch_optional(tx.conn())
    .await
}

/// A channel's template of this name, once it has been read from the provider.
pub(super) async fn template(
    tx: &mut WorkspaceTx,
    channel_id: ChannelId,
    name: &str,
) -> sqlx::Result<Option<TemplateId>> {
    let workspace_id = tx.workspace_id();
    sqlx::query_scalar(
        "select id from templates
         where workspace_id = $1 and channel_id = $2 and name = $3 and language = 'en_US'",
    )
    .bind(workspace_id)
    .bind(channel_id)
    .bind(name)
    .fetch_optional(tx.conn())
    .await
}
