//! GraphQL as a member, without the HTTP around it.

use std::sync::Arc;

use async_graphql::{EmptySubscription, Request, Response, Schema, Variables};
use serde_json::Value;
use server::app::App;
use server::graphql::{Mutation, Query};
use server::viewer::Viewer;

/// What came back.
#[derive(Debug)]
pub struct Answer {
    /// The `data` of the response.
    pub data: Value,
    /// `extensions.code` of each error.
    pub codes: Vec<String>,
    /// Messages of each error.
    pub messages: Vec<String>,
}

impl Answer {
    /// The data of a request that must have worked.
    #[track_caller]
    pub fn ok(self) -> Value {
        assert!(self.codes.is_empty() && self.messages.is_empty(), "{self:?}");
        self.data
    }
}

/// Runs one operation as `viewer` (nobody: anonymous).
pub async fn ask(app: &Arc<App>, viewer: Option<&Viewer>, query: &str, variables: Value) -> Answer {
    let schema = Schema::new(Query::default(), Mutation::default(), EmptySubscription);
    let request = Request::new(query)
        .variables(Variables::from_json(variables))
        .data(app.clone())
        .data(viewer.cloned())
        .data(viewer.map(|viewer| viewer.request.clone()).unwrap_or_default());
    Answer::from(schema.execute(request).await)
}

impl From<Response> for Answer {
    fn from(response: Response) -> Self {
        let code = |error: &async_graphql::ServerError| {
            let code = error.extensions.as_ref()?.get("code")?.clone().into_json().unwrap();
            code.as_str().map(str::to_owned)
        };
        Self {
            codes: response.errors.iter().filter_map(code).collect(),
            messages: response.errors.iter().map(|error| error.message.clone()).collect(),
            data: response.data.into_json().unwrap(),
        }
    }
}
