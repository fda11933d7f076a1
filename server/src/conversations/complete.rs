//! Conversations with contact, channel and assignee, read for many at once: a fixed number of
//! statements, however long the page.

use std::collections::{BTreeSet, HashMap};

use super::store::Conversation;
use crate::channels::{Channel, channels_by_ids};
use crate::contacts::{self, Contact};
use crate::db::WorkspaceTx;
use crate::outbox::{self, Reach};
use crate::workspaces::member::{Member, members_by_id};

/// A conversation, ready to be shown to any member.
#[derive(Debug, Clone)]
pub struct FullConversation {
    /// The conversation itself.
    pub conversation: Conversation,
    /// With whom.
    pub contact: Contact,
    /// Over which channel.
    pub channel: Channel,
    /// Whose it is.
    pub assignee: Option<Member>,
    /// Whether the contact can be written to, and what waits to go out.
    pub reach: Reach,
}

/// Adds to each conversation what is shown beside it, keeping their order.
///
/// # Errors
/// When the database refuses.
pub async fn complete(
    tx: &mut WorkspaceTx,
    conversations: Vec<Conversation>,
) -> sqlx::Result<Vec<FullConversation>> {
    if conversations.is_empty() {
        return Ok(Vec::new());
    }
    let contact_ids: BTreeSet<_> = conversations.iter().map(|conversation| conversation.contact_id).collect();
    let channel_ids: BTreeSet<_> = conversations.iter().map(|conversation| conversation.channel_id).collect();
    let member_ids: BTreeSet<_> =
        conversations.iter().filter_map(|conversation| conversation.assignee_id).collect();

    let contacts = contacts::store::by_ids(tx, &Vec::from_iter(contact_ids)).await?;
    let contacts: HashMap<_, _> = contacts.into_iter().map(|contact| (contact.id, contact)).collect();
    let channels = channels_by_ids(tx, &Vec::from_iter(channel_ids)).await?;
    let channels: HashMap<_, _> = channels.into_iter().map(|channel| (channel.id, channel)).collect();
    let identity_ids: BTreeSet<_> =
        conversations.iter().map(|conversation| conversation.identity_id).collect();
    let reach = outbox::reach(tx, &Vec::from_iter(identity_ids)).await?;
    let reach: HashMap<_, _> = reach.into_iter().map(|reach| (reach.identity_id, reach)).collect();
    let members = match member_ids.is_empty() {
        true => Vec::new(),
        false => members_by_id(tx, &Vec::from_iter(member_ids)).await?,
    };
    let members: HashMap<_, _> = members.into_iter().map(|member| (member.id, member)).collect();

    Ok(conversations
        .into_iter()
        .filter_map(|conversation| {
            // Foreign keys see to it that all are there.
            let contact = contacts.get(&conversation.contact_id)?.clone();
            let channel = channels.get(&conversation.channel_id)?.clone();
            let assignee = conversation.assignee_id.and_then(|id| members.get(&id).cloned());
            let reach = reach.get(&conversation.identity_id)?.clone();
            Some(FullConversation { conversation, contact, channel, assignee, reach })
        })
        .collect())
}

/// The same for one.
///
/// # Errors
/// When the database refuses.
pub async fn complete_one(
    tx: &mut WorkspaceTx,
    conversation: Conversation,
) -> sqlx::Result<FullConversation> {
    complete(tx, vec![conversation]).await?.pop().ok_or(sqlx::Error::RowNotFound)
}
