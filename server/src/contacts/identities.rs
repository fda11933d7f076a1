//! A contact's faces: one identity per channel, each with the names it goes by.

use std::collections::{BTreeSet, HashMap};

use serde_json::Value;
use shared::{ChannelId, ContactId, IdentityId};
use sqlx::FromRow;

use crate::channels::{Channel, channels_by_ids};
use crate::db::WorkspaceTx;

/// A contact on one channel.
#[derive(Debug, Clone, PartialEq, FromRow)]
pub struct Identity {
    /// Which.
    pub id: IdentityId,
    /// Whose.
    pub contact_id: ContactId,
    /// Where.
    pub channel_id: ChannelId,
    /// The platform's id for this person.
    pub platform_id: String,
    /// As the platform shows them.
    pub display_name: Option<String>,
    /// The platform or a signature vouches for who this is.
    pub verified: bool,
    /// The page of the business's site they were last seen on.
    pub last_page: Option<Value>,
}

/// A name an identity goes by: a phone number, a user name. Changes over time.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Alias {
    /// Whose.
    pub identity_id: IdentityId,
    /// `phone`, `username`, `email`, `user_id` or `platform_id`.
    pub kind: String,
    /// The name itself.
    pub value: String,
}

/// An identity, ready to be shown.
#[derive(Debug, Clone)]
pub struct FullIdentity {
    /// The identity itself.
    pub identity: Identity,
    /// Its channel.
    pub channel: Channel,
    /// What it goes by, newest first.
    pub aliases: Vec<Alias>,
}

/// The identities of these contacts, oldest first; a fixed number of statements.
///
/// # Errors
/// When the database refuses.
pub async fn identities_of(tx: &mut WorkspaceTx, contacts: &[ContactId]) -> sqlx::Result<Vec<FullIdentity>> {
    let workspace_id = tx.workspace_id();
    let identities: Vec<Identity> = sqlx::query_as(
        "select id, contact_id, channel_id, platform_id, display_name, verified, last_page
         from identities where workspace_id = $1 and contact_id = any($2) and merged_into is null order by id",
    )
    .bind(workspace_id)
    .bind(contacts.iter().map(|id| id.0).collect::<Vec<_>>())
    .fetch_all(tx.conn())
    .await?;
    let ids: Vec<_> = identities.iter().map(|identity| identity.id.0).collect();
    let aliases: Vec<Alias> = sqlx::query_as(
        "select identity_id, kind, value from identity_aliases
         where workspace_id = $1 and identity_id = any($2) order by last_seen_at desc, kind, value",
    )
    .bind(workspace_id)
    .bind(ids)
    .fetch_all(tx.conn())
    .await?;
    let channels: BTreeSet<ChannelId> = identities.iter().map(|identity| identity.channel_id).collect();
    let channels = channels_by_ids(tx, &Vec::from_iter(channels)).await?;
    let channels: HashMap<ChannelId, Channel> =
        channels.into_iter().map(|channel| (channel.id, channel)).collect();
    let mut of_identity: HashMap<IdentityId, Vec<Alias>> = HashMap::new();
    for alias in aliases {
        of_identity.entry(alias.identity_id).or_default().push(alias);
    }
    Ok(identities
        .into_iter()
        .filter_map(|identity| {
            // A foreign key sees to it that the channel is there.
            let channel = channels.get(&identity.channel_id)?.clone();
            let aliases = of_identity.remove(&identity.id).unwrap_or_default();
            Some(FullIdentity { identity, channel, aliases })
        })
        .collect())
}
