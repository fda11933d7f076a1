//! Prometheus metrics: how many requests, how fast. Never labelled by tenant or contact.

use std::time::Instant;

use axum::Router;
use axum::extract::{MatchedPath, Request};
use axum::response::Response;
use axum::routing::get;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

/// Upper bounds of the latency buckets, in seconds.
const LATENCY_BUCKETS: [f64; 11] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0];

/// Installs the recorder; `None` when one is there already (tests).
#[must_use]
pub fn install() -> Option<PrometheusHandle> {
    PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &LATENCY_BUCKETS)
        .ok()?
        .install_recorder()
        .ok()
}

/// `/metrics`, for a listener of its own.
pub fn routes(handle: PrometheusHandle) -> Router {
    Router::new().route(
        "/metrics",
        get(move || {
            let handle = handle.clone();
            async move {
                handle.run_upkeep();
                handle.render()
            }
        }),
    )
}

/// A request on its way, to be counted and timed by route pattern and status class.
pub struct Watch {
    started: Instant,
    route: Option<MatchedPath>,
}

impl Watch {
    /// From now on.
    pub fn start(request: &Request) -> Self {
        Self { started: Instant::now(), route: request.extensions().get::<MatchedPath>().cloned() }
    }

    /// Until now.
    pub fn stop(self, response: &Response) {
        let route = self.route.as_ref().map_or("page", MatchedPath::as_str).to_owned();
        let class = match response.status().as_u16() {
            100..=199 => "1xx",
            200..=299 => "2xx",
            300..=399 => "3xx",
            400..=499 => "4xx",
            _ => "5xx",
        };
        metrics::counter!("switchboard_http_requests_total", "route" => route.clone(), "status" => class)
            .increment(1);
        metrics::histogram!("switchboard_http_request_seconds", "route" => route)
            .record(self.started.elapsed().as_secs_f64());
    }
}
