//! What lists and threads need for many rows at once: a fixed number of statements per request, however
//! long the page.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::dataloader::{DataLoader, Loader};
use shared::{ContactId, ConversationId, MemberId, WorkspaceId};
use uuid::Uuid;

use super::drafts::{self, Draft, DraftMode};
use super::{FullConversation, complete, read_counts, store};
use crate::contacts::identities::{FullIdentity, identities_of};
use crate::db::{Db, WorkspaceTx};
use crate::error::AppError;
use crate::graphql::GraphqlError;
use crate::messages::{self, FullMessage, ThreadPage, thread_pages};

/// Gathers what the resolvers of one moment ask for. Keeps nothing: the next request reads anew.
pub struct Loaders(DataLoader<Batch>);

/// Answers what was gathered. Keys name their workspace, so that requests of several may meet here.
pub struct Batch {
    db: Db,
}

/// How far a member has read a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ReadCountOf(pub WorkspaceId, pub MemberId, pub ConversationId);

/// A member's draft.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct DraftOf(pub WorkspaceId, pub MemberId, pub ConversationId, pub DraftMode);

/// A page of a thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ThreadOf(pub WorkspaceId, pub ConversationId, pub ThreadPage);

/// A contact's faces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct IdentitiesOf(pub WorkspaceId, pub ContactId);

/// The conversations with a contact, newest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ConversationsWith {
    /// Whose workspace.
    pub workspace_id: WorkspaceId,
    /// With whom.
    pub contact_id: ContactId,
    /// After this one; the greatest id: from the newest.
    pub before: Uuid,
    /// How many at most; one more is loaded.
    pub size: i64,
}

impl Loaders {
    /// Over a database. Nothing is read before it is asked for.
    #[must_use]
    pub fn new(db: Db) -> Self {
        Self(DataLoader::new(Batch { db }, tokio::spawn))
    }

    /// What belongs to a key.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn load<Key>(&self, key: Key) -> Result<Option<<Batch as Loader<Key>>::Value>, GraphqlError>
    where
        Key: Send + Sync + std::hash::Hash + Eq + Clone + 'static,
        Batch: Loader<Key, Error = Arc<AppError>>,
    {
        // Without tokio's turn-taking: a long page would be cut into more statements than a short one.
        tokio::task::unconstrained(self.0.load_one(key)).await.map_err(|error| match &*error {
            AppError::Unavailable => AppError::Unavailable.into(),
            other => AppError::Internal(anyhow::anyhow!("{other:?}")).into(),
        })
    }
}

/// Keys grouped by what one statement can answer together.
pub(crate) fn grouped<Key, Group: std::hash::Hash + Eq>(
    keys: &[Key],
    group: impl Fn(&Key) -> Group,
) -> HashMap<Group, Vec<&Key>> {
    let mut groups: HashMap<Group, Vec<&Key>> = HashMap::new();
    for key in keys {
        groups.entry(group(key)).or_default().push(key);
    }
    groups
}

impl Batch {
    pub(crate) async fn read(&self, workspace_id: WorkspaceId) -> Result<WorkspaceTx, Arc<AppError>> {
        self.db.read(workspace_id).await.map_err(failed)
    }
}

pub(crate) fn failed(error: sqlx::Error) -> Arc<AppError> {
    Arc::new(error.into())
}

impl Loader<ReadCountOf> for Batch {
    type Value = i64;
    type Error = Arc<AppError>;

    async fn load(&self, keys: &[ReadCountOf]) -> Result<HashMap<ReadCountOf, i64>, Self::Error> {
        let mut found = HashMap::new();
        for ((workspace_id, member_id), keys) in grouped(keys, |key| (key.0, key.1)) {
            let ids: Vec<ConversationId> = keys.iter().map(|key| key.2).collect();
            let mut tx = self.read(workspace_id).await?;
            let counts = read_counts(&mut tx, member_id, &ids).await.map_err(failed)?;
            found.extend(counts.into_iter().map(|(id, n)| (ReadCountOf(workspace_id, member_id, id), n)));
        }
        Ok(found)
    }
}

