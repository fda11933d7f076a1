//! GraphQL of contacts.

use async_graphql::{Context, Object, SimpleObject};
use chrono::{DateTime, Utc};
use serde_json::Value;
use shared::{ContactId, ConversationId};
use uuid::Uuid;

use super::identities::FullIdentity;
use super::{Contact, ContactChange, store};
use crate::channels::Channel;
use crate::conversations::graphql::ConversationConnection;
use crate::conversations::loaders::{ConversationsWith, IdentitiesOf};
use crate::graphql::{ContextExt, Cursor, GraphqlError, Problem, page_size};

/// A person outside who writes to the business.
#[derive(Clone)]
pub struct ContactNode(pub Contact);

#[Object(name = "Contact")]
impl ContactNode {
    /// Global id.
    pub async fn id(&self) -> ContactId {
        self.0.id
    }

    /// As they or a member wrote it; empty when nobody knows.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// An address.
    async fn email(&self) -> Option<&str> {
        self.0.email.as_deref()
    }

    /// A number, as typed.
    async fn phone(&self) -> Option<&str> {
        self.0.phone.as_deref()
    }

    /// The language of their browser or app.
    async fn locale(&self) -> Option<&str> {
        self.0.locale.as_deref()
    }

    /// A platform or a signature vouches for who this is.
    async fn verified(&self) -> bool {
        self.0.verified
    }

    /// Their faces, one per channel.
    async fn identities(&self, ctx: &Context<'_>) -> Result<Vec<IdentityNode>, GraphqlError> {
        let key = IdentitiesOf(ctx.viewer()?.workspace_id, self.0.id);
        let found = ctx.app().loaders.load(key).await?.unwrap_or_default();
        Ok(found.into_iter().map(IdentityNode).collect())
    }

    /// Further facts: answers before a chat, what an identity token said.
    async fn attributes(&self) -> Vec<ContactAttribute> {
        let attributes = self.0.attributes.as_object().into_iter().flatten();
        attributes
            .map(|(key, value)| {
                let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                ContactAttribute { key: key.clone(), value }
            })
            .collect()
    }

    /// When they first wrote.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// All conversations with them, newest first.
    async fn conversations(
        &self,
        ctx: &Context<'_>,
        first: i32,
        after: Option<String>,
    ) -> Result<ConversationConnection, GraphqlError> {
        let size = page_size("first", first)?;
        let before = match &after {
            Some(text) => Cursor::decode::<ConversationId>("after", text)?.0,
            None => Uuid::max(),
        };
        let workspace_id = ctx.viewer()?.workspace_id;
        let key = ConversationsWith { workspace_id, contact_id: self.0.id, before, size };
        let rows = ctx.app().loaders.load(key).await?.unwrap_or_default();
        Ok(ConversationConnection::of(rows, size, after.is_none(), |full| {
            Cursor::encode(&full.conversation.id)
        }))
    }
}

/// A fact about a contact.
#[derive(SimpleObject)]
pub struct ContactAttribute {
    /// Which.
    key: String,
    /// As text.
    value: String,
}

/// A contact on one channel.
pub struct IdentityNode(FullIdentity);

#[Object(name = "Identity")]
impl IdentityNode {
    /// Where.
    async fn channel(&self) -> &Channel {
        &self.0.channel
    }

    /// The platform's id for this person.
    async fn platform_id(&self) -> &str {
        &self.0.identity.platform_id
    }

    /// As the platform shows them.
    async fn display_name(&self) -> Option<&str> {
        self.0.identity.display_name.as_deref()
    }

    /// The platform or a signature vouches for who this is.
    async fn verified(&self) -> bool {
        self.0.identity.verified
    }

    /// What they go by, newest first.
    async fn aliases(&self) -> Vec<Alias> {
        let aliases = self.0.aliases.iter();
        aliases.map(|alias| Alias { kind: alias.kind.clone(), value: alias.value.clone() }).collect()
    }

    /// The page they were last seen on.
    async fn last_page(&self) -> Option<PageVisit> {
        let page = self.0.identity.last_page.as_ref()?;
        let text = |key: &str| page.get(key).and_then(Value::as_str);
        Some(PageVisit {
            url: text("url")?.to_owned(),
            title: text("title").map(str::to_owned),
            at: text("at")?.parse().ok()?,
        })
    }
}

/// A name an identity goes by.
#[derive(SimpleObject)]
pub struct Alias {
    /// `phone`, `username`, `email`, `user_id` or `platform_id`.
    kind: String,
    /// The name itself.
    value: String,
}

/// A page of the business's site, seen by a visitor.
#[derive(SimpleObject)]
pub struct PageVisit {
    /// Its address.
    url: String,
    /// Its title.
    title: Option<String>,
    /// When.
    at: DateTime<Utc>,
}

/// The contact after the change, or why there was none.
#[derive(SimpleObject)]
pub struct ContactPayload {
    contact: Option<ContactNode>,
    problem: Option<Problem>,
}

/// Queries about contacts.
#[derive(Default)]
pub struct ContactQueries;

#[Object]
impl ContactQueries {
    /// One contact; null when there is none under this id.
    async fn contact(&self, ctx: &Context<'_>, id: ContactId) -> Result<Option<ContactNode>, GraphqlError> {
        let mut tx = ctx.app().db.read(ctx.viewer()?.workspace_id).await?;
        Ok(store::by_ids(&mut tx, &[id]).await?.pop().map(ContactNode))
    }
}

/// Mutations of contacts.
#[derive(Default)]
pub struct ContactMutations;

#[Object]
impl ContactMutations {
    /// Changes what members write about a contact: absent stays, an empty e-mail or phone is removed.
    async fn update_contact(
        &self,
        ctx: &Context<'_>,
        contact_id: ContactId,
        name: Option<String>,
        email: Option<String>,
        phone: Option<String>,
    ) -> Result<ContactPayload, GraphqlError> {
        let change = ContactChange { name, email, phone };
        Ok(match super::update(ctx.app(), ctx.viewer()?, contact_id, change).await? {
            Ok(contact) => ContactPayload { contact: Some(ContactNode(contact)), problem: None },
            Err(problem) => ContactPayload { contact: None, problem: Some(problem) },
        })
    }
}
