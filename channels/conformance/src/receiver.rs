//! Our side of the webhook, as small as can be: proves each delivery, keeps it, answers.

use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Response};
use channel_core::{ChannelAdapter, ChannelSecrets};
use http::{HeaderMap, StatusCode};

/// What came in.
#[derive(Debug, Default)]
pub struct Post {
    /// Proven deliveries, in order of arrival.
    pub deliveries: Vec<Bytes>,
    /// Deliveries that were turned away.
    pub unproven: usize,
}

#[derive(Clone)]
pub struct Receiver {
    adapter: Arc<dyn ChannelAdapter>,
    secrets: Arc<Mutex<ChannelSecrets>>,
    post: Arc<Mutex<Post>>,
}

impl Receiver {
    /// Listens; returns the address for the provider.
    pub async fn start(adapter: Arc<dyn ChannelAdapter>) -> std::io::Result<(Self, String)> {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}/webhook", listener.local_addr()?);
        let receiver = Self { adapter, secrets: Arc::default(), post: Arc::default() };
        let router = Router::new()
            .route("/webhook", axum::routing::post(take).get(challenge))
            .with_state(receiver.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok((receiver, url))
    }

    /// From now on deliveries are proven with these.
    pub fn prove_with(&self, secrets: &ChannelSecrets) {
        *self.secrets.lock().unwrap_or_else(PoisonError::into_inner) = secrets.clone();
    }

    /// Looks at what came in.
    pub fn look<Seen>(&self, look: impl FnOnce(&Post) -> Seen) -> Seen {
        look(&self.post.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn secrets(&self) -> ChannelSecrets {
        self.secrets.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

async fn take(State(receiver): State<Receiver>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let proven = receiver.adapter.verify(&headers, &body, &receiver.secrets()).is_ok();
    let mut post = receiver.post.lock().unwrap_or_else(PoisonError::into_inner);
    if proven {
        post.deliveries.push(body);
        StatusCode::OK
    } else {
        post.unproven += 1;
        StatusCode::UNAUTHORIZED
    }
}

async fn challenge(State(receiver): State<Receiver>, RawQuery(query): RawQuery) -> Response {
    match receiver.adapter.challenge(&query.unwrap_or_default(), &receiver.secrets()) {
        Some(answer) => answer.into_response(),
        None => StatusCode::FORBIDDEN.into_response(),
    }
}
