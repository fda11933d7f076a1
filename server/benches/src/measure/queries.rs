//! What the inbox asks, with all that it shows (web/src/api).

use anyhow::Context as _;
use serde_json::{Value, json};

const FRAGMENTS: &str = "fragment ConversationParts on Conversation { id number kind status snoozedUntil \
    contact { id name email verified } channel { id kind name active } assignee { id name } lastActivityAt createdAt \
    waitingSince preview previewAuthor lastSeq inboundCount contactReadSeq contactDeliveredSeq }";

const MESSAGE: &str = "fragment MessageParts on Message { id seq conversationId clientId direction \
    author { kind name memberId contactId } text sentAt createdAt late status failure \
    quoted { messageId authorName text } attachments { id kind name contentType sizeBytes width height url \
    thumbnailUrl } reactions { emoji byName } editedAt deletedAt activity { kind actorName memberName until } }";

/// The newest event's number.
pub const EVENT_SEQ_REQUEST: &str = r#"{"query":"query EventSeq { eventSeq }"}"#;

/// A page of all open conversations.
pub fn list(first: u32, after: Option<&str>) -> String {
    let query = format!(
        "query Conversations($first: Int!, $after: String) {{ conversations(view: ALL, first: $first, after: $after) \
         {{ nodes {{ ...ConversationParts readCount }} pageInfo {{ hasNextPage endCursor }} }} }} {FRAGMENTS}"
    );
    json!({ "query": query, "variables": { "first": first, "after": after } }).to_string()
}

/// A conversation with its last fifty messages.
pub fn thread(conversation_id: &str) -> String {
    let query = format!(
        "query Thread($id: ID!) {{ conversation(id: $id) {{ ...ConversationParts readCount messages(last: 50) \
         {{ nodes {{ ...MessageParts }} pageInfo {{ hasPreviousPage startCursor }} }} }} }} {FRAGMENTS} {MESSAGE}"
    );
    json!({ "query": query, "variables": { "id": conversation_id } }).to_string()
}

/// The frame that follows a workspace's events.
///
/// # Errors
/// Never in practice: it is JSON made here.
pub fn subscribe_frame(after: i64) -> anyhow::Result<String> {
    let query = format!(
        "subscription Events($after: Int!) {{ events(after: $after) {{ seq kind at conversation {{ \
         ...ConversationParts }} message {{ ...MessageParts }} memberId readCount viewCounts {{ unassigned all snoozed \
         closed members {{ memberId open }} channels {{ channelId open }} }} }} }} {FRAGMENTS} {MESSAGE}"
    );
    let payload = json!({ "query": query, "variables": { "after": after } });
    Ok(serde_json::to_string(&json!({ "type": "subscribe", "id": "1", "payload": payload }))?)
}

/// A page's ids and where the next one begins.
pub struct ListPage {
    /// In the list's order.
    pub ids: Vec<String>,
    /// After the last of them.
    pub end_cursor: Option<String>,
}

impl ListPage {
    /// From the server's answer to [`list`].
    ///
    /// # Errors
    /// When it tells of errors.
    pub fn read(body: &[u8]) -> anyhow::Result<Self> {
        let answer: Value = serde_json::from_slice(body)?;
        let page = answer.pointer("/data/conversations").filter(|page| page.is_object());
        let page = page.with_context(|| format!("no page but {}", String::from_utf8_lossy(body)))?;
        let nodes = page.get("nodes").and_then(Value::as_array).context("nodes")?;
        let id = |node: &Value| node.get("id").and_then(Value::as_str).map(str::to_owned);
        let end_cursor = page.pointer("/pageInfo/endCursor").and_then(Value::as_str).map(str::to_owned);
        Ok(Self { ids: nodes.iter().filter_map(id).collect(), end_cursor })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_tells_where_the_next_one_begins() {
        let body = br#"{"data":{"conversations":{"nodes":[{"id":"cnv_1"},{"id":"cnv_2"}],
                        "pageInfo":{"hasNextPage":true,"endCursor":"abc"}}}}"#;
        let page = ListPage::read(body).unwrap();
        assert_eq!(page.ids, ["cnv_1", "cnv_2"]);
        assert_eq!(page.end_cursor.as_deref(), Some("abc"));
        assert!(ListPage::read(br#"{"data":null,"errors":[{"message":"no"}]}"#).is_err());
    }
}
