//! Reading a thread back: after a reconnect, and upwards into its history.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State};
use serde::Deserialize;
use serde_json::{Value, json};

use super::error::Refusal;
use super::session::SignedOn;
use super::thread_store::{self, Range};
use super::view;
use crate::app::App;

const PAGE_MAX: i64 = 100;
const PAGE: i64 = 50;

/// Which page.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Asked {
    after_seq: Option<i64>,
    before_seq: Option<i64>,
    limit: Option<i64>,
}

/// `GET /messages`
pub(super) async fn messages(
    State(app): State<Arc<App>>,
    on: SignedOn,
    Query(asked): Query<Asked>,
) -> Result<Json<Value>, Refusal> {
    app.visitors.allowances.of(on.widget.channel_id, &on.visitor.platform_id).small()?;
    let range = match (asked.after_seq, asked.before_seq) {
        (Some(after), _) => Range::After(after),
        (None, Some(before)) => Range::Before(before),
        (None, None) => Range::Before(i64::MAX),
    };
    let limit = asked.limit.unwrap_or(PAGE).clamp(1, PAGE_MAX);

    let mut tx = app.db.read(on.widget.workspace_id).await?;
    let Some(thread) = thread_store::find(&mut tx, &on.widget, &on.visitor.platform_id).await? else {
        return Ok(Json(json!({
            "messages": [], "lastSeq": 0, "agentReadSeq": 0, "contactReadSeq": 0, "more": false,
        })));
    };
    let (found, more) = thread_store::messages(&mut tx, thread.id, range, limit).await?;
    let agent_read_seq = thread_store::agent_read_seq(&mut tx, &thread).await?;
    drop(tx);

    let mut messages = Vec::with_capacity(found.len());
    for message in &found {
        messages.extend(view::message(&app, &on.widget, message)?);
    }
    // The cursor to go on from: the end of this page while there is more, else the end of the thread.
    let last_seq = match range {
        Range::After(_) if more => found.last().map_or(thread.last_seq, |message| message.message.seq),
        _ => thread.last_seq,
    };
    Ok(Json(json!({
        "messages": messages,
        "lastSeq": last_seq,
        "agentReadSeq": agent_read_seq,
        "contactReadSeq": thread.contact_read_seq,
        "more": more,
    })))
}
