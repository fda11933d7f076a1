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
pub mod json;
pub mod live;
pub mod members;
pub mod messages;
pub mod operation;
#[cfg(test)]
mod schema_check;
pub mod session;
pub mod templates;
pub mod timestamp;
pub mod upload;

use json::{FromJson, Json};

pub use failure::{Failure, Problem};
pub use timestamp::Timestamp;

/// Where a page of a list ends, and whether another one follows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PageInfo {
    /// There is more after `end_cursor`.
    pub has_next_page: bool,
    /// There is more before `start_cursor`.
    pub has_previous_page: bool,
    /// Cursor of the first one on this page.
    pub start_cursor: Option<String>,
    /// Cursor of the last one on this page.
    pub end_cursor: Option<String>,
}

// A list is asked for one end of a page only.
impl FromJson for PageInfo {
    fn from_json(json: Json<'_>) -> Self {
        Self {
            has_next_page: json.field::<Option<_>>("has_next_page").unwrap_or_default(),
            has_previous_page: json.field::<Option<_>>("has_previous_page").unwrap_or_default(),
            start_cursor: json.field("start_cursor"),
            end_cursor: json.field("end_cursor"),
        }
    }
}

/// One page of a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Page<Node> {
    /// In the list's own order.
    pub nodes: Vec<Node>,
    /// How to go on.
    pub page_info: PageInfo,
}

impl<Node: FromJson> FromJson for Page<Node> {
    fn from_json(json: Json<'_>) -> Self {
        Self { nodes: json.field("nodes"), page_info: json.field("page_info") }
    }
}
