//! Whatever takes an id is given one of another workspace: it answers exactly as if nothing were there.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{
    BaseType, FieldDefinition, InputValueDefinition, Type, TypeDefinition, TypeKind, TypeSystemDefinition,
};
use async_graphql::{Positioned, Request};
use futures::StreamExt as _;
use serde_json::{Value, json};
use server::app::App;
use server::viewer::Viewer;
use shared::{AttachmentId, MessageId};

use crate::kit::{Answer, TestDatabase, ask};

/// Ids by the name of the argument that takes them.
type Ids = BTreeMap<&'static str, String>;

/// The types of the schema by name.
struct Schema(BTreeMap<String, TypeDefinition>);

/// A place that takes an id: an argument, or a field of an input argument.
#[derive(Debug, Clone, PartialEq)]
struct Place {
    argument: String,
    field: Option<String>,
}

impl Schema {
    fn read() -> Self {
        let definitions = parse_schema(server::graphql::sdl()).unwrap().definitions;
        Self(
            definitions
                .into_iter()
                .filter_map(|definition| match definition {
                    TypeSystemDefinition::Type(found) => Some((found.node.name.node.to_string(), found.node)),
                    _ => None,
                })
                .collect(),
        )
    }

    fn fields(&self, of: &str) -> &[Positioned<FieldDefinition>] {
        match &self.0[of].kind {
            TypeKind::Object(object) => &object.fields,
            other => panic!("{of} is {other:?}"),
        }
    }

    fn input(&self, of: &str) -> Option<&[Positioned<InputValueDefinition>]> {
        match &self.0.get(of)?.kind {
            TypeKind::InputObject(input) => Some(&input.fields),
            _ => None,
        }
    }

    /// Every place of a root field that takes an id.
    fn places(&self, field: &FieldDefinition) -> Vec<Place> {
        let mut places = Vec::new();
        for argument in &field.arguments {
            let name = argument.node.name.node.to_string();
            let of = base(&argument.node.ty.node);
            if of == "ID" {
                places.push(Place { argument: name, field: None });
                continue;
            }
            for inner in self.input(of).unwrap_or_default() {
                if base(&inner.node.ty.node) == "ID" {
                    let field = Some(inner.node.name.node.to_string());
                    places.push(Place { argument: name.clone(), field });
                }
            }
        }
        places
    }

    /// A call of a root field: `put` at its place, our own ids wherever else one is needed.
    fn call(&self, field: &FieldDefinition, place: &Place, put: &str, ours: &Ids) -> String {
        let mut arguments = Vec::new();
        for argument in &field.arguments {
            let (name, ty) = (argument.node.name.node.as_str(), &argument.node.ty.node);
            let at_place = place.argument == name;
            if let Some(inner) = self.input(base(ty)) {
                let mut inside = String::new();
                for one in inner {
                    let (inner_name, ty) = (one.node.name.node.as_str(), &one.node.ty.node);
                    let here = at_place && place.field.as_deref() == Some(inner_name);
                    if let Some(value) = self.value(inner_name, ty, here.then_some(put), ours) {
                        write!(inside, "{inner_name}: {value}, ").unwrap();
                    }
                }
                arguments.push(format!("{name}: {{ {inside} }}"));
            } else {
                let here = at_place && place.field.is_none();
                if let Some(value) = self.value(name, ty, here.then_some(put), ours) {
                    arguments.push(format!("{name}: {value}"));
                }
            }
        }
        let returned = base(&field.ty.node);
        let is_connection = matches!(&self.0[returned].kind, TypeKind::Object(object)
            if object.fields.iter().any(|field| field.node.name.node == "nodes"));
        let selection = if is_connection { "nodes { __typename }" } else { "__typename" };
        format!("it: {}({}) {{ {selection} }}", field.name.node, arguments.join(", "))
    }

    /// A literal for an argument; none where it can be left out.
    fn value(&self, name: &str, ty: &Type, put: Option<&str>, ours: &Ids) -> Option<String> {
        let listed = |value: String| match &ty.base {
            BaseType::List(_) => format!("[{value}]"),
            BaseType::Named(_) => value,
        };
        if let Some(id) = put {
            return Some(listed(format!("\"{id}\"")));
        }
        if ty.nullable {
            return None;
        }
        Some(listed(match base(ty) {
            "ID" => format!("\"{}\"", ours.get(name).unwrap_or_else(|| panic!("what is our own {name}?"))),
            "String" if name == "clientId" => format!("\"{}\"", uuid::Uuid::new_v4()),
            "String" => "\"some words\"".to_owned(),
            "Int" => "1".to_owned(),
            "Boolean" => "true".to_owned(),
            "DateTime" => {
                format!("\"{}\"", (chrono::Utc::now() + chrono::TimeDelta::hours(1)).to_rfc3339())
            }
            other => match &self.0[other].kind {
                TypeKind::Enum(words) => {
                    let mut words = words.values.iter().map(|word| word.node.value.node.to_string());
                    let first = words.next().unwrap();
                    words.find(|word| word == "ALL").unwrap_or(first)
                }
                kind => panic!("a value of {other} for {name}: {kind:?}"),
            },
        }))
    }
}

