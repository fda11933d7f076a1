//! From a session to the member who is asking, once per request.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tower_sessions::Session;

use crate::app::App;
use crate::auth;
use crate::viewer::RequestContext;

/// Puts `Option<Viewer>` beside the request.
pub async fn know(
    State(app): State<Arc<App>>,
    Extension(context): Extension<RequestContext>,
    session: Session,
    mut request: Request,
    next: Next,
) -> Response {
    match auth::viewer_of(&app, &session, context).await {
        Ok(viewer) => {
            request.extensions_mut().insert(viewer);
            next.run(request).await
        }
        Err(error) => error.into_response(),
    }
}
