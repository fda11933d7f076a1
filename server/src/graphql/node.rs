//! Anything by its id: the prefix says what it is.

use std::str::FromStr;

use async_graphql::{Context, ID, Interface, Object};
use shared::{
    AttachmentId, ChannelId, ContactId, ConversationId, InvitationId, MemberId, MessageId, Role, UserId,
    WorkspaceId,
};

use super::{ContextExt, GraphqlError};
use crate::auth::graphql::{User, user_visible_to};
use crate::channels::{Channel, channels_by_ids};
use crate::contacts::{self, graphql::ContactNode};
use crate::conversations::{self, graphql::ConversationNode};
use crate::messages::graphql::{AttachmentNode, MessageNode};
use crate::messages::{self, complete};
use crate::workspaces::graphql::{InvitationNode, invitation_by_id};
use crate::workspaces::member::{Member, members_by_id};
use crate::workspaces::{self, Workspace};

/// Anything that has an id of its own.
#[derive(Interface)]
#[graphql(field(name = "id", ty = "ID", desc = "Global id."))]
pub enum Node {
    /// A member.
    Member(Member),
    /// A channel.
    Channel(Channel),
    /// A contact.
    Contact(ContactNode),
    /// A conversation.
    Conversation(ConversationNode),
    /// A message.
    Message(MessageNode),
    /// A file.
    Attachment(AttachmentNode),
    /// The workspace the viewer works in.
    Workspace(Workspace),
    /// An invitation that can still be accepted. For admins.
    Invitation(InvitationNode),
    /// The viewer, or a fellow member.
    User(User),
}

/// Finding things by id.
#[derive(Default)]
pub struct NodeQueries;

#[Object]
impl NodeQueries {
    /// Anything of the viewer's workspace; null when there is nothing under this id.
    async fn node(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Node>, GraphqlError> {
        let viewer = ctx.viewer()?;
        let mut tx = ctx.app().db.read(viewer.workspace_id).await?;
        let (prefix, _) = id.split_once('_').unwrap_or_default();
        Ok(match prefix {
            ConversationId::PREFIX => {
                let found = conversations::store::by_ids(&mut tx, &parse(&id)).await?;
                conversations::complete(&mut tx, found)
                    .await?
                    .pop()
                    .map(|full| Node::Conversation(full.into()))
            }
            MessageId::PREFIX => {
                let found = messages::store::by_ids(&mut tx, &parse(&id)).await?;
                complete(&mut tx, found).await?.pop().map(|full| Node::Message(full.into()))
            }
            ContactId::PREFIX => {
                let found = contacts::store::by_ids(&mut tx, &parse(&id)).await?.pop();
                found.map(|contact| Node::Contact(ContactNode(contact)))
            }
            MemberId::PREFIX => members_by_id(&mut tx, &parse(&id)).await?.pop().map(Node::Member),
            ChannelId::PREFIX => channels_by_ids(&mut tx, &parse(&id)).await?.pop().map(Node::Channel),
            AttachmentId::PREFIX => {
                let found = messages::store::attachments_by_ids(&mut tx, &parse(&id)).await?.pop();
                found.map(|file| Node::Attachment(AttachmentNode(file)))
            }
            WorkspaceId::PREFIX if id.parse() == Ok(viewer.workspace_id) => {
                Some(Node::Workspace(workspaces::current(&mut tx).await?))
            }
            InvitationId::PREFIX if viewer.role.includes(Role::Admin) => match id.parse() {
                Ok(id) => invitation_by_id(&mut tx, id).await?.map(Node::Invitation),
                Err(_) => None,
            },
            UserId::PREFIX => match id.parse() {
                Ok(id) => user_visible_to(&mut tx, viewer, id).await?.map(Node::User),
                Err(_) => None,
            },
            _ => None,
        })
    }
}

/// The id, if it is one of this kind.
fn parse<Id: FromStr>(id: &ID) -> Vec<Id> {
    id.parse().into_iter().collect()
}
