//! The GraphQL API: puts the features' parts together, and says what resolvers share.

mod connection;
mod context;
mod problem;

pub use connection::{Cursor, Page, PageInfo, page_size};
pub use context::ContextExt;
pub use problem::{GraphqlError, Problem};

use async_graphql::{EmptySubscription, MergedObject, Schema};

use crate::auth::graphql::{AuthMutations, AuthQueries};
use crate::workspaces::graphql::{WorkspaceMutations, WorkspaceQueries};

/// Every query of every feature.
#[derive(MergedObject, Default)]
pub struct Query(AuthQueries, WorkspaceQueries);

/// Every mutation of every feature.
#[derive(MergedObject, Default)]
pub struct Mutation(AuthMutations, WorkspaceMutations);

/// The whole API.
pub type ApiSchema = Schema<Query, Mutation, EmptySubscription>;