/// The name of a type, without lists around it.
fn base(ty: &Type) -> &str {
    match &ty.base {
        BaseType::Named(name) => name.as_str(),
        BaseType::List(inner) => base(inner),
    }
}

/// One of everything that has an id, in a workspace.
async fn everything(test: &TestDatabase, app: &Arc<App>, owner: &Viewer) -> Ids {
    let colleague = test.member(owner.workspace_id, shared::Role::Agent).await;
    let create = r#"mutation { createWebChat(input: { name: "Shop" }) { channel { id } } }"#;
    let made = ask(app, Some(owner), create, json!({})).await.ok();
    let channel: shared::ChannelId =
        made["createWebChat"]["channel"]["id"].as_str().unwrap().parse().unwrap();
    let conversation = test.conversation(owner.workspace_id, channel, 1).await;
    let invite = r#"mutation { inviteMember(email: "new@example.com", role: AGENT) { invitation { id } } }"#;
    let invited = ask(app, Some(owner), invite, json!({})).await.ok();
    let file = AttachmentId::new();
    let mut tx = test.db.workspace(owner.workspace_id).await.unwrap();
    sqlx::query(
        "insert into attachments (workspace_id, id, member_id, kind, name, content_type, size_bytes, sha256, storage_key)
         values ($1, $2, $3, 4, 'invoice.pdf', 'application/pdf', 3, '\\x00', 'k')",
    )
    .bind(owner.workspace_id)
    .bind(file)
    .bind(owner.member_id)
    .execute(tx.conn())
    .await
    .unwrap();
    let delivery: i64 = sqlx::query_scalar(
        "with d as (
             insert into webhook_deliveries (workspace_id, channel_id, kind, sender, dedupe_key, body, body_sha256)
             values ($1, $2, 1, 's', 'd', '{}', sha256('{}')) returning workspace_id, id)
         insert into delivery_outcomes (workspace_id, delivery_id, outcome, attempts)
         select workspace_id, id, 4, 1 from d returning delivery_id",
    )
    .bind(owner.workspace_id)
    .bind(channel)
    .fetch_one(tx.conn())
    .await
    .unwrap();
    let event: i64 = sqlx::query_scalar(
        "insert into channel_events (workspace_id, channel_id, kind, severity, words)
         values ($1, $2, 'quality', 2, 'It is low.') returning id",
    )
    .bind(owner.workspace_id)
    .bind(channel)
    .fetch_one(tx.conn())
    .await
    .unwrap();
    let content = json!({ "id": "1", "name": "pickup", "language": "en", "status": "approved", "category": "UTILITY",
                          "named_parameters": false, "body": "It is ready." });
    sqlx::query(
        "insert into templates (workspace_id, id, channel_id, platform_id, name, language, status, category, content)
         values ($1, gen_random_uuid(), $2, '1', 'pickup', 'en', 'APPROVED', 'UTILITY', $3)",
    )
    .bind(owner.workspace_id)
    .bind(channel)
    .bind(content)
    .execute(tx.conn())
    .await
    .unwrap();
    let (message, contact): (MessageId, shared::ContactId) =
        sqlx::query_as("select id, author_contact_id from messages limit 1")
            .fetch_one(tx.conn())
            .await
            .unwrap();
    tx.commit().await.unwrap();
    let (_, _, answer) = test.failed_answer(owner.workspace_id).await;
    BTreeMap::from([
        ("workspaceId", owner.workspace_id.to_string()),
        ("userId", colleague.user_id.to_string()),
        ("memberId", colleague.member_id.to_string()),
        ("invitationId", invited["inviteMember"]["invitation"]["id"].as_str().unwrap().to_owned()),
        ("channelId", channel.to_string()),
        ("contactId", contact.to_string()),
        ("conversationId", conversation.to_string()),
        ("messageId", answer.to_string()),
        ("quotedMessageId", message.to_string()),
        ("attachmentIds", file.to_string()),
        ("deliveryId", format!("dlv_{delivery}")),
        ("eventId", format!("che_{event}")),
    ])
}

