//! What admins do to a whole channel's outbox.

use async_graphql::{Context, Object};
use shared::{ChannelId, Role};

use crate::channels::channels_by_ids;
use crate::channels::graphql::ChannelPayload;
use crate::error::AppError;
use crate::graphql::{ContextExt, GraphqlError};
use crate::outbox;

/// Mutations of outboxes.
#[derive(Default)]
pub struct OutboxMutations;

#[Object]
impl OutboxMutations {
    /// Puts a channel's dead letters back in line: what was given up after many tries, or refused for a fault of the
    /// account. For admins.
    async fn resume_outbox(
        &self,
        ctx: &Context<'_>,
        channel_id: ChannelId,
    ) -> Result<ChannelPayload, GraphqlError> {
        let (app, viewer) = (ctx.app(), ctx.viewer_as(Role::Admin)?);
        let mut tx = app.db.read(viewer.workspace_id).await?;
        let channel = channels_by_ids(&mut tx, &[channel_id]).await?.pop();
        let channel = channel.ok_or(AppError::NotFound("channel"))?;
        drop(tx);
        outbox::resume(app, viewer, channel_id).await?;
        Ok(Ok(channel).into())
    }
}
