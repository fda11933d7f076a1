//! Makes up answers that the schema allows.

use async_graphql_parser::types::{BaseType, ExecutableDocument, Selection, SelectionSet, Type, TypeKind};
use serde_json::{Map, Value, json};
use shared::{
    AttachmentId, ChannelId, ContactId, ConversationId, IdentityId, InvitationId, MemberId, MessageId,
    UserId, WorkspaceId,
};

use super::schema::{Schema, operation, root};

impl Schema {
    /// An answer to the document. Another `round` takes other enum values; `nulls` leaves out all that may be null.
    pub(super) fn answer(&self, document: &ExecutableDocument, round: usize, nulls: bool) -> Value {
        let operation = operation(document);
        let make = Make { schema: self, document, round, nulls };
        make.object(root(operation), &operation.selection_set.node)
    }
}

struct Make<'a> {
    schema: &'a Schema,
    document: &'a ExecutableDocument,
    round: usize,
    nulls: bool,
}

impl Make<'_> {
    fn object(&self, ty: &str, selection: &SelectionSet) -> Value {
        let mut object = Map::new();
        self.fill(&mut object, ty, selection);
        Value::Object(object)
    }

    fn fill(&self, object: &mut Map<String, Value>, ty: &str, selection: &SelectionSet) {
        for item in &selection.items {
            match &item.node {
                Selection::Field(field) => {
                    let definition = self.schema.field(ty, &field.node.name.node);
                    let name = field.node.name.node.as_str();
                    let value = self.value(&definition.ty.node, (ty, name), &field.node.selection_set.node);
                    object.insert(field.node.response_key().node.to_string(), value);
                }
                Selection::FragmentSpread(spread) => {
                    let fragment = &self.document.fragments[&spread.node.fragment_name.node];
                    self.fill(object, ty, &fragment.node.selection_set.node);
                }
                Selection::InlineFragment(_) => {}
            }
        }
    }

    fn value(&self, ty: &Type, place: (&str, &str), selection: &SelectionSet) -> Value {
        if self.nulls && ty.nullable {
            return Value::Null;
        }
        let name = match &ty.base {
            BaseType::List(inner) => return json!([self.value(inner, place, selection)]),
            BaseType::Named(name) => name.as_str(),
        };
        match (self.schema.kind(name), name) {
            (Some(TypeKind::Object(_)), _) => self.object(name, selection),
            (Some(TypeKind::Enum(values)), _) => {
                let value = &values.values[self.round % values.values.len()];
                json!(value.node.value.node.as_str())
            }
            (_, "Int") => json!(self.round),
            (_, "Float") => json!(self.round as f64 / 4.0),
            (_, "Boolean") => json!(self.round.is_multiple_of(2)),
            (_, "DateTime") => json!("2026-05-17T10:05:45.120Z"),
            (_, "ID") => json!(id(place)),
            _ => json!("text \"quoted\" und mehr"),
        }
    }
}

/// An id of the kind that a field holds.
fn id((ty, field): (&str, &str)) -> String {
    match (ty, field) {
        ("User", "id") => UserId::new().to_string(),
        ("Member", "id") | (_, "memberId") => MemberId::new().to_string(),
        ("Workspace", "id") => WorkspaceId::new().to_string(),
        ("Invitation", "id") => InvitationId::new().to_string(),
        ("Channel", "id") | (_, "channelId") => ChannelId::new().to_string(),
        ("Contact", "id") | (_, "contactId") => ContactId::new().to_string(),
        ("Conversation", "id") | (_, "conversationId") => ConversationId::new().to_string(),
        ("Message", "id") | (_, "messageId") => MessageId::new().to_string(),
        ("Attachment", "id") | (_, "attachmentIds") => AttachmentId::new().to_string(),
        ("Identity", "id") => IdentityId::new().to_string(),
        _ => "dlv_9000".to_owned(),
    }
}
