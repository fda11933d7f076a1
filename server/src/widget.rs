//! The visitors' side of web chat: the widget's HTTP API, its sockets, and the files it is made of
//! (`protocols/webchat.md` part B).
//!
//! What a visitor does is stored like any provider's delivery ([`crate::webhooks`]); the message comes back
//! over the socket or by replay once it is processed. Typing is never stored.

mod config;
mod error;
mod files;
mod guard;
mod limits;
mod lines;
mod pages;
mod post;
mod replay;
mod session;
mod session_store;
mod sign_off;
mod sign_on;
mod socket;
mod thread_store;
mod view;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};

use crate::app::App;

pub use session::Visitors;

/// Most bytes of a visitor's JSON: 10,000 characters however they are escaped, and what is around them.
const BODY_BYTES_MAX: usize = 192 * 1024;

/// Every route of the widget.
pub fn routes(app: &Arc<App>) -> Router<Arc<App>> {
    // Whole paths rather than a nested router, which would rewrite the address of every message.
    let api = Router::new()
        .route("/widget/v1/{widget_id}/config", get(config::get))
        .route("/widget/v1/{widget_id}/sessions", post(sign_on::open))
        .route("/widget/v1/{widget_id}/sessions/end", post(sign_off::end))
        .route("/widget/v1/{widget_id}/messages", get(replay::messages).post(post::message))
        .route("/widget/v1/{widget_id}/seen", post(post::seen))
        .route("/widget/v1/{widget_id}/typing", post(post::typing))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .route(
            "/widget/v1/{widget_id}/uploads",
            post(files::upload).layer(DefaultBodyLimit::max(files::request_bytes_max())),
        )
        .route("/widget/v1/{widget_id}/events", get(socket::upgrade))
        .route_layer(from_fn_with_state(Arc::clone(app), guard::check));
    Router::new()
        .merge(api)
        .route("/widget/v1/{widget_id}/frame", get(pages::frame))
        .route("/widget/v1/{widget_id}/files/{id}", get(files::original))
        .route("/widget/v1/{widget_id}/files/{id}/thumbnail", get(files::thumbnail))
        .route("/widget.js", get(pages::loader))
        .route("/widget/assets/{file}", get(pages::asset))
        .route("/try/{widget_id}", get(pages::try_it))
}
