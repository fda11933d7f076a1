//! A message as a visitor's browser gets it.

use chrono::{Duration, Utc};
use serde_json::{Value, json};
use shared::Direction;

use super::error::Refusal;
use crate::app::App;
use crate::channels::LiveWidget;
use crate::media;
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
            let thumbnail = file.has_thumbnail.then(|| link(app, &format!("{path}/thumbnail"))).transpose()?;
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

/// An address that is its own permission, since images in a frame cannot send a header.
pub(super) fn link(app: &App, path: &str) -> Result<String, Refusal> {
    Ok(media::sign(app, path, Utc::now() + Duration::hours(LINK_HOURS))?)
}
