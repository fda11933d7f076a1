//! The listener: each connection can be cut by the request it carries.

use std::convert::Infallible;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use futures::StreamExt as _;
use http::header;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

/// How long answers in flight may take at shutdown.
const GRACE: Duration = Duration::from_secs(3);

/// Closes the connection that brought a request, without an answer.
#[derive(Debug, Clone)]
pub struct Cut(CancellationToken);

impl Cut {
    /// Closes it. The connection's task ends this one, too.
    pub async fn now(self) -> Response {
        self.0.cancel();
        std::future::pending().await
    }
}

/// An answer whose body ends in the middle.
pub fn torn(body: &Value) -> Response {
    let whole = body.to_string();
    let half = Bytes::copy_from_slice(whole.as_bytes().get(..whole.len() / 2).unwrap_or_default());
    let broken = async {
        // The first half must have left before the connection breaks.
        tokio::time::sleep(Duration::from_millis(30)).await;
        Err(std::io::Error::other("torn on request"))
    };
    let parts = futures::stream::once(async { Ok(half) }).chain(futures::stream::once(broken));
    let headers = [
        (header::CONTENT_TYPE, "application/json".to_owned()),
        (header::CONTENT_LENGTH, whole.len().to_string()),
    ];
    (headers, Body::from_stream(parts)).into_response()
}

/// Serves until `stop` is cancelled, then lets answers in flight finish.
pub async fn serve(listener: TcpListener, router: Router, stop: CancellationToken) {
    let graceful = GracefulShutdown::new();
    loop {
        let stream = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => stream,
                Err(error) => {
                    // Out of file handles, most likely: give others time to close theirs.
                    tracing::warn!(%error, "could not accept a connection");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
            },
            () = stop.cancelled() => break,
        };
        let _ = stream.set_nodelay(true); // only latency would suffer
        let cut = CancellationToken::new();
        let router = router.clone();
        let marked = {
            let cut = Cut(cut.clone());
            tower::service_fn(move |mut request: http::Request<hyper::body::Incoming>| {
                request.extensions_mut().insert(cut.clone());
                let router = router.clone();
                async move { Ok::<_, Infallible>(answer(router, request).await) }
            })
        };
        let connection = hyper::server::conn::http1::Builder::new()
            .timer(TokioTimer::new())
            .serve_connection(TokioIo::new(stream), TowerToHyperService::new(marked));
        let connection = graceful.watch(connection);
        tokio::spawn(async move {
            tokio::select! {
                _ = connection => {} // a client that went away is nobody's concern
                () = cut.cancelled() => {}
            }
        });
    }
    tokio::select! {
        () = graceful.shutdown() => {}
        () = tokio::time::sleep(GRACE) => tracing::debug!("left answers behind"),
    }
}

async fn answer(router: Router, request: http::Request<hyper::body::Incoming>) -> Response {
    match router.oneshot(request.map(Body::new)).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}
