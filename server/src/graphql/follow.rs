//! Subscriptions over a socket, and above all following the workspace's events. Ten members who have the inbox
//! open ask by the same document and get the same bytes: an event is executed once per document, not once per
//! socket.

use std::sync::Arc;

use async_graphql::parser::types::{DocumentOperations, ExecutableDocument, OperationDefinition, Selection};
use async_graphql::{Request, Variables};
use futures::StreamExt as _;
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use super::context::ViewerAsked;
use super::socket::Outlet;
use super::{ApiSchema, handler};
use crate::app::App;
use crate::realtime::graphql::{OneEvent, events_for};
use crate::realtime::{DocumentKey, HydratedEvent};
use crate::viewer::{RequestContext, Viewer};

/// A document that asks for `events` and nothing else.
pub(super) struct Follow {
    document: DocumentKey,
    after: i64,
}

impl Follow {
    /// Reads a subscription; `None` for every other one, and for one whose variables say more than where to
    /// begin: those run the ordinary way.
    pub(super) fn read(
        query: &str,
        parsed: &ExecutableDocument,
        operation: Option<&str>,
        variables: &Map<String, Value>,
    ) -> Option<Self> {
        let definition = the_operation(parsed, operation)?;
        let [field] = definition.selection_set.node.items.as_slice() else { return None };
        let Selection::Field(field) = &field.node else { return None };
        let field = &field.node;
        let is_plain = field.name.node == "events"
            && field.alias.is_none()
            && field.directives.is_empty()
            && definition.directives.is_empty();
        let [(argument, value)] = field.arguments.as_slice() else { return None };
        if !is_plain || argument.node != "after" {
            return None;
        }
        let value = value.node.to_string(); // a number, or the name of a variable
        let after = match value.strip_prefix('$') {
            None if variables.is_empty() => value.parse().ok()?,
            // Once where it is declared and once here: nothing else depends on it.
            Some(name) if variables.len() == 1 && uses(query, name) == 2 => variables.get(name)?.as_i64()?,
            _ => return None,
        };
        let name = operation.unwrap_or_default().as_bytes();
        let document = Sha256::new().chain_update(query).chain_update([0]).chain_update(name).finalize();
        Some(Self { document: document.into(), after })
    }

    /// Hands each event's answer out until the stream ends or nobody takes it any more.
    pub(super) async fn run(self, asker: Asker, outlet: &Outlet) {
        // Whether the document holds at all shows on any event.
        let probe = asker.render(&Arc::new(HydratedEvent::resync(self.after))).await;
        if probe.failed {
            if let Some(answer) = probe.answer {
                let _ = outlet.hand_out(&answer).await; // there is nothing more either way
            }
            return;
        }
        let mut events = events_for(Arc::clone(&asker.app), asker.viewer.clone(), self.after);
        while let Some(event) = events.next().await {
            let mut own = None;
            let shared = event.rendered.get_or_make(self.document, async {
                let rendering = asker.render(&event).await;
                if rendering.personal {
                    own = rendering.answer;
                    return None;
                }
                rendering.answer
            });
            let answer = match shared.await.or_else(|| own.take()) {
                Some(answer) => Some(answer),
                None => asker.render(&event).await.answer,
            };
            let Some(answer) = answer else { continue };
            if outlet.hand_out(&answer).await.is_break() {
                return;
            }
        }
    }
}

/// Who subscribes, and by what words.
pub(super) struct Asker {
    pub app: Arc<App>,
    pub schema: ApiSchema,
    pub viewer: Viewer,
    pub context: RequestContext,
    pub query: String,
    /// Read once: reading it for every event would cost more than answering.
    pub document: Option<ExecutableDocument>,
    pub operation: Option<String>,
    pub variables: Map<String, Value>,
}

struct Rendering {
    answer: Option<Arc<RawValue>>,
    failed: bool,
    /// It says something about whoever asks.
    personal: bool,
}

