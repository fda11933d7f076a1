//! Giving a file out so that no browser runs anything in it.

use axum::body::Body;
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use object_store::{GetOptions, GetRange, ObjectStore as _, ObjectStoreExt as _};
use shared::{AttachmentKind, AttachmentState, WorkspaceId};

use super::StoredFile;
use super::range::{Asked, asked};
use super::upload::{attachment_path, thumbnail_path};
use crate::app::App;
use crate::error::AppError;

/// Which version of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Variant {
    /// As uploaded.
    Original,
    /// The small version of an image.
    Thumbnail,
}

/// The answer with the file's bytes. Whether the asker may have it was decided before.
///
/// # Errors
/// `NOT_FOUND` when there is no such version, or storage lost it.
pub async fn serve(
    app: &App,
    workspace_id: WorkspaceId,
    file: &StoredFile,
    variant: Variant,
    request: &HeaderMap,
) -> Result<Response, AppError> {
    if file.state != AttachmentState::Ready {
        return Err(AppError::NotFound("file"));
    }
    let mut response = match variant {
        Variant::Original => original(app, workspace_id, file, request).await?,
        Variant::Thumbnail => thumbnail(app, workspace_id, file).await?,
    };
    let headers = response.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("sandbox; default-src 'none'"));
    headers.insert(
        HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("same-origin"),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    Ok(response)
}

async fn original(
    app: &App,
    workspace_id: WorkspaceId,
    file: &StoredFile,
    request: &HeaderMap,
) -> Result<Response, AppError> {
    let attachment = &file.attachment;
    let size = u64::try_from(attachment.size_bytes).unwrap_or(0);
    let range_header = request.get(header::RANGE).and_then(|value| value.to_str().ok());
    let (status, part) = match asked(range_header, size) {
        Asked::All => (StatusCode::OK, 0..size),
        Asked::Part(part) => (StatusCode::PARTIAL_CONTENT, part),
        Asked::Impossible => {
            let total = [(header::CONTENT_RANGE, format!("bytes */{size}"))];
            return Ok((StatusCode::RANGE_NOT_SATISFIABLE, total).into_response());
        }
    };
    let options = GetOptions { range: Some(GetRange::Bounded(part.clone())), ..GetOptions::default() };
    let path = attachment_path(workspace_id, &file.storage_key);
    let store = app.media.store().await.map_err(AppError::Internal)?;
    let found = store.get_opts(&path, options).await.map_err(storage_error)?;

    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, header_value(&attachment.content_type));
    headers.insert(header::CONTENT_LENGTH, (part.end.saturating_sub(part.start)).into());
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    let inline = attachment.kind != AttachmentKind::File;
    headers.insert(header::CONTENT_DISPOSITION, header_value(&disposition(inline, &attachment.name)));
    if status == StatusCode::PARTIAL_CONTENT {
        let range = format!("bytes {}-{}/{size}", part.start, part.end.saturating_sub(1));
        headers.insert(header::CONTENT_RANGE, header_value(&range));
    }
    Ok((status, headers, Body::from_stream(found.into_stream())).into_response())
}

async fn thumbnail(app: &App, workspace_id: WorkspaceId, file: &StoredFile) -> Result<Response, AppError> {
    if !file.attachment.has_thumbnail {
        return Err(AppError::NotFound("file"));
    }
    let path = thumbnail_path(workspace_id, &file.storage_key);
    let store = app.media.store().await.map_err(AppError::Internal)?;
    let found = store.get(&path).await.map_err(storage_error)?;
    let bytes = found.bytes().await.map_err(storage_error)?;
    // We made it ourselves: JPEG or PNG.
    let content_type = if bytes.starts_with(b"\x89PNG") { "image/png" } else { "image/jpeg" };
    let headers = [
        (header::CONTENT_TYPE, header_value(content_type)),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static("inline")),
    ];
    Ok((headers, bytes).into_response())
}

/// `attachment; filename*=UTF-8''…`, every byte percent-encoded that RFC 8187 does not allow as it is.
fn disposition(inline: bool, name: &str) -> String {
    let mut value = String::from(if inline { "inline" } else { "attachment" });
    value.push_str("; filename*=UTF-8''");
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte) {
            value.push(char::from(byte));
        } else {
            value.push_str(&format!("%{byte:02X}"));
        }
    }
    value
}

fn header_value(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).unwrap_or_else(|_| HeaderValue::from_static("application/octet-stream"))
}

fn storage_error(error: object_store::Error) -> AppError {
    match error {
        object_store::Error::NotFound { .. } => {
            tracing::error!("a file that is in the database is not in storage");
            AppError::NotFound("file")
        }
        other => AppError::Internal(anyhow::Error::new(other).context("storage of files")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_break_out_of_its_header() {
        assert_eq!(
            disposition(false, "a\"; x=\r\n.txt"),
            "attachment; filename*=UTF-8''a%22%3B%20x%3D%0D%0A.txt"
        );
        assert_eq!(disposition(true, "Café.png"), "inline; filename*=UTF-8''Caf%C3%A9.png");
    }
}
