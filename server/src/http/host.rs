//! The `Host` header must name us. Over plain http on any other name a page says what is missing,
//! since a browser would drop the session's cookie without a word.

use super::origin;
use crate::app::App;
use axum::extract::Request;
use axum::response::{Html, IntoResponse, Response};
use http::{Method, StatusCode, header};

const TLS_NEEDED: &str = include_str!("tls_needed.html");

/// The answer to a request that names another host than ours; none for one that names us. The widget's own
/// host serves nothing of the app.
pub fn refuse_foreign(app: &App, request: &Request) -> Option<Response> {
    let named = request.uri().authority().map(|authority| authority.as_str());
    let host = named.or_else(|| request.headers().get(header::HOST)?.to_str().ok()).unwrap_or_default();
    let path = request.uri().path();
    let for_widget = path == "/widget.js" || path.starts_with("/widget/");
    let for_providers = path.starts_with("/webhooks/");
    if origin::is_own_host(&app.config, host, for_widget)
        || (for_providers && origin::is_webhooks_host(&app.config, host))
    {
        return None;
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
        return Some((StatusCode::MISDIRECTED_REQUEST, [policy], Html(page)).into_response());
    }
    let code =
        serde_json::json!({ "code": "WRONG_HOST", "message": "this address is not the configured one" });
    Some((StatusCode::MISDIRECTED_REQUEST, axum::Json(code)).into_response())
}
