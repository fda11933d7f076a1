//! The GraphQL API: puts the features' parts together, and says what resolvers share.

mod connection;
mod context;
mod follow;
pub mod handler;
mod limits;
mod node;
mod problem;
pub mod socket;

pub use connection::{Cursor, Page, PageInfo, page_size};
pub use context::ContextExt;
pub use problem::{GraphqlError, Problem};

use async_graphql::{MergedObject, MergedSubscription, Schema};

use crate::audit::graphql::AuditQueries;
use crate::auth::graphql::{AuthMutations, AuthQueries};
use crate::channels::graphql::{
    ChannelEventMutations, ChannelEventQueries, ChannelMutations, ChannelQueries, ConnectQueries,
    ProviderMutations, TemplateQueries,
};
use crate::contacts::graphql::{ContactMutations, ContactQueries};
use crate::conversations::graphql::{ConversationMutations, ConversationQueries};
use crate::messages::graphql::MessageMutations;
use crate::outbox::graphql::{OutboxMutations, OutboxQueries};
use crate::realtime::graphql::RealtimeSubscriptions;
use crate::webhooks::graphql::{DeliveryMutations, DeliveryQueries};
use crate::workspaces::graphql::{WorkspaceMutations, WorkspaceQueries};

/// Every query of every feature.
#[derive(MergedObject, Default)]
pub struct Query(
    AuditQueries,
    AuthQueries,
    ChannelQueries,
    ChannelEventQueries,
    ConnectQueries,
    TemplateQueries,
    ContactQueries,
    ConversationQueries,
    node::NodeQueries,
    OutboxQueries,
    DeliveryQueries,
    WorkspaceQueries,
);

/// Every mutation of every feature.
#[derive(MergedObject, Default)]
pub struct Mutation(
    AuthMutations,
    ChannelMutations,
    ChannelEventMutations,
    ProviderMutations,
    ContactMutations,
    ConversationMutations,
    MessageMutations,
    DeliveryMutations,
    OutboxMutations,
    WorkspaceMutations,
);

/// Every subscription of every feature.
#[derive(MergedSubscription, Default)]
pub struct Subscription(RealtimeSubscriptions);

/// The whole API.
pub type ApiSchema = Schema<Query, Mutation, Subscription>;

/// The schema, with the bounds that hold for every operation. `limits` judges documents before this does.
#[must_use]
pub fn schema() -> ApiSchema {
    // Our ids are scalars of their own in Rust and all called `ID` outside.
    Schema::build_with_ignore_name_conflicts(
        Query::default(),
        Mutation::default(),
        Subscription::default(),
        ["ID"],
    )
    .limit_depth(12)
    .limit_recursive_depth(16)
    .limit_directives(5)
    .finish()
}

/// The schema in GraphQL's own language, as `schema.graphql` keeps it.
#[must_use]
pub fn sdl() -> String {
    schema().sdl()
}
