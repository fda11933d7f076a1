//! Everything the app says to the server: typed GraphQL operations, the live socket, uploads.
//!
//! An operation is a plain document with the Rust types of its variables and its answer beside it. A native
//! test checks each of them against the committed schema, so a renamed field fails before a browser sees it.

pub mod audit;
pub mod channels;
pub mod client;
pub mod contacts;
pub mod conversations;
pub mod deliveries;
pub mod failure;
pub mod live;
pub mod members;
pub mod messages;
pub mod operation;
#[cfg(test)]
mod schema_check;
pub mod session;
pub mod timestamp;
pub mod upload;

use serde::Deserialize;

pub use failure::{Failure, Problem};
pub use timestamp::Timestamp;

/// Where a page of a list ends, and whether another one follows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PageInfo {
    /// There is more after `end_cursor`.
    #[serde(default)]
    pub has_next_page: bool,
    /// There is more before `start_cursor`.
    #[serde(default)]
    pub has_previous_page: bool,
    /// Cursor of the first one on this page.
    #[serde(default)]
    pub start_cursor: Option<String>,
    /// Cursor of the last one on this page.
    #[serde(default)]
    pub end_cursor: Option<String>,
}

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Page<Node> {
    /// In the list's own order.
    pub nodes: Vec<Node>,
    /// How to go on.
    pub page_info: PageInfo,
}