impl Asker {
    /// Runs any subscription, executing each of its answers for this asker alone.
    pub(super) async fn run(self, outlet: &Outlet) {
        let mut answers = self.schema.execute_stream(self.request());
        while let Some(answer) = answers.next().await {
            let answer = handler::tidy(answer, true, &self.context);
            let Ok(answer) = serde_json::value::to_raw_value(&answer) else { continue };
            if outlet.hand_out(&answer).await.is_break() {
                return;
            }
        }
    }

    fn request(&self) -> Request {
        let mut request = Request::new(&self.query)
            .variables(Variables::from_json(Value::Object(self.variables.clone())))
            .data(Arc::clone(&self.app))
            .data(Some(self.viewer.clone()))
            .data(self.context.clone());
        if let Some(document) = &self.document {
            request.set_parsed_query(document.clone());
        }
        match &self.operation {
            Some(operation) => request.operation_name(operation),
            None => request,
        }
    }

    async fn render(&self, event: &Arc<HydratedEvent>) -> Rendering {
        let asked = ViewerAsked::default();
        let request = self.request().data(asked.clone()).data(OneEvent(Arc::clone(event)));
        let answer = Box::pin(self.schema.execute_stream(request)).next().await;
        let failed = answer.as_ref().is_none_or(async_graphql::Response::is_err);
        let answer = answer.map(|answer| handler::tidy(answer, true, &self.context));
        let answer = answer.and_then(|answer| serde_json::value::to_raw_value(&answer).ok()).map(Arc::from);
        Rendering { answer, failed, personal: failed || asked.is_personal() }
    }
}

fn the_operation<'a>(parsed: &'a ExecutableDocument, name: Option<&str>) -> Option<&'a OperationDefinition> {
    match (&parsed.operations, name) {
        (DocumentOperations::Single(one), None) => Some(&one.node),
        (DocumentOperations::Multiple(many), Some(name)) => many.get(name).map(|one| &one.node),
        (DocumentOperations::Multiple(many), None) if many.len() == 1 => {
            many.values().next().map(|one| &one.node)
        }
        _ => None,
    }
}

/// How often a document names a variable.
fn uses(query: &str, name: &str) -> usize {
    query
        .split('$')
        .skip(1)
        .filter_map(|rest| rest.strip_prefix(name))
        .filter(|rest| !rest.starts_with(|next: char| next.is_ascii_alphanumeric() || next == '_'))
        .count()
}

#[cfg(test)]
mod tests {
    use async_graphql::parser;
    use serde_json::json;

    use super::*;

    fn read(query: &str, variables: Value) -> Option<i64> {
        let Value::Object(variables) = variables else { panic!("no object") };
        Follow::read(query, &parser::parse_query(query).unwrap(), None, &variables).map(|follow| follow.after)
    }

    #[test]
    fn only_a_plain_request_for_events_is_shared() {
        let plain = "subscription E($after: Int!) { events(after: $after) { seq } }";
        assert_eq!(read(plain, json!({ "after": 7 })), Some(7));
        assert_eq!(read("subscription { events(after: 3) { seq } }", json!({})), Some(3));
        for (query, variables) in [
            (plain, json!({})),
            (plain, json!({ "after": "7" })),
            (plain, json!({ "after": 7, "other": 1 })),
            ("subscription { e: events(after: 3) { seq } }", json!({})),
            ("subscription { events(after: 3) @include(if: true) { seq } }", json!({})),
            ("subscription { presence(conversationId: \"x\", typing: false) { name } }", json!({})),
            (
                "subscription E($n: Int!) { events(after: $n) { conversation { messages(last: $n) { nodes { id } } } } }",
                json!({ "n": 7 }),
            ),
        ] {
            assert_eq!(read(query, variables), None, "{query}");
        }
    }

    #[test]
    fn a_variable_is_not_mistaken_for_one_with_a_longer_name() {
        assert_eq!(uses("($after: Int!) { a(b: $after) c(d: $afterwards) }", "after"), 2);
    }
}
