//! The browser app, from inside the binary: compressed when it was built, cached for ever by name.

use std::borrow::Cow;
use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http::{Method, StatusCode, Uri};
use rust_embed::{EmbeddedFile, RustEmbed};

use crate::app::App;

/// Where the app connects channels.
const CONNECT_PAGE: &str = "settings/channels/connect";

#[derive(RustEmbed)]
#[folder = "../web/dist"]
struct AppFiles;

/// The policy of the app's pages. No page has a script inside itself.
const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
    img-src 'self' blob:; media-src 'self' blob:; font-src 'self'; connect-src 'self'; frame-ancestors 'none'; \
    base-uri 'none'; form-action 'self'; object-src 'none'; manifest-src 'self'";

/// A file of the app, or its page for every address that the app itself routes.
pub async fn serve(State(app): State<Arc<App>>, method: Method, uri: Uri, headers: HeaderMap) -> Response {
    if !matches!(method, Method::GET | Method::HEAD) {
        return StatusCode::METHOD_NOT_ALLOWED.into_response();
    }
    let path = uri.path().trim_start_matches('/');
    if let Some(name) = path.strip_prefix("assets/") {
        return match best_variant(name, &headers) {
            Some(found) => file(name, found, "public, max-age=31536000, immutable"),
            None => StatusCode::NOT_FOUND.into_response(),
        };
    }
    // Addresses of the app have no extension; anything else that is not there is not there.
    if path.rsplit('/').next().is_some_and(|last| last.contains('.')) {
        return match best_variant(path, &headers) {
            Some(found) => file(path, found, "public, max-age=3600"),
            None => StatusCode::NOT_FOUND.into_response(),
        };
    }
    let Some(found) = best_variant("index.html", &headers) else {
        return (
            StatusCode::SERVICE_UNAVAILABLE,
            "The app is not in this build: run script/build-web first.\n",
        )
            .into_response();
    };
    let mut response = file("index.html", found, "no-cache");
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    // The one page that opens a provider's window, and hears from it: with the app's own policy, and loaded anew.
    if opens_windows(path) {
        let opener = HeaderName::from_static("cross-origin-opener-policy");
        response.headers_mut().insert(opener, HeaderValue::from_static("same-origin-allow-popups"));
    }
    // Links in mail carry a token: no cache may keep the page's address.
    if app.config.is_tls() {
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache, private"));
    }
    response
}

fn opens_windows(path: &str) -> bool {
    path == CONNECT_PAGE
}

/// The file as the client can take it best: brotli, gzip, plain.
fn best_variant(name: &str, headers: &HeaderMap) -> Option<(EmbeddedFile, Option<&'static str>)> {
    let accepted = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or("");
    let accepts =
        |coding: &str| accepted.split(',').any(|one| one.split(';').next().map(str::trim) == Some(coding));
    for (coding, suffix) in [("br", ".br"), ("gzip", ".gz")] {
        if accepts(coding)
            && let Some(found) = AppFiles::get(&format!("{name}{suffix}"))
        {
            return Some((found, Some(coding)));
        }
    }
    AppFiles::get(name).map(|found| (found, None))
}

fn file(name: &str, (found, coding): (EmbeddedFile, Option<&'static str>), cache: &'static str) -> Response {
    let kind = match name.rsplit('.').next().unwrap_or("") {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "json" | "webmanifest" => "application/json",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    };
    let body = match found.data {
        Cow::Borrowed(bytes) => axum::body::Body::from(bytes),
        Cow::Owned(bytes) => axum::body::Body::from(bytes),
    };
    let mut response = ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, cache)], body).into_response();
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Some(coding) = coding {
        response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_page_may_open_windows() {
        assert!(opens_windows("settings/channels/connect"));
        for path in
            ["", "settings/channels", "settings/channels/connect/x", "inbox", "SETTINGS/channels/connect"]
        {
            assert!(!opens_windows(path), "{path}");
        }
    }
}
