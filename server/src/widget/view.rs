//! A message as a visitor's browser gets it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{Duration, Utc};
use serde_json::{Value, json};
use shared::Direction;

use super::error::Refusal;
use crate::app::App;
use crate::channels::LiveWidget;
use crate::error::AppError;
use crate::messages::FullMessage;

/// How long a file's address works, in hours.
const LINK_HOURS: i64 = 1;

/// The message; `None` for what is not for visitors.
pub(super) fn message(app: &App, widget: &LiveWidget, full: &FullMessage) -> Result<Option<Value>, Refusal> {
    let message = &full.message;
    let (author, client_id) = match message.direction {
        Direction::Inbound => ("contact", message.client_id),
        // The client id of an answer is between its author and us.
        Direction::Outbound => ("agent", None),
        Direction::Note | Direction::Activity => return Ok(None),
    };
    let deleted = message.deleted_at.is_some();
    let mut attachments = Vec::new();
    if !deleted {
        for file in &full.attachments {
            let path = format!("/widget/v1/{}/files/{}", widget.widget_id, file.id);
            let thumbnail =
                file.has_thumbnail.then(|| link(app, &format!("{path}/thumbnail"))).transpose()?;
            attachments.push(json!({
                "id": file.id,
                "kind": file.kind.as_str(),
                "name": file.name,
                "contentType": file.content_type,
                "sizeBytes": file.size_bytes,
                "width": file.width,
                "height": file.height,
                "url": link(app, &path)?,
                "thumbnailUrl": thumbnail,
            }));
        }
    }
    Ok(Some(json!({
        "seq": message.seq,
        "id": message.id,
        "clientMessageId": client_id,
        "author": { "kind": author, "name": full.author_name },
        "text": if deleted { "" } else { message.text.as_str() },
        "attachments": attachments,
        "createdAt": message.created_at,
        "deleted": deleted,
        "edited": message.edited_at.is_some(),
    })))
}

/// An address that is its own permission for a while, since images in a frame cannot send a header.
fn link(app: &App, path: &str) -> Result<String, Refusal> {
    let expires = (Utc::now() + Duration::hours(LINK_HOURS)).timestamp();
    let signature =
        app.vault.sign("file-link", format!("{path}|{expires}").as_bytes()).map_err(AppError::from)?;
    Ok(format!("{path}?e={expires}&s={}", URL_SAFE_NO_PAD.encode(signature)))
}
