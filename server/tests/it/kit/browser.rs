//! A browser: keeps its session cookie, and asks through the session layer.

use std::sync::Arc;

use async_graphql::{EmptySubscription, Request, Schema, Variables};
use axum::body::Body;
use axum::extract::State;
use axum::routing::post;
use axum::{Extension, Json, Router};
use serde_json::{Value, json};
use server::app::App;
use server::auth::{session_layer, viewer_of};
use server::graphql::{Mutation, Query};
use server::viewer::RequestContext;
use tower::ServiceExt as _;
use tower_sessions::Session;

use super::Answer;

/// One person's browser, without a page.
pub struct Browser {
    router: Router,
    address: String,
    /// `name=value`, as it would be sent back.
    pub cookie: Option<String>,
    /// The last `Set-Cookie`, as it came.
    pub set_cookie: Option<String>,
}

async fn execute(
    State((app, address)): State<(Arc<App>, String)>,
    Extension(session): Extension<Session>,
    Json(body): Json<Value>,
) -> Json<Value> {
    let request = RequestContext { client_address: address.parse().ok(), ..RequestContext::default() };
    let viewer = viewer_of(&app, &session, request.clone()).await.unwrap();
    let request = Request::new(body["query"].as_str().unwrap())
        .variables(Variables::from_json(body["variables"].clone()))
        .data(app.clone())
        .data(viewer)
        .data(request)
        .data(session);
    let response =
        Schema::new(Query::default(), Mutation::default(), EmptySubscription).execute(request).await;
    let answer = Answer::from(response);
    Json(json!({ "data": answer.data, "codes": answer.codes, "messages": answer.messages }))
}

impl Browser {
    /// A fresh one, from an address of its own.
    pub fn new(app: &Arc<App>) -> Self {
        let n: u32 = uuid::Uuid::new_v4().as_u128() as u32;
        Self::at(app, &std::net::Ipv4Addr::from(n).to_string())
    }

    /// A fresh one, at this address.
    pub fn at(app: &Arc<App>, address: &str) -> Self {
        let router = Router::new()
            .route("/graphql", post(execute))
            .with_state((app.clone(), address.to_owned()))
            .layer(session_layer(app));
        Self { router, address: address.to_owned(), cookie: None, set_cookie: None }
    }

    /// Another browser with the same cookie, on another process.
    pub fn on(&self, app: &Arc<App>) -> Self {
        Self { cookie: self.cookie.clone(), ..Self::at(app, &self.address) }
    }

    /// Runs one operation.
    pub async fn ask(&mut self, query: &str, variables: Value) -> Answer {
        let mut request = http::Request::post("/graphql").header("content-type", "application/json");
        if let Some(cookie) = &self.cookie {
            request = request.header("cookie", cookie);
        }
        let body = json!({ "query": query, "variables": variables }).to_string();
        let response = self.router.clone().oneshot(request.body(Body::from(body)).unwrap()).await.unwrap();
        if let Some(header) = response.headers().get("set-cookie") {
            let header = header.to_str().unwrap().to_owned();
            let pair = header.split(';').next().unwrap().to_owned();
            self.cookie = (!pair.ends_with('=')).then_some(pair);
            self.set_cookie = Some(header);
        }
        assert_eq!(response.status(), 200);
        let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
        let mut answer: Value = serde_json::from_slice(&bytes).unwrap();
        Answer {
            data: answer["data"].take(),
            codes: serde_json::from_value(answer["codes"].take()).unwrap(),
            messages: serde_json::from_value(answer["messages"].take()).unwrap(),
        }
    }

    /// Signs in; the payload's problem code, if there is one.
    pub async fn sign_in(&mut self, email: &str, password: &str) -> Option<String> {
        let answer = self
            .ask(
                "mutation($email: String!, $password: String!) {
                     signIn(email: $email, password: $password) { viewer { user { email } } problem { code } } }",
                json!({ "email": email, "password": password }),
            )
            .await
            .ok();
        answer["signIn"]["problem"]["code"].as_str().map(str::to_owned)
    }

    /// The mail address of who is signed in.
    pub async fn signed_in_as(&mut self) -> Option<String> {
        let answer = self.ask("{ viewer { user { email } } }", json!({})).await.ok();
        answer["viewer"]["user"]["email"].as_str().map(str::to_owned)
    }
}
