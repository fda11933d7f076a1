//! Headers that every answer carries, unless its route has stricter ones of its own.

use http::HeaderMap;
use http::header::{self, HeaderName, HeaderValue};

use crate::app::App;

/// Adds what is missing.
pub fn protect(app: &App, headers: &mut HeaderMap) {
    let mut default = |name: HeaderName, value: &'static str| {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    };
    default(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    default(header::REFERRER_POLICY, "no-referrer");
    default(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    default(header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'; base-uri 'none'");
    default(header::CACHE_CONTROL, "no-store");
    if app.config.is_tls() {
        default(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000; includeSubDomains");
    }
}
