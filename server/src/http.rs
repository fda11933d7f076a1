//! The HTTP edge: routes of all features under one set of protections.
//!
//! What a request passes, from the outside in: connection limits ([`accept`]), what holds for every route
//! ([`edge`]); then, for members' routes, forgery protection ([`forgery`]), the session and the viewer.

pub mod accept;
mod assets;
mod edge;
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
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};

use crate::app::App;
use crate::auth;
use crate::graphql::{ApiSchema, handler, socket};

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
        .merge(crate::webhooks::routes())
        .fallback(assets::serve)
        .merge(health::routes())
        .layer(from_fn_with_state(Arc::clone(app), edge::pass))
        .with_state(Arc::clone(app))
}
