//! Files that the platform has already: they need no second upload.

use std::collections::HashMap;

use channel_core::{Act, HeaderValue, MediaFile, MediaRef, TemplateMessage};
use shared::{AttachmentId, ChannelId, WorkspaceId};
use uuid::Uuid;

use crate::app::App;

/// The act with what this account of the platform has of its files.
pub(super) async fn fill_in(
    app: &App,
    workspace_id: WorkspaceId,
    channel_id: ChannelId,
    act: &Act,
) -> sqlx::Result<Act> {
    let mut act = act.clone();
    let mut files = Vec::new();
    files_of(&mut act, &mut files);
    files.retain(|file| file.known_as.is_none());
    if files.is_empty() {
        return Ok(act);
    }
    let ids: Vec<Uuid> = files.iter().map(|file| file.attachment_id.0).collect();
    let mut tx = app.db.read(workspace_id).await?;
    // The shortest life of such a reference is a month.
    let known: Vec<(AttachmentId, String)> = sqlx::query_as(
        "select attachment_id, reference from sent_media
         where workspace_id = $1 and channel_id = $2 and attachment_id = any($3) and sent_at > now() - interval '25 days'",
    )
    .bind(workspace_id)
    .bind(channel_id)
    .bind(ids)
    .fetch_all(tx.conn())
    .await?;
    let mut known: HashMap<AttachmentId, String> = known.into_iter().collect();
    for file in files {
        file.known_as = known.remove(&file.attachment_id).map(MediaRef);
    }
    Ok(act)
}

fn files_of<'a>(act: &'a mut Act, files: &mut Vec<&'a mut MediaFile>) {
    match act {
        Act::Media { part, .. } => files.push(&mut part.file),
        Act::Album { parts } => files.extend(parts.iter_mut().map(|part| &mut part.file)),
        Act::Template(template) => files_of_template(template, files),
        _ => {}
    }
}

fn files_of_template<'a>(template: &'a mut TemplateMessage, files: &mut Vec<&'a mut MediaFile>) {
    if let Some(HeaderValue::Media(file)) = &mut template.header {
        files.push(file);
    }
    for card in &mut template.cards {
        files_of_template(card, files);
    }
}
