//! Requests that carry a member's cookie must come from our own pages.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderName, Method, StatusCode, header};

use super::origin;
use crate::app::App;
use crate::config::Config;

const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const REQUESTED_WITH: HeaderName = HeaderName::from_static("x-requested-with");

/// Answers 403 to a request that another site may have made.
pub async fn refuse_forged(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    if is_ours(&app.config, request.method(), request.headers()) {
        return next.run(request).await;
    }
    let code = serde_json::json!({ "code": "FORGED", "message": "this request did not come from Switchboard's own page" });
    (StatusCode::FORBIDDEN, axum::Json(code)).into_response()
}

/// Changes (and sockets, which are GETs that open a channel) need our `Origin`; changes also the header
/// that no foreign page can set without asking first. Reads refuse what the browser calls cross-site.
fn is_ours(config: &Config, method: &Method, headers: &HeaderMap) -> bool {
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let own_origin = text(header::ORIGIN).is_some_and(|value| origin::is_own(config, value));
    if headers.contains_key(header::UPGRADE) {
        return own_origin;
    }
    if matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS) {
        return text(FETCH_SITE) != Some("cross-site");
    }
    own_origin
        && text(FETCH_SITE).is_none_or(|site| site == "same-origin")
        && text(REQUESTED_WITH) == Some("app")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(method: Method, headers: &[(&'static str, &'static str)]) -> bool {
        let headers = headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), http::HeaderValue::from_static(value)))
            .collect();
        is_ours(&Config::default(), &method, &headers)
    }

    const OURS: (&str, &str) = ("origin", "http://localhost:8100");
    const APP: (&str, &str) = ("x-requested-with", "app");

    #[test]
    fn a_change_needs_origin_and_header() {
        assert!(request(Method::POST, &[OURS, APP]));
        assert!(request(Method::POST, &[OURS, APP, ("sec-fetch-site", "same-origin")]));
        assert!(!request(Method::POST, &[OURS]));
        assert!(!request(Method::POST, &[APP]));
        assert!(!request(Method::POST, &[("origin", "https://evil.example"), APP]));
        assert!(!request(Method::POST, &[("origin", "null"), APP]));
        assert!(!request(Method::POST, &[OURS, APP, ("sec-fetch-site", "same-site")]));
        assert!(!request(Method::DELETE, &[("sec-fetch-site", "cross-site"), OURS, APP]));
    }

    #[test]
    fn a_read_may_not_be_cross_site() {
        assert!(request(Method::GET, &[]));
        assert!(!request(Method::GET, &[("sec-fetch-site", "cross-site")]));
    }

    #[test]
    fn a_socket_needs_our_origin() {
        assert!(request(Method::GET, &[("upgrade", "websocket"), OURS]));
        assert!(!request(Method::GET, &[("upgrade", "websocket")]));
        assert!(!request(Method::GET, &[("upgrade", "websocket"), ("origin", "http://evil.example")]));
    }
}
