//! Ending a session: the visitor signs out of the customer's site, or has the chat forget them.

use std::sync::Arc;

use axum::Extension;
use axum::body::Bytes;
use axum::extract::State;
use http::{HeaderMap, StatusCode};
use serde::Deserialize;

use super::error::Refusal;
use super::session::{self, Purpose, SessionKey};
use super::session_store as store;
use crate::app::App;
use crate::channels::LiveWidget;

/// What the browser gives back beside its session's token.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Returned {
    visitor_token: Option<String>,
}

/// `POST /sessions/end`: the session of the `Authorization` header is over, and so is the token to come back
/// with, when it is given. Whoever holds a token may end it, so a token that is over already is no error.
pub(super) async fn end(
    State(app): State<Arc<App>>,
    Extension(widget): Extension<Arc<LiveWidget>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<StatusCode, Refusal> {
    let returned: Returned = match body.is_empty() {
        true => Returned::default(),
        false => serde_json::from_slice(&body).map_err(|_| Refusal::MALFORMED)?,
    };
    let session = session::bearer(&headers).and_then(|token| session::hash(Purpose::Session, token));
    let visitor = returned.visitor_token.and_then(|token| session::hash(Purpose::Visitor, &token));
    let ended: Vec<_> = session.into_iter().chain(visitor).collect();
    if ended.is_empty() {
        return Err(Refusal::NO_SESSION);
    }
    let key = session.map(|hash| SessionKey::of(&widget, hash));
    let mut tx = app.db.workspace(widget.workspace_id).await?;
    store::end(&mut tx, widget.channel_id, &ended).await?;
    if let Some(key) = key {
        store::tell_ended(&mut tx, key).await?;
    }
    tx.commit().await?;
    if let Some(key) = key {
        app.visitors.ended(key).await;
    }
    Ok(StatusCode::NO_CONTENT)
}
