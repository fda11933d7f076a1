//! What the channels at Meta share (`protocols/meta-common.md`): proof of deliveries, the Graph API and its errors.
//!
//! It knows no product: WhatsApp, Messenger and Instagram are adapters of their own, and build on this.

mod api;
pub mod challenge;
pub mod error;
mod graph;
pub mod json;
pub mod signature;
pub mod signed_request;
pub mod subscription;
pub mod token;
pub mod usage;

pub use api::{BadVersion, DEFAULT_VERSION, GraphApi, MetaApp};
pub use error::{Failed, GraphError, Meaning, Pause};
pub use graph::{Graph, is_id};
pub use json::Object;
pub use token::TokenInfo;
pub use usage::Usage;
