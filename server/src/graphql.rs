//! The GraphQL API: puts the features' parts together, and says what resolvers share.

mod connection;
mod context;
mod problem;

pub use connection::{Cursor, Page, PageInfo, page_size};
pub use context::ContextExt;
pub use problem::{GraphqlError, Problem};

use async_graphql::{EmptySubscription, MergedObject, Schema};

/// Every query of every feature.
#[derive(MergedObject, Default)]
pub struct Query(Instance);

/// Every mutation of every feature.
#[derive(MergedObject, Default)]
pub struct Mutation(Nothing);

/// The whole API.
pub type ApiSchema = Schema<Query, Mutation, EmptySubscription>;

/// Facts about this installation.
#[derive(Default)]
pub struct Instance;

#[async_graphql::Object]
impl Instance {
    /// The version of Switchboard.
    async fn version(&self) -> &'static str {
        env!("CARGO_PKG_VERSION")
    }
}

/// Placeholder of the first feature with a mutation.
#[derive(Default)]
pub struct Nothing;

#[async_graphql::Object]
impl Nothing {
    /// Does nothing.
    async fn nothing(&self) -> bool {
        true
    }
}
