//! The files the widget is made of, from inside the binary: the loader, the frame, their assets, and a
//! customer's page to try it on.

use std::borrow::Cow;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use rust_embed::{EmbeddedFile, RustEmbed};

use super::error::Refusal;
use super::guard;
use crate::app::App;
use crate::channels::LiveWidget;

/// Built by `web/widget/build.mjs`; each file may lie there compressed, too (`.br`, `.gz`).
#[derive(RustEmbed)]
#[folder = "../web/widget/dist"]
struct WidgetFiles;

/// Names in `assets/` hold a hash of what is in them.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
/// The loader's name is in every customer's page: a new one must arrive within the hour.
const AN_HOUR: &str = "public, max-age=3600, stale-while-revalidate=86400";
const NOT_BUILT: &str = "The widget is not part of this build.";

/// `GET /widget.js`
pub(super) async fn loader(headers: HeaderMap) -> Response {
    match compressed("widget.js", &headers) {
        Some(file) => {
            let mut response = answer("widget.js", file, AN_HOUR);
            cross_origin(&mut response);
            response
        }
        None => (StatusCode::NOT_FOUND, NOT_BUILT).into_response(),
    }
}

/// `GET /widget/assets/{file}`
pub(super) async fn asset(Path(name): Path<String>, headers: HeaderMap) -> Response {
    match compressed(&format!("assets/{name}"), &headers) {
        Some(file) => answer(&name, file, FOR_EVER),
        None => Refusal::NOT_FOUND.into_response(),
    }
}

/// `GET /widget/v1/{widget_id}/frame`: only the channel's sites may show it.
pub(super) async fn frame(
    State(app): State<Arc<App>>,
    Path(widget_id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let widget = guard::find(&app, &widget_id).await?;
    let Some(file) = compressed("frame.html", &headers) else {
        return Ok((StatusCode::NOT_FOUND, NOT_BUILT).into_response());
    };
    let mut response = answer("frame.html", file, "no-cache");
    set_policy(&mut response, &frame_policy(&widget));
    cross_origin(&mut response);
    Ok(response)
}

/// `GET /try/{widget_id}`
pub(super) async fn try_it(
    State(app): State<Arc<App>>,
    Path(widget_id): Path<String>,
) -> Result<Response, Refusal> {
    let widget = guard::find(&app, &widget_id).await?;
    let Some(page) = WidgetFiles::get("try.html") else {
        return Ok((StatusCode::NOT_FOUND, NOT_BUILT).into_response());
    };
    // The id was parsed as a UUID: it cannot break out of its attribute.
    let snippet = format!(r#"<script src="/widget.js" data-widget="{}" async></script>"#, widget.widget_id);
    let page = String::from_utf8_lossy(&page.data).replace("{{WIDGET_SNIPPET}}", &snippet);
    let mut response = ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], page).into_response();
    set_policy(
        &mut response,
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; frame-src 'self'; \
         frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    );
    Ok(response)
}

/// As the app's, without nonce and WASM; shown only on the channel's sites.
fn frame_policy(widget: &LiveWidget) -> String {
    // Our own origin has the "Try it" page.
    let sites: String = widget.origins.iter().map(|origin| format!(" {origin}")).collect();
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; \
         font-src 'self'; connect-src 'self'; form-action 'none'; base-uri 'none'; object-src 'none'; \
         frame-ancestors 'self'{sites}"
    )
}

fn set_policy(response: &mut Response, policy: &str) {
    if let Ok(policy) = HeaderValue::from_str(policy) {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
}

/// Other sites embed it: that is what it is for.
fn cross_origin(response: &mut Response) {
    response.headers_mut().insert("cross-origin-resource-policy", HeaderValue::from_static("cross-origin"));
}

/// A file and its content encoding: the smallest that the client takes.
struct Found {
    file: EmbeddedFile,
    encoding: Option<&'static str>,
}

fn compressed(name: &str, headers: &HeaderMap) -> Option<Found> {
    let accepted =
        headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let takes = |encoding: &str| {
        accepted.split(',').any(|offer| {
            let (name, weight) = offer.split_once(';').unwrap_or((offer, ""));
            name.trim() == encoding && !matches!(weight.trim(), "q=0" | "q=0.0" | "q=0.00" | "q=0.000")
        })
    };
    for (encoding, extension) in [("br", "br"), ("gzip", "gz")] {
        if takes(encoding)
            && let Some(file) = WidgetFiles::get(&format!("{name}.{extension}"))
        {
            return Some(Found { file, encoding: Some(encoding) });
        }
    }
    WidgetFiles::get(name).map(|file| Found { file, encoding: None })
}

fn answer(name: &str, found: Found, cache: &'static str) -> Response {
    let content_type = match name.rsplit_once('.').map(|(_, extension)| extension) {
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("html") => "text/html; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("woff2") => "font/woff2",
        _ => "application/octet-stream",
    };
    let body = match found.file.data {
        Cow::Borrowed(bytes) => axum::body::Bytes::from_static(bytes),
        Cow::Owned(bytes) => axum::body::Bytes::from(bytes),
    };
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    headers.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    if let Some(encoding) = found.encoding {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    response
}
