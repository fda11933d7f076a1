//! A message as a visitor's browser gets it.

use chrono::{Duration, Utc};
use serde_json::{Value, json};
use shared::{AttachmentId, AttachmentKind, Direction};

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
    for attachment in full.attachments.iter().filter(|_| !deleted) {
        attachments.push(file(
            app,
            widget,
            &File {
                id: attachment.id,
                kind: attachment.kind,
                name: &attachment.name,
                content_type: &attachment.content_type,
                size_bytes: attachment.size_bytes,
                width: attachment.width,
                height: attachment.height,
                has_thumbnail: attachment.has_thumbnail,
            },
        )?);
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

/// A file, wherever it comes from.
pub(super) struct File<'a> {
    pub id: AttachmentId,
    pub kind: AttachmentKind,
    pub name: &'a str,
    pub content_type: &'a str,
    pub size_bytes: i64,
    pub width: Option<i32>,
    pub height: Option<i32>,
    pub has_thumbnail: bool,
}

/// A file as a visitor's browser gets it. Its addresses are their own permission for a while, since images
/// in a frame cannot send a header.
pub(super) fn file(app: &App, widget: &LiveWidget, file: &File<'_>) -> Result<Value, Refusal> {
    let expires = Utc::now() + Duration::hours(LINK_HOURS);
    let path = format!("/widget/v1/{}/files/{}", widget.widget_id, file.id);
    let thumbnail =
        file.has_thumbnail.then(|| media::sign(app, &format!("{path}/thumbnail"), expires)).transpose()?;
    Ok(json!({
        "id": file.id,
        "kind": file.kind.as_str(),
        "name": file.name,
        "contentType": file.content_type,
        "sizeBytes": file.size_bytes,
        "width": file.width,
        "height": file.height,
        "url": media::sign(app, &path, expires)?,
        "thumbnailUrl": thumbnail,
    }))
}
