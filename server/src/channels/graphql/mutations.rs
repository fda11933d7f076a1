//! Changing channels. For admins.

use async_graphql::{Context, Object, SimpleObject};
use shared::{ChannelId, Role};

use super::ChannelPayload;
use super::web_chat::WebChatInput;
use crate::auth::graphql::session;
use crate::auth::proof;
use crate::channels::store::Channel;
use crate::channels::{manage, rotate_identity_secret, web_chat};
use crate::graphql::{ContextExt, GraphqlError, Problem};

/// Everything that changes channels. For admins.
#[derive(Default)]
pub struct ChannelMutations;

#[Object]
impl ChannelMutations {
    /// Makes a web chat.
    async fn create_web_chat(
        &self,
        ctx: &Context<'_>,
        input: WebChatInput,
    ) -> Result<ChannelPayload, GraphqlError> {
        let viewer = ctx.viewer_as(Role::Admin)?;
        Ok(web_chat::create_web_chat(ctx.app(), viewer, &input.into()).await?.into())
    }

    /// Changes a web chat.
    async fn update_web_chat(
        &self,
        ctx: &Context<'_>,
        channel_id: ChannelId,
        input: WebChatInput,
    ) -> Result<ChannelPayload, GraphqlError> {
        let viewer = ctx.viewer_as(Role::Admin)?;
        Ok(web_chat::update_web_chat(ctx.app(), viewer, channel_id, &input.into()).await?.into())
    }

    /// Switches a channel on or off.
    async fn set_channel_active(
        &self,
        ctx: &Context<'_>,
        channel_id: ChannelId,
        active: bool,
    ) -> Result<ChannelPayload, GraphqlError> {
        let viewer = ctx.viewer_as(Role::Admin)?;
        let channel = manage::set_active(ctx.app(), viewer, channel_id, active).await?;
        Ok(ChannelPayload { channel: Some(channel), problem: None })
    }

    /// Gives a channel another name.
    async fn rename_channel(
        &self,
        ctx: &Context<'_>,
        channel_id: ChannelId,
        name: String,
    ) -> Result<ChannelPayload, GraphqlError> {
        let viewer = ctx.viewer_as(Role::Admin)?;
        Ok(manage::rename_channel(ctx.app(), viewer, channel_id, &name).await?.into())
    }

    /// Gives a web chat a new secret for identity verification; the one before works for another day.
    async fn rotate_identity_secret(
        &self,
        ctx: &Context<'_>,
        channel_id: ChannelId,
    ) -> Result<IdentitySecretPayload, GraphqlError> {
        let viewer = ctx.viewer_as(Role::Admin)?;
        proof::require(session(ctx)?).await?;
        let (channel, secret) = rotate_identity_secret(ctx.app(), viewer, channel_id).await?;
        Ok(IdentitySecretPayload { channel: Some(channel), secret: Some(secret), problem: None })
    }
}

/// A channel with its new secret, or why not.
#[derive(SimpleObject)]
pub struct IdentitySecretPayload {
    channel: Option<Channel>,
    /// Shown this once.
    secret: Option<String>,
    problem: Option<Problem>,
}
