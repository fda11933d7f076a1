//! Members' routes: `POST /files`, `GET /files/{id}`, `GET /files/{id}/thumbnail`.

use std::sync::Arc;

use axum::extract::multipart::MultipartRejection;
use axum::extract::{DefaultBodyLimit, Multipart, Path, Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Json, Router};
use http::{HeaderMap, StatusCode, header};
use serde::Deserialize;
use serde_json::{Value, json};
use shared::{AttachmentId, AttachmentState, AuditAction, TargetKind};

use super::{
    Attachment, FILE_BYTES_MAX, StoredFile, UploadError, Uploader, Variant, find, make_voice_note, serve,
    store_upload,
};
use crate::app::App;
use crate::audit::Entry;
use crate::error::AppError;
use crate::viewer::Viewer;

/// What a form adds around its file.
const FORM_BYTES: usize = 64 * 1024;

/// The routes; they want `Extension<Option<Viewer>>` and protection against forged requests around them.
pub fn routes() -> Router<Arc<App>> {
    let limit = usize::try_from(FILE_BYTES_MAX).unwrap_or(usize::MAX).saturating_add(FORM_BYTES);
    Router::new()
        .route("/files", post(upload).layer(DefaultBodyLimit::max(limit)))
        .route("/files/{id}", get(original))
        .route("/files/{id}/thumbnail", get(thumbnail))
}

/// What the file is to be: `?as=voice` makes it a voice note, or refuses.
#[derive(Debug, Default, Deserialize)]
struct Purpose {
    #[serde(rename = "as")]
    kind: Option<String>,
}

async fn upload(
    State(app): State<Arc<App>>,
    Extension(viewer): Extension<Option<Viewer>>,
    Query(purpose): Query<Purpose>,
    form: Result<Multipart, MultipartRejection>,
) -> Result<(StatusCode, Json<Value>), UploadError> {
    let viewer = viewer.ok_or(AppError::Unauthenticated)?;
    let mut form = form.map_err(|_| AppError::invalid("body", "must be multipart/form-data"))?;
    let field = form.next_field().await.map_err(|_| UploadError::Interrupted)?;
    let Some(field) = field.filter(|field| field.name() == Some("file")) else {
        return Err(AppError::invalid("file", "the form must start with one part called \"file\"").into());
    };
    let name = field.file_name().unwrap_or_default().to_owned();
    let workspace_id = viewer.workspace_id;
    let is_voice = match purpose.kind.as_deref() {
        None => false,
        Some("voice") => true,
        Some(_) => return Err(AppError::invalid("as", "can only be \"voice\"").into()),
    };
    let uploader = Uploader::Member(viewer.clone());
    let mut attachment = store_upload(&app, workspace_id, &uploader, &name, FILE_BYTES_MAX, field).await?;
    if is_voice {
        attachment = make_voice_note(&app, &viewer, attachment.id).await?;
    }
    Ok((StatusCode::CREATED, Json(attachment.to_json())))
}

async fn original(
    State(app): State<Arc<App>>,
    Extension(viewer): Extension<Option<Viewer>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, AppError> {
    let (viewer, file) = find_for(&app, viewer, &id).await?;
    if let Some(why_not) = absent(&file) {
        return Ok(why_not);
    }
    // Playing on from the middle is not opening it again.
    let from_the_start = headers
        .get(header::RANGE)
        .and_then(|range| range.to_str().ok())
        .is_none_or(|range| range.starts_with("bytes=0-"));
    let response = serve(&app, viewer.workspace_id, &file, Variant::Original, &headers).await?;
    if from_the_start && response.status().is_success() {
        let mut tx = app.db.workspace(viewer.workspace_id).await?;
        let entry = Entry::new(viewer.actor(), AuditAction::AttachmentOpened);
        tx.audit(entry.on(TargetKind::Attachment, file.attachment.id.0));
        tx.commit().await?;
    }
    Ok(response)
}

async fn thumbnail(
    State(app): State<Arc<App>>,
    Extension(viewer): Extension<Option<Viewer>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, AppError> {
    let (viewer, file) = find_for(&app, viewer, &id).await?;
    if let Some(why_not) = absent(&file) {
        return Ok(why_not);
    }
    serve(&app, viewer.workspace_id, &file, Variant::Thumbnail, &headers).await
}

/// The answer for a file whose bytes are not here, with the reason.
fn absent(file: &StoredFile) -> Option<Response> {
    let (code, words) = match file.state {
        AttachmentState::Ready => return None,
        AttachmentState::Fetching => ("ON_ITS_WAY", "the file is still on its way from the platform"),
        AttachmentState::Gone => {
            ("GONE", file.failure.as_deref().unwrap_or("the file cannot be had any more"))
        }
    };
    Some((StatusCode::NOT_FOUND, Json(json!({ "code": code, "message": words }))).into_response())
}

/// The viewer, and the file if it is one of the viewer's workspace. An upload that is not sent yet is its
/// uploader's own.
async fn find_for(app: &App, viewer: Option<Viewer>, id: &str) -> Result<(Viewer, StoredFile), AppError> {
    let viewer = viewer.ok_or(AppError::Unauthenticated)?;
    let missing = AppError::NotFound("file");
    let Ok(id) = id.parse::<AttachmentId>() else { return Err(missing) };
    let file = find(&app.db, viewer.workspace_id, id).await?;
    let is_seen = |file: &StoredFile| file.message_id.is_some() || file.member_id == Some(viewer.member_id);
    match file.filter(is_seen) {
        Some(file) => Ok((viewer, file)),
        None => Err(missing),
    }
}

impl Attachment {
    /// As members' clients get it, in the words of the GraphQL type.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let url = format!("/files/{}", self.id);
        json!({
            "id": self.id,
            "name": self.name,
            "contentType": self.content_type,
            "sizeBytes": self.size_bytes,
            "kind": self.kind,
            "thumbnailUrl": self.has_thumbnail.then(|| format!("{url}/thumbnail")),
            "url": url,
            "width": self.width,
            "height": self.height,
        })
    }
}

impl IntoResponse for UploadError {
    fn into_response(self) -> Response {
        let (status, code) = match self {
            Self::App(error) => return error.into_response(),
            Self::TooLarge { .. } => (StatusCode::PAYLOAD_TOO_LARGE, "TOO_LARGE"),
            Self::Empty => (StatusCode::UNPROCESSABLE_ENTITY, "EMPTY"),
            Self::QuotaExceeded => (StatusCode::UNPROCESSABLE_ENTITY, "QUOTA_EXCEEDED"),
            Self::Interrupted => (StatusCode::BAD_REQUEST, "INTERRUPTED"),
            Self::NoVoiceNote(_) => (StatusCode::UNPROCESSABLE_ENTITY, "NO_VOICE_NOTE"),
        };
        (status, Json(json!({ "code": code, "message": self.to_string() }))).into_response()
    }
}
