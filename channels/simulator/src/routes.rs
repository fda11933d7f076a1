//! Which path goes where. The providers' paths hold tokens and versions in places that routers do not match, so
//! they are taken apart by hand.

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;

use crate::accept::Cut;
use crate::sim::Sim;
use crate::{control, page, telegram, whatsapp};

/// Above every limit of the providers, which refuse in their own words: WhatsApp takes documents of 100 MB, and a
/// control call may carry one in base64.
const BODY_BYTES_MAX: usize = 160 * 1024 * 1024;

/// The whole program's routes.
pub fn router(sim: Arc<Sim>) -> Router {
    let guard = axum::middleware::from_fn_with_state(Arc::clone(&sim), control::guard);
    control::routes()
        .merge(page::routes())
        .layer(guard)
        .fallback(providers)
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .with_state(sim)
}

async fn providers(State(sim): State<Arc<Sim>>, request: Request) -> Response {
    let path = request.uri().path().to_owned();
    let cut = request.extensions().get::<Cut>().cloned();
    if let Some((token, method)) = path.strip_prefix("/bot").and_then(|rest| rest.split_once('/')) {
        return telegram::api(sim, &unescaped(token), method, request).await;
    }
    if let Some((token, file)) = path.strip_prefix("/file/bot").and_then(|rest| rest.split_once('/')) {
        return telegram::download(sim, &unescaped(token), file, cut).await;
    }
    if path.ends_with("/dialog/oauth") {
        return page::signup();
    }
    match whatsapp::api(sim, &path, request).await {
        Some(response) => response,
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// Some clients escape the colon of a token.
fn unescaped(token: &str) -> String {
    token.replace("%3A", ":").replace("%3a", ":")
}
