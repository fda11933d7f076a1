//! Visitors' files: sent before the message that carries them, opened by addresses that are their own permission.

use std::sync::Arc;

use axum::extract::multipart::MultipartRejection;
use axum::extract::{Multipart, OriginalUri, Path, Query, State};
use axum::response::Response;
use axum::{Extension, Json};
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde_json::Value;
use shared::{AttachmentId, Capabilities};

use super::error::Refusal;
use super::session::SignedOn;
use super::{guard, view};
use crate::app::App;
use crate::media::{self, UploadError, Uploader, Variant};
use crate::viewer::RequestContext;

/// What a form adds around its file.
const FORM_BYTES: usize = 64 * 1024;

/// Most bytes of an upload's request.
pub(super) fn request_bytes_max() -> usize {
    let file = usize::try_from(Capabilities::WEB_CHAT.file_bytes_max).unwrap_or(usize::MAX);
    file.saturating_add(FORM_BYTES)
}

/// `POST /uploads`
pub(super) async fn upload(
    State(app): State<Arc<App>>,
    on: SignedOn,
    request: Option<Extension<RequestContext>>,
    form: Result<Multipart, MultipartRejection>,
) -> Result<(StatusCode, Json<Value>), Refusal> {
    if !on.widget.settings.attachments_enabled {
        return Err(Refusal::NO_FILES);
    }
    app.visitors.allowances.of(on.widget.channel_id, &on.visitor.platform_id).upload()?;
    let mut form = form.map_err(|_| Refusal::MALFORMED)?;
    let field = form.next_field().await.map_err(|_| Refusal::MALFORMED)?;
    let field = field.filter(|field| field.name() == Some("file")).ok_or(Refusal::MALFORMED)?;
    let name = field.file_name().unwrap_or_default().to_owned();
    let uploader = Uploader::Visitor {
        channel_id: on.widget.channel_id,
        platform_id: on.visitor.platform_id.clone(),
        contact_id: None,
        request: request.map(|Extension(request)| request).unwrap_or_default(),
    };
    let bytes_max = Capabilities::WEB_CHAT.file_bytes_max;
    let stored =
        media::store_upload(&app, on.widget.workspace_id, &uploader, &name, bytes_max, field).await?;
    let file = view::File {
        id: stored.id,
        kind: stored.kind,
        name: &stored.name,
        content_type: &stored.content_type,
        size_bytes: stored.size_bytes,
        width: stored.width,
        height: stored.height,
        has_thumbnail: stored.has_thumbnail,
    };
    Ok((StatusCode::CREATED, Json(view::file(&app, &on.widget, &file)?)))
}

/// The signature of an address.
#[derive(Deserialize)]
pub(super) struct Signed {
    e: i64,
    s: String,
}

/// `GET /files/{id}`
pub(super) async fn original(
    state: State<Arc<App>>,
    place: Path<(String, String)>,
    signed: Query<Signed>,
    address: OriginalUri,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    open(state, place, signed, address, headers, Variant::Original).await
}

/// `GET /files/{id}/thumbnail`
pub(super) async fn thumbnail(
    state: State<Arc<App>>,
    place: Path<(String, String)>,
    signed: Query<Signed>,
    address: OriginalUri,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    open(state, place, signed, address, headers, Variant::Thumbnail).await
}

async fn open(
    State(app): State<Arc<App>>,
    Path((widget_id, id)): Path<(String, String)>,
    Query(signed): Query<Signed>,
    OriginalUri(address): OriginalUri,
    headers: HeaderMap,
    variant: Variant,
) -> Result<Response, Refusal> {
    if !media::is_signed(&app, address.path(), signed.e, &signed.s)? {
        return Err(Refusal::NOT_FOUND);
    }
    let widget = guard::find(&app, &widget_id).await?;
    let id: AttachmentId = id.parse().map_err(|_| Refusal::NOT_FOUND)?;
    let file = media::find(&app.db, widget.workspace_id, id).await?.ok_or(Refusal::NOT_FOUND)?;
    media::serve(&app, widget.workspace_id, &file, variant, &headers).await.map_err(|error| match error {
        crate::error::AppError::NotFound(_) => Refusal::NOT_FOUND,
        other => other.into(),
    })
}

impl From<UploadError> for Refusal {
    fn from(error: UploadError) -> Self {
        match error {
            UploadError::TooLarge { .. } => Self::TOO_LARGE,
            UploadError::Empty => Self::EMPTY_FILE,
            UploadError::QuotaExceeded => Self::NO_ROOM,
            UploadError::Interrupted => Self::INTERRUPTED,
            UploadError::NoVoiceNote(_) => Self::MALFORMED, // visitors send none
            UploadError::App(error) => error.into(),
        }
    }
}
