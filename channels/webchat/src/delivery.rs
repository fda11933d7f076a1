//! What is stored for a visitor's act: who the session says it was, and the posted bytes as they came.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use uuid::Uuid;

/// One stored delivery.
#[derive(Debug, Serialize, Deserialize)]
pub struct Delivery<'a> {
    /// What the visitor did.
    pub event: DeliveryKind,
    /// The session's visitor, never the body's.
    pub visitor: Visitor,
    /// The posted JSON, byte for byte.
    #[serde(borrow)]
    pub posted: &'a RawValue,
}

/// What the visitor did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryKind {
    /// Wrote.
    Message,
    /// Looked.
    Seen,
}

/// A visitor as the session knows them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Visitor {
    /// The visitor's platform id on this channel.
    pub id: String,
    /// The business's own back end has vouched for the visitor.
    pub verified: bool,
    /// The business's id for a verified visitor.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// From the identity token, or from a name field of the pre-chat form.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Likewise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// From a telephone field of the pre-chat form.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// The browser's language.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
    /// Other answers of the pre-chat form, by the field's label.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub answers: BTreeMap<String, String>,
}

impl Delivery<'_> {
    /// The bytes to store.
    ///
    /// # Errors
    /// Never in practice: every part is JSON already.
    pub fn to_bytes(&self) -> serde_json::Result<Vec<u8>> {
        serde_json::to_vec(self)
    }
}

/// The platform's id of a visitor's message. It holds the visitor too, so that one visitor's repeat can
/// never meet another's message.
#[must_use]
pub fn visitor_message_id(visitor_id: &str, client_message_id: Uuid) -> String {
    format!("{visitor_id}:{client_message_id}")
}
