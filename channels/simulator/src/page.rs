//! The page of phones: plain files, built into the program.

use axum::Router;
use axum::extract::Path;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use http::{HeaderValue, StatusCode, header};

/// Name, media type, content.
type Asset = (&'static str, &'static str, &'static str);

const JAVASCRIPT: &str = "text/javascript; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";

const INDEX: &str = include_str!("../page/index.html");
const SIGNUP: &str = include_str!("../page/signup.html");

const ASSETS: [Asset; 18] = [
    ("api.js", JAVASCRIPT, include_str!("../page/api.js")),
    ("app.js", JAVASCRIPT, include_str!("../page/app.js")),
    ("attach.js", JAVASCRIPT, include_str!("../page/attach.js")),
    ("bubble.js", JAVASCRIPT, include_str!("../page/bubble.js")),
    ("dom.js", JAVASCRIPT, include_str!("../page/dom.js")),
    ("notice.js", JAVASCRIPT, include_str!("../page/notice.js")),
    ("phone.js", JAVASCRIPT, include_str!("../page/phone.js")),
    ("rich.js", JAVASCRIPT, include_str!("../page/rich.js")),
    ("sheet.js", JAVASCRIPT, include_str!("../page/sheet.js")),
    ("signup.js", JAVASCRIPT, include_str!("../page/signup.js")),
    ("stage.js", JAVASCRIPT, include_str!("../page/stage.js")),
    ("voice.js", JAVASCRIPT, include_str!("../page/voice.js")),
    ("apps.css", CSS, include_str!("../page/apps.css")),
    ("board.css", CSS, include_str!("../page/board.css")),
    ("phone.css", CSS, include_str!("../page/phone.css")),
    ("signup.css", CSS, include_str!("../page/signup.css")),
    ("icon.svg", "image/svg+xml", include_str!("../page/icon.svg")),
    ("wall.svg", "image/svg+xml", include_str!("../page/wall.svg")),
];

/// Nothing from elsewhere, nothing inline; recorded voices are played from memory.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; \
                      media-src 'self' blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; \
                      frame-ancestors 'none'";

/// The page's routes.
pub fn routes<State: Clone + Send + Sync + 'static>() -> Router<State> {
    Router::new()
        .route("/", get(|| async { answer("text/html; charset=utf-8", INDEX) }))
        .route("/page/{name}", get(asset))
}

async fn asset(Path(name): Path<String>) -> Response {
    match ASSETS.iter().find(|(known, ..)| *known == name) {
        Some((_, kind, content)) => answer(kind, content),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// Embedded Signup's dialog: a person chooses the number to share.
pub fn signup() -> Response {
    answer("text/html; charset=utf-8", SIGNUP)
}

fn answer(kind: &'static str, content: &'static str) -> Response {
    let mut response = content.into_response();
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_TYPE, kind),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-cache"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}