/// Which ids a place may be given, by the names they are known under.
fn kinds<'a>(field: &str, place: &'a Place, known: &Ids) -> Vec<&'a str> {
    let name = place.field.as_deref().unwrap_or(&place.argument);
    match (field, name) {
        ("node", "id") => {
            known.keys().copied().filter(|kind| !["deliveryId", "eventId"].contains(kind)).collect()
        }
        ("channel", "id") => vec!["channelId"],
        ("contact", "id") => vec!["contactId"],
        ("conversation", "id") => vec!["conversationId"],
        ("delivery", "id") => vec!["deliveryId"],
        _ => vec![name],
    }
}

/// The same kind of id, of nothing at all.
fn of_nothing(id: &str) -> String {
    let (prefix, rest) = id.split_once('_').unwrap();
    match rest.parse::<i64>() {
        Ok(_) => format!("{prefix}_{}", i64::MAX),
        Err(_) => format!("{prefix}_{}", uuid::Uuid::now_v7().simple()),
    }
}

async fn run(app: &Arc<App>, viewer: Option<&Viewer>, root: &str, call: &str) -> Answer {
    let document = format!("{} {{ {call} }}", root.to_lowercase());
    if root != "Subscription" {
        return ask(app, viewer, &document, json!({})).await;
    }
    let request = Request::new(document).data(app.clone()).data(viewer.cloned());
    let schema = server::graphql::schema();
    let first = Box::pin(schema.execute_stream(request)).next().await.unwrap();
    Answer::from_json(serde_json::to_value(first).unwrap())
}

/// What came back holds nothing.
fn is_nothing(call: &str, answer: &Answer) -> bool {
    let it = &answer.data["it"];
    let empty_list = call.starts_with("it: templates(") && *it == json!([]);
    let empty = answer.codes.is_empty() && (it.is_null() || it["nodes"] == json!([]));
    empty || empty_list || (answer.codes == ["NOT_FOUND"] && (it.is_null() || answer.data.is_null()))
}

#[tokio::test]
async fn every_argument_that_takes_an_id_takes_a_strangers_for_nothing() {
    let test = TestDatabase::create().await;
    let app = test.app();
    let (us, them) = (test.owner().await, test.owner().await);
    let (ours, theirs) = (everything(&test, &app, &us).await, everything(&test, &app, &them).await);
    let schema = Schema::read();
    let (mut tried, mut controls) = (0, Vec::new());
    for root in ["Query", "Mutation", "Subscription"] {
        for field in schema.fields(root) {
            let field = &field.node;
            for place in schema.places(field) {
                for kind in kinds(&field.name.node, &place, &theirs) {
                    let foreign = theirs.get(kind).unwrap_or_else(|| {
                        panic!("{}: what is a stranger's {kind}? Add one to `everything`", field.name.node)
                    });
                    let call = schema.call(field, &place, foreign, &ours);
                    let answer = run(&app, Some(&us), root, &call).await;
                    assert!(is_nothing(&call, &answer), "{call}: {answer:?}");
                    let unknown = schema.call(field, &place, &of_nothing(foreign), &ours);
                    let unknown = run(&app, Some(&us), root, &unknown).await;
                    assert_eq!(
                        (&answer.codes, &answer.messages),
                        (&unknown.codes, &unknown.messages),
                        "{call}"
                    );
                    assert_eq!(answer.data, unknown.data, "{call}");
                    let nobody = run(&app, None, root, &call).await;
                    assert_eq!(nobody.codes, ["UNAUTHENTICATED"], "{call}");
                    controls.push((root, schema.call(field, &place, &ours[kind], &ours)));
                    tried += 1;
                }
            }
        }
    }
    assert!(tried > 30, "{tried}");
    // With our own ids the same calls find something: what was refused above was the stranger's id.
    // Last the one that takes away whom others name. A session of its own is needed to switch, and a file can be
    // used once.
    controls.retain(|(_, call)| !call.contains("switchWorkspace"));
    controls.retain(|(_, call)| !(call.contains("addNote") && call.contains("attachmentIds")));
    controls.sort_by_key(|(_, call)| call.contains("removeMember"));
    for (root, call) in controls {
        let answer = run(&app, Some(&us), root, &call).await;
        assert!(
            !is_nothing(&call, &answer) && !answer.codes.contains(&"NOT_FOUND".to_owned()),
            "{call}: {answer:?}"
        );
        assert_ne!(answer.data, Value::Null, "{call}: {answer:?}");
    }
}
