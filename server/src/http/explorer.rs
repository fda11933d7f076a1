//! The API explorer: a page of our own, for signed-in members. No third party is asked for anything.

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};

const PAGE: &str = include_str!("explorer/index.html");
const SCRIPT: &str = include_str!("explorer/explorer.js");
const STYLE: &str = include_str!("explorer/explorer.css");
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
                      frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/// The page. It asks who is signed in by itself and says so when nobody is.
pub async fn page() -> Response {
    content("text/html; charset=utf-8", PAGE)
}

/// Its script and style.
pub async fn file(Path(name): Path<String>) -> Response {
    match name.as_str() {
        "explorer.js" => content("text/javascript; charset=utf-8", SCRIPT),
        "explorer.css" => content("text/css; charset=utf-8", STYLE),
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

fn content(kind: &'static str, body: &'static str) -> Response {
    (
        [
            (header::CONTENT_TYPE, kind),
            (header::CONTENT_SECURITY_POLICY, POLICY),
            (header::CACHE_CONTROL, "no-cache"),
        ],
        body,
    )
        .into_response()
}
