//! The HTTP edge: routes of all features under one set of protections.
//!
//! What a request passes, from the outside in: connection limits ([`accept`]), request id and client
//! address ([`request`]), host check ([`host`]), security headers ([`headers`]), panic guard, body limit;
//! then, for members' routes, the session, forgery protection ([`forgery`]) and the viewer.

pub mod accept;
mod assets;
mod explorer;
mod forgery;
mod headers;
mod health;
mod host;
mod member;
pub mod metrics;
pub mod origin;
pub mod rates;
mod request;

pub use health::Readiness;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};
use tower_http::catch_panic::CatchPanicLayer;

use crate::app::App;
use crate::auth;
use crate::graphql::{ApiSchema, handler, socket};

/// Most bytes of a request body, unless a route raises it.
const BODY_BYTES_MAX: usize = 1024 * 1024;

/// Every route of the product.
pub fn router(app: &Arc<App>, schema: ApiSchema) -> Router {
    let members = Router::new()
        .route("/graphql", post(handler::handle))
        .route("/graphql/ws", get(socket::upgrade))
        .route("/explorer", get(explorer::page))
        .route("/explorer/{file}", get(explorer::file))
        .merge(crate::media::routes())
        .layer(axum::Extension(schema))
        .layer(from_fn_with_state(Arc::clone(app), member::know))
        .layer(auth::session_layer(app))
        .layer(from_fn_with_state(Arc::clone(app), forgery::refuse_forged));

    Router::new()
        .merge(members)
        .merge(crate::widget::routes(app))
        .fallback(assets::serve)
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(CatchPanicLayer::custom(request::answer_to_panic))
        .layer(from_fn_with_state(Arc::clone(app), headers::protect))
        .layer(from_fn_with_state(Arc::clone(app), host::refuse_foreign))
        .merge(health::routes())
        .layer(from_fn_with_state(Arc::clone(app), request::identify))
        .layer(from_fn(metrics::measure))
        .with_state(Arc::clone(app))
}
