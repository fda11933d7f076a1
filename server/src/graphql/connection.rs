//! Relay-style pages: keyset cursors, never offsets, never totals.

use async_graphql::SimpleObject;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::GraphqlError;
use crate::error::AppError;

/// Where a page stands in its list.
#[derive(Debug, Clone, Default, SimpleObject)]
pub struct PageInfo {
    /// More after the last edge.
    pub has_next_page: bool,
    /// More before the first edge.
    pub has_previous_page: bool,
    /// The first edge's cursor.
    pub start_cursor: Option<String>,
    /// The last edge's cursor.
    pub end_cursor: Option<String>,
}

/// A position in a list: the sort values of the row it stands at, opaque to clients.
pub struct Cursor;

impl Cursor {
    /// Writes the sort values of a row.
    pub fn encode<Position: Serialize>(position: &Position) -> String {
        URL_SAFE_NO_PAD.encode(serde_json::to_vec(position).unwrap_or_default())
    }

    /// Reads them back.
    ///
    /// # Errors
    /// `INVALID` for anything that is not a cursor of this list.
    pub fn decode<Position: DeserializeOwned>(
        field: &'static str,
        text: &str,
    ) -> Result<Position, GraphqlError> {
        URL_SAFE_NO_PAD
            .decode(text)
            .ok()
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .ok_or_else(|| AppError::invalid(field, "not a cursor of this list").into())
    }
}

/// Checks `first` or `last`: 1 to 100.
///
/// # Errors
/// `INVALID` outside that range.
pub fn page_size(field: &'static str, asked: i32) -> Result<i64, GraphqlError> {
    if (1..=100).contains(&asked) {
        Ok(i64::from(asked))
    } else {
        Err(AppError::invalid(field, "must be between 1 and 100").into())
    }
}

/// Rows fetched with one more than asked, so that "is there more" costs nothing.
pub struct Page<Row> {
    /// At most as many as asked.
    pub rows: Vec<Row>,
    /// Whether there was one more.
    pub more: bool,
}

impl<Row> Page<Row> {
    /// Cuts the extra row off.
    pub fn cut(mut rows: Vec<Row>, size: i64) -> Self {
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        let more = rows.len() > size;
        rows.truncate(size);
        Self { rows, more }
    }
}
