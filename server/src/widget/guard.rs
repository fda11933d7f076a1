//! Before anything else: is this a widget of ours, and is the page one that may carry it?

use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use channel_webchat::is_allowed;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use uuid::Uuid;

use super::error::Refusal;
use crate::app::App;
use crate::channels::LiveWidget;
use crate::http::origin;

/// Puts the [`LiveWidget`] into the request and answers preflights. An unknown or inactive widget is a
/// 404; a foreign origin, or none where browsers always send one, is a 403.
pub(super) async fn check(
    State(app): State<Arc<App>>,
    Path(widget_id): Path<String>,
    mut request: Request,
    next: Next,
) -> Response {
    let widget = match find(&app, &widget_id).await {
        Ok(widget) => widget,
        Err(refusal) => return refusal.into_response(),
    };
    let origin = request.headers().get(header::ORIGIN).cloned();
    if !may_call(&app, &widget, origin.as_ref(), &request) {
        return Refusal::FOREIGN_ORIGIN.into_response();
    }
    let foreign = origin.filter(|origin| !is_own(&app, origin));
    let preflight = request.method() == Method::OPTIONS;
    let mut response = if preflight {
        StatusCode::NO_CONTENT.into_response()
    } else {
        request.extensions_mut().insert(widget);
        next.run(request).await
    };
    if let Some(origin) = foreign {
        allow(response.headers_mut(), origin, preflight);
    }
    response
}

/// The active widget with this id.
pub(super) async fn find(app: &App, widget_id: &str) -> Result<Arc<LiveWidget>, Refusal> {
    let widget_id = Uuid::try_parse(widget_id).map_err(|_| Refusal::NOT_FOUND)?;
    let found = app.widgets.get(widget_id).await.map_err(|error| {
        tracing::warn!(%error, "a widget could not be looked up");
        Refusal::busy()
    })?;
    found.ok_or(Refusal::NOT_FOUND)
}

fn may_call(app: &App, widget: &LiveWidget, origin: Option<&HeaderValue>, request: &Request) -> bool {
    let Some(origin) = origin else {
        // Browsers leave it out only where they read from the page's own origin; sockets always have one.
        let headers = request.headers();
        let same = headers.get("sec-fetch-site").is_none_or(|site| site == "same-origin");
        return request.method() == Method::GET && same && !headers.contains_key(header::UPGRADE);
    };
    is_own(app, origin) || origin.to_str().is_ok_and(|origin| is_allowed(&widget.origins, origin))
}

/// Our own frame, and our own page to try it on.
fn is_own(app: &App, origin: &HeaderValue) -> bool {
    origin.to_str().is_ok_and(|origin| origin::is_widgets(&app.config, origin))
}

fn allow(headers: &mut HeaderMap, origin: HeaderValue, preflight: bool) {
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.append(header::VARY, HeaderValue::from_static("Origin"));
    if preflight {
        let allowed = [
            (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST"),
            (header::ACCESS_CONTROL_ALLOW_HEADERS, "authorization, content-type"),
            (header::ACCESS_CONTROL_MAX_AGE, "600"),
        ];
        for (name, value) in allowed {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
}
