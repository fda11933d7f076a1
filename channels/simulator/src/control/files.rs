//! The shelf: files for phones to send, and files that arrived.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, Query, Request, State};
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::Deserialize;
use serde_json::{Value, json};

use super::answer::{Answer, Refusal};
use crate::files::{File, NewFile, from_webm, sample};
use crate::sim::Sim;

const UPLOAD_BYTES_MAX: usize = 100 * 1024 * 1024;

/// What is known of an uploaded file.
#[derive(Deserialize)]
pub struct About {
    name: Option<String>,
    duration_s: Option<u32>,
}

/// Puts a file on the shelf: the body is the file, its media type the content type. A recording in WebM becomes
/// Ogg, as phones send it.
pub async fn upload(State(sim): State<Arc<Sim>>, Query(about): Query<About>, request: Request) -> Answer {
    let mime = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let mime = mime.unwrap_or("application/octet-stream").to_owned();
    let bytes = axum::body::to_bytes(request.into_body(), UPLOAD_BYTES_MAX)
        .await
        .map_err(|_| Refusal(StatusCode::PAYLOAD_TOO_LARGE, "at most 100 MB".to_owned()))?;
    let mut new = NewFile { name: about.name, mime, bytes, duration_s: about.duration_s };
    if new.mime.starts_with("audio/webm")
        && let Some(voice) = from_webm(&new.bytes)
    {
        new.bytes = voice.ogg.into();
        new.mime = "audio/ogg; codecs=opus".to_owned();
        new.duration_s = new.duration_s.or(Some(voice.seconds));
    }
    Ok(Json(describe(&sim.files.keep(new))))
}

/// Puts a sample on the shelf.
pub async fn make_sample(State(sim): State<Arc<Sim>>, Path(kind): Path<String>) -> Answer {
    let new = tokio::task::spawn_blocking(move || sample(&kind)).await.ok().flatten();
    let new = new.ok_or_else(|| Refusal::not_found("sample"))?;
    Ok(Json(describe(&sim.files.keep(new))))
}

fn describe(file: &File) -> Value {
    json!({
        "id": file.id, "name": file.name, "type": file.mime, "size": file.bytes.len(),
        "width": file.width, "height": file.height, "url": format!("/shelf/{}", file.id),
    })
}

/// Shows a file to the page. Only what cannot run in a browser is shown in place.
pub async fn show(State(sim): State<Arc<Sim>>, Path(id): Path<String>, headers: HeaderMap) -> Response {
    let Some(file) = sim.files.get(&id) else { return Refusal::not_found("file").into_response() };
    let kind = file.mime.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let in_place = matches!(kind.as_str(), "image/jpeg" | "image/png" | "image/gif" | "image/webp")
        || kind.starts_with("audio/")
        || kind.starts_with("video/");
    let total = file.bytes.len();
    let range =
        headers.get(header::RANGE).and_then(|value| value.to_str().ok()).and_then(|text| span(text, total));
    let (status, bytes) = match range {
        Some((from, to)) => (StatusCode::PARTIAL_CONTENT, file.bytes.slice(from..to + 1)),
        None => (StatusCode::OK, file.bytes.clone()),
    };
    let mut response = (status, Body::from(bytes)).into_response();
    let headers = response.headers_mut();
    let kind = if in_place { file.mime.as_str() } else { "application/octet-stream" };
    let mut set = |name: header::HeaderName, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    };
    set(header::CONTENT_TYPE, kind);
    set(header::CONTENT_DISPOSITION, if in_place { "inline" } else { "attachment" });
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox");
    set(header::CACHE_CONTROL, "private, max-age=3600, immutable");
    set(header::ACCEPT_RANGES, "bytes");
    if let Some((from, to)) = range {
        set(header::CONTENT_RANGE, &format!("bytes {from}-{to}/{total}"));
    }
    response
}

/// `bytes=a-b` or `bytes=a-`, within the file.
fn span(range: &str, total: usize) -> Option<(usize, usize)> {
    let (from, to) = range.strip_prefix("bytes=")?.split_once('-')?;
    let from: usize = from.parse().ok()?;
    let to = if to.is_empty() {
        total.checked_sub(1)?
    } else {
        to.parse::<usize>().ok()?.min(total.checked_sub(1)?)
    };
    (from <= to).then_some((from, to))
}
