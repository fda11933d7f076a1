//! The `Host` header must name us. Over plain http on any other name a page says what is missing,
//! since a browser would drop the session's cookie without a word.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};
use http::{Method, StatusCode, header};
use url::Url;

use super::origin;
use crate::app::App;

const TLS_NEEDED: &str = include_str!("tls_needed.html");

/// Lets requests for our own hosts pass.
pub async fn refuse_foreign(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let host = request
        .uri()
        .authority()
        .map(ToString::to_string)
        .or_else(|| request.headers().get(header::HOST)?.to_str().ok().map(str::to_owned))
        .unwrap_or_default();
    let scheme = if app.config.is_tls() { "https" } else { "http" };
    let named = Url::parse(&format!("{scheme}://{host}"));
    let origin = named.map(|url| url.origin().ascii_serialization()).unwrap_or_default();
    let path = request.uri().path();
    let for_widget = path == "/widget.js" || path.starts_with("/widget/");
    // The widget's own host serves nothing of the app.
    if origin::is_own(&app.config, &origin) || (for_widget && origin::is_widgets(&app.config, &origin)) {
        return next.run(request).await;
    }
    tracing::debug!("request for a foreign host");
    let wants_page = request.method() == Method::GET
        && request
            .headers()
            .get(header::ACCEPT)
            .and_then(|v| v.to_str().ok())
            .is_some_and(|v| v.contains("text/html"));
    if wants_page {
        let page = TLS_NEEDED.replace("{{ORIGIN}}", &app.config.origin());
        let policy = (header::CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'unsafe-inline'");
        return (StatusCode::MISDIRECTED_REQUEST, [policy], Html(page)).into_response();
    }
    let code =
        serde_json::json!({ "code": "WRONG_HOST", "message": "this address is not the configured one" });
    (StatusCode::MISDIRECTED_REQUEST, axum::Json(code)).into_response()
}
