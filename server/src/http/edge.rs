//! What every request passes, in one layer: a layer each would cost every message a chain of boxed calls.
//!
//! From the outside in: metrics, number and client address, host check, size of the body; on the way out
//! the protecting headers and the request's number. A panic costs its own request only.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use axum::extract::{DefaultBodyLimit, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use futures::FutureExt as _;

use super::metrics::Watch;
use super::{headers, health, host, request};
use crate::app::App;

/// Most bytes of a request body, unless a route raises it.
const BODY_BYTES_MAX: usize = 1024 * 1024;

/// Lets a request through to its route.
pub async fn pass(State(app): State<Arc<App>>, mut request: Request, next: Next) -> Response {
    let watch = Watch::start(&request);
    let context = request::identify(&app, &request);
    let number = context.request_id;
    // Whoever asks for our health may know us by any name.
    let is_probe = health::is_probe(request.uri().path());
    let refusal = if is_probe { None } else { host::refuse_foreign(&app, &request) };
    let mut response = match refusal {
        Some(refusal) => refusal,
        None => {
            request.extensions_mut().insert(context);
            DefaultBodyLimit::max(BODY_BYTES_MAX).apply(&mut request);
            let answer = AssertUnwindSafe(next.run(request)).catch_unwind().await;
            answer.unwrap_or_else(request::answer_to_panic)
        }
    };
    if !is_probe {
        headers::protect(&app, response.headers_mut());
    }
    request::number(response.headers_mut(), number);
    watch.stop(&response);
    response
}
