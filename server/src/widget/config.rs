//! What the launcher needs to know: one small answer that caches well.

use std::sync::Arc;

use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use channel_webchat::TEXT_CHARS_MAX;
use chrono::Utc;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use shared::Capabilities;

use crate::channels::{LiveWidget, OfficeHours};

/// `GET /config`
pub(super) async fn get(Extension(widget): Extension<Arc<LiveWidget>>, headers: HeaderMap) -> Response {
    let config = describe(&widget);
    let etag = format!("\"{}\"", hex::encode(Sha256::digest(config.to_string())));
    let same = headers.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == etag.as_bytes());
    let mut response =
        if same { StatusCode::NOT_MODIFIED.into_response() } else { Json(config).into_response() };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=300"));
    if let Ok(etag) = HeaderValue::from_str(&etag) {
        headers.insert(header::ETAG, etag);
    }
    response
}

/// Whether somebody answers now.
pub(super) fn is_open(widget: &LiveWidget) -> bool {
    widget.settings.hours.as_ref().is_none_or(|hours| hours.is_open(Utc::now()))
}

fn describe(widget: &LiveWidget) -> Value {
    let settings = &widget.settings;
    let opening = |hours: &OfficeHours| hours.next_opening(Utc::now());
    json!({
        "name": widget.name,
        "color": settings.color,
        "position": settings.position,
        "welcomeTitle": settings.welcome_title,
        "welcomeText": settings.welcome_text,
        "replyTimeText": settings.reply_time_text,
        "open": is_open(widget),
        "nextOpening": settings.hours.as_ref().and_then(opening),
        "offlineText": settings.offline_text,
        "preChat": settings.pre_chat,
        "identityMode": settings.identity_mode,
        "attachments": settings.attachments_enabled,
        "emoji": settings.emoji_enabled,
        "limits": { "textChars": TEXT_CHARS_MAX, "fileBytes": Capabilities::WEB_CHAT.file_bytes_max },
    })
}
