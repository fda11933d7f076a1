//! Keeps strange web pages away: the simulator believes every caller, so a browser must not call it for others.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, Method, StatusCode, header};

use super::answer::Refusal;
use crate::sim::Sim;

/// Refuses requests that come from other origins' pages, by another name than the simulator's own (a rebound
/// name), or as a form.
pub async fn guard(State(sim): State<Arc<Sim>>, request: Request, next: Next) -> Response {
    let refuse = |why: &str| Refusal(StatusCode::FORBIDDEN, why.to_owned()).into_response();
    let headers = request.headers();
    let host = text(headers, header::HOST).unwrap_or_default();
    if !is_own_name(&sim, host) {
        return refuse("this name is not the simulator's: start it with --url");
    }
    if let Some(origin) = text(headers, header::ORIGIN)
        && origin.split_once("://").map(|(_, authority)| authority) != Some(host)
    {
        return refuse("another site's page may not steer the simulator");
    }
    let cross = text(headers, header::HeaderName::from_static("sec-fetch-site")) == Some("cross-site");
    if cross && request.method() != Method::GET {
        return refuse("another site's page may not steer the simulator");
    }
    next.run(request).await
}

fn text(headers: &HeaderMap, name: header::HeaderName) -> Option<&str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// An address, `localhost`, or the name it was started with.
fn is_own_name(sim: &Sim, host: &str) -> bool {
    let Ok(url) = url::Url::parse(&format!("http://{host}/")) else { return false };
    let own = url::Url::parse(&sim.url).ok().and_then(|url| url.host_str().map(str::to_owned));
    match url.host() {
        Some(url::Host::Domain(name)) => {
            name == "localhost" || name.ends_with(".localhost") || own.as_deref() == Some(name)
        }
        Some(_) => true,
        None => false,
    }
}