impl Loader<DraftOf> for Batch {
    type Value = Draft;
    type Error = Arc<AppError>;

    async fn load(&self, keys: &[DraftOf]) -> Result<HashMap<DraftOf, Draft>, Self::Error> {
        let mut found = HashMap::new();
        for ((workspace_id, member_id), keys) in grouped(keys, |key| (key.0, key.1)) {
            let ids: Vec<ConversationId> = keys.iter().map(|key| key.2).collect();
            let mut tx = self.read(workspace_id).await?;
            let drafts = drafts::of_member(&mut tx, member_id, &ids).await.map_err(failed)?;
            for key in keys {
                let draft =
                    drafts.iter().find(|draft| draft.conversation_id == key.2 && draft.mode == key.3.code());
                found.extend(draft.map(|draft| (*key, draft.clone())));
            }
        }
        Ok(found)
    }
}

impl Loader<ThreadOf> for Batch {
    type Value = Vec<Arc<FullMessage>>;
    type Error = Arc<AppError>;

    async fn load(&self, keys: &[ThreadOf]) -> Result<HashMap<ThreadOf, Self::Value>, Self::Error> {
        let mut found: HashMap<ThreadOf, Self::Value> = HashMap::new();
        for ((workspace_id, page), keys) in grouped(keys, |key| (key.0, key.2)) {
            let ids: Vec<ConversationId> = keys.iter().map(|key| key.1).collect();
            let mut tx = self.read(workspace_id).await?;
            let messages = thread_pages(&mut tx, &ids, page).await.map_err(failed)?;
            for message in messages::complete(&mut tx, messages).await.map_err(failed)? {
                let key = ThreadOf(workspace_id, message.message.conversation_id, page);
                found.entry(key).or_default().push(Arc::new(message));
            }
        }
        Ok(found)
    }
}

impl Loader<IdentitiesOf> for Batch {
    type Value = Vec<FullIdentity>;
    type Error = Arc<AppError>;

    async fn load(&self, keys: &[IdentitiesOf]) -> Result<HashMap<IdentitiesOf, Self::Value>, Self::Error> {
        let mut found: HashMap<IdentitiesOf, Self::Value> = HashMap::new();
        for (workspace_id, keys) in grouped(keys, |key| key.0) {
            let ids: Vec<ContactId> = keys.iter().map(|key| key.1).collect();
            let mut tx = self.read(workspace_id).await?;
            for identity in identities_of(&mut tx, &ids).await.map_err(failed)? {
                let key = IdentitiesOf(workspace_id, identity.identity.contact_id);
                found.entry(key).or_default().push(identity);
            }
        }
        Ok(found)
    }
}

impl Loader<ConversationsWith> for Batch {
    type Value = Vec<Arc<FullConversation>>;
    type Error = Arc<AppError>;

    async fn load(
        &self,
        keys: &[ConversationsWith],
    ) -> Result<HashMap<ConversationsWith, Self::Value>, Self::Error> {
        let mut found: HashMap<ConversationsWith, Self::Value> = HashMap::new();
        for ((workspace_id, size), keys) in grouped(keys, |key| (key.workspace_id, key.size)) {
            // One contact may be asked for from several places; each place is a statement of its own then.
            for (_, keys) in grouped(&keys, |key| key.before) {
                let asked: Vec<(ContactId, Uuid)> =
                    keys.iter().map(|key| (key.contact_id, key.before)).collect();
                let mut tx = self.read(workspace_id).await?;
                let rows =
                    store::of_contacts(&mut tx, &asked, size.saturating_add(1)).await.map_err(failed)?;
                for full in complete(&mut tx, rows).await.map_err(failed)? {
                    let key = keys.iter().find(|key| key.contact_id == full.conversation.contact_id);
                    if let Some(key) = key {
                        found.entry(***key).or_default().push(Arc::new(full));
                    }
                }
            }
        }
        Ok(found)
    }
}
