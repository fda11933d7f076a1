//! GraphQL of channels.

mod connect;
mod events;
mod mutations;
mod node;
mod templates;
mod web_chat;

use async_graphql::{Context, Object, SimpleObject};
use shared::ChannelId;

pub use connect::{ConnectQueries, ProviderMutations};
pub use events::{ChannelEventMutations, ChannelEventQueries};
pub use mutations::ChannelMutations;
pub use templates::TemplateQueries;

use super::Outcome;
use super::store::{self, Channel};
use crate::graphql::{ContextExt, GraphqlError, Problem};

/// A changed channel, or why not.
#[derive(SimpleObject)]
pub struct ChannelPayload {
    channel: Option<Channel>,
    problem: Option<Problem>,
}

impl From<Outcome<Channel>> for ChannelPayload {
    fn from(outcome: Outcome<Channel>) -> Self {
        match outcome {
            Ok(channel) => Self { channel: Some(channel), problem: None },
            Err(problem) => Self { channel: None, problem: Some(problem) },
        }
    }
}

/// Everything asked about channels.
#[derive(Default)]
pub struct ChannelQueries;

#[Object]
impl ChannelQueries {
    /// All channels, oldest first.
    async fn channels(&self, ctx: &Context<'_>) -> Result<Vec<Channel>, GraphqlError> {
        let viewer = ctx.viewer()?;
        let mut tx = ctx.app().db.read(viewer.workspace_id).await?;
        Ok(store::all(&mut tx).await?)
    }

    /// One channel; null when it is not there.
    async fn channel(&self, ctx: &Context<'_>, id: ChannelId) -> Result<Option<Channel>, GraphqlError> {
        let viewer = ctx.viewer()?;
        let mut tx = ctx.app().db.read(viewer.workspace_id).await?;
        Ok(store::channels_by_ids(&mut tx, &[id]).await?.pop())
    }
}
