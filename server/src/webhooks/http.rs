//! `POST /webhooks/{provider}/{endpoint}`, and the GET by which a provider asks whether the address is ours.
//!
//! No session, no cookie, no forgery check: what counts here is the provider's own proof over the raw bytes.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, RawQuery, Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use http::{StatusCode, header};

use super::body::Unread;
use super::door::{self, Door};
use super::take_in::{Answer, take_in};
use crate::app::App;

/// Where all of these routes are.
pub const FOLDER: &str = "/webhooks/";

/// When a provider that was turned away may come again, in seconds.
const RETRY_AFTER: u64 = 2;

/// The routes.
pub fn routes() -> Router<Arc<App>> {
    Router::new().route("/webhooks/{provider}/{endpoint}", post(receive).get(challenge))
}

async fn receive(
    State(app): State<Arc<App>>,
    Path((provider, endpoint)): Path<(String, String)>,
    request: Request,
) -> Answer {
    let (parts, body) = request.into_parts();
    let answer = take_in(&app, &provider, &endpoint, &parts.headers, body).await;
    metrics::counter!(
        "switchboard_webhooks_total",
        "provider" => door::label(&provider),
        "answer" => answer.as_str()
    )
    .increment(1);
    answer
}

async fn challenge(
    State(app): State<Arc<App>>,
    Path((provider, endpoint)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Response {
    match Door::find(&app, &provider, &endpoint).await {
        Ok(Some(door)) => match door.answer(&query.unwrap_or_default()) {
            Some(answer) => ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], answer).into_response(),
            None => StatusCode::FORBIDDEN.into_response(),
        },
        Ok(None) => Answer::Unknown.into_response(),
        Err(error) => error.into_response(),
    }
}

/// Without a body: nobody reads it, and a provider might take it for a command.
impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let status = match self {
            Self::Taken => StatusCode::OK,
            Self::Unknown => StatusCode::NOT_FOUND,
            Self::Unproven => StatusCode::UNAUTHORIZED,
            Self::Unread(Unread::TooLarge) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Unread(Unread::Slow) => StatusCode::REQUEST_TIMEOUT,
            Self::Unread(Unread::Broken) => StatusCode::BAD_REQUEST,
            Self::Busy | Self::Unread(Unread::Busy) => {
                return (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, RETRY_AFTER)])
                    .into_response();
            }
        };
        status.into_response()
    }
}
