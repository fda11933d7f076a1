//! A browser: keeps its session cookie, and asks through every layer of the HTTP edge.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use serde_json::{Value, json};
use server::app::App;
use tower::ServiceExt as _;

use super::Answer;

/// One person's browser, without a page.
pub struct Browser {
    router: Router,
    origin: String,
    address: String,
    /// `name=value`, as it would be sent back.
    pub cookie: Option<String>,
    /// The last `Set-Cookie`, as it came.
    pub set_cookie: Option<String>,
}

impl Browser {
    /// A fresh one, from an address of its own.
    pub fn new(app: &Arc<App>) -> Self {
        let n: u32 = uuid::Uuid::new_v4().as_u128() as u32;
        Self::at(app, &std::net::Ipv4Addr::from(n).to_string())
    }

    /// A fresh one, at this address.
    pub fn at(app: &Arc<App>, address: &str) -> Self {
        let router = server::http::router(app, server::graphql::schema());
        Self {
            router,
            origin: app.config.origin(),
            address: address.to_owned(),
            cookie: None,
            set_cookie: None,
        }
    }

    /// Another browser with the same cookie, on another process.
    pub fn on(&self, app: &Arc<App>) -> Self {
        Self { cookie: self.cookie.clone(), ..Self::at(app, &self.address) }
    }

    /// Runs one operation.
    pub async fn ask(&mut self, query: &str, variables: Value) -> Answer {
        let peer = SocketAddr::new(self.address.parse().unwrap(), 50_000);
        let mut request = http::Request::post("/graphql")
            .header("host", self.origin.split("//").nth(1).unwrap())
            .header("origin", &self.origin)
            .header("x-requested-with", "app")
            .header("content-type", "application/json")
            .extension(ConnectInfo(peer));
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
        Answer::from_json(serde_json::from_slice(&bytes).unwrap())
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
