//! GraphQL as a member, without the HTTP around it.

use std::sync::Arc;

use async_graphql::{Request, Variables};
use serde_json::Value;
use server::app::App;
use server::auth::{PgSessionStore, proof};
use server::viewer::Viewer;
use tower_sessions::Session;

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

/// Runs one operation as `viewer` (nobody: anonymous), who has just given their password.
pub async fn ask(app: &Arc<App>, viewer: Option<&Viewer>, query: &str, variables: Value) -> Answer {
    let schema = server::graphql::schema();
    let store = PgSessionStore::new(app.db.clone(), app.auth.revocations.clone());
    let session = Session::new(None, Arc::new(store), None);
    proof::note(&session).await.unwrap();
    let request = Request::new(query)
        .variables(Variables::from_json(variables))
        .data(app.clone())
        .data(session)
        .data(viewer.cloned())
        .data(viewer.map(|viewer| viewer.request.clone()).unwrap_or_default());
    Answer::from_json(serde_json::to_value(schema.execute(request).await).unwrap())
}

impl Answer {
    /// From a response's JSON.
    pub fn from_json(mut response: Value) -> Self {
        let errors = response["errors"].as_array().cloned().unwrap_or_default();
        let texts = |pointer: &str| {
            let text = |error: &Value| Some(error.pointer(pointer)?.as_str()?.to_owned());
            errors.iter().filter_map(text).collect()
        };
        Self { codes: texts("/extensions/code"), messages: texts("/message"), data: response["data"].take() }
    }
}
