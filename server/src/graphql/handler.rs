//! GraphQL over HTTP: one JSON document a request, from our own page or a program, within bounds.
//!
//! The stock extractor is not used: it runs mutations from GET, takes `text/plain`, multipart without
//! limits and unbounded batches, and answers parse errors with our types' names.

use std::sync::Arc;
use std::time::Duration;

use async_graphql::{Request, Response as GraphqlResponse, ServerError, Value, Variables};
use axum::Extension;
use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode, header};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use serde::Deserialize;
use tower_sessions::Session;

use super::{ApiSchema, limits};
use crate::app::App;
use crate::viewer::{RequestContext, Viewer};

/// Most bytes of a request: document and variables.
const BODY_BYTES_MAX: usize = 256 * 1024;
/// How long one operation may take.
const EXECUTION_TIMEOUT: Duration = Duration::from_secs(10);

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Operation {
    query: String,
    #[serde(default)]
    operation_name: Option<String>,
    #[serde(default)]
    variables: Option<serde_json::Map<String, serde_json::Value>>,
}

/// `POST /graphql`.
pub async fn handle(
    State(app): State<Arc<App>>,
    Extension(schema): Extension<ApiSchema>,
    Extension(viewer): Extension<Option<Viewer>>,
    Extension(context): Extension<RequestContext>,
    session: Session,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let operation = match read(&headers, body).await {
        Ok(operation) => operation,
        Err((status, message)) => return refused(status, message),
    };
    let variables = operation.variables.unwrap_or_default();
    let signed_in = viewer.is_some();
    if let Err(message) = limits::check(&operation.query, &variables, signed_in) {
        return refused(StatusCode::BAD_REQUEST, &message);
    }
    if let Some(viewer) = &viewer
        && let Err(retry_after_seconds) =
            app.request_rate.check(viewer.user_id, limits::root_fields(&operation.query))
    {
        return crate::error::AppError::Throttled { retry_after_seconds }.into_response();
    }

    let mut request = Request::new(operation.query)
        .variables(Variables::from_json(serde_json::Value::Object(variables)))
        .data(Arc::clone(&app))
        .data(viewer)
        .data(context.clone())
        .data(session);
    if let Some(name) = operation.operation_name {
        request = request.operation_name(name);
    }
    if !signed_in {
        request = request.disable_introspection();
    }
    // In a task of its own: a client that goes away must not cancel a transaction half-way.
    let running =
        tokio::spawn(async move { tokio::time::timeout(EXECUTION_TIMEOUT, schema.execute(request)).await });
    let answer = match running.await {
        Ok(Ok(answer)) => answer,
        Ok(Err(_)) => failed("TIMEOUT", "the operation took too long"),
        Err(error) => {
            tracing::error!(%error, "operation panicked");
            failed("INTERNAL", "something went wrong on our side")
        }
    };
    answer_with(tidy(answer, signed_in, &context))
}

async fn read(headers: &HeaderMap, body: Body) -> Result<Operation, (StatusCode, &'static str)> {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    let essence = content_type.split(';').next().unwrap_or("").trim();
    if !essence.eq_ignore_ascii_case("application/json") {
        return Err((StatusCode::UNSUPPORTED_MEDIA_TYPE, "send application/json"));
    }
    if headers.contains_key(header::CONTENT_ENCODING) {
        return Err((StatusCode::UNSUPPORTED_MEDIA_TYPE, "send the body without Content-Encoding"));
    }
    let bytes = match Limited::new(body, BODY_BYTES_MAX).collect().await {
        Ok(collected) => collected.to_bytes(),
        Err(error) if error.downcast_ref::<LengthLimitError>().is_some() => {
            return Err((StatusCode::PAYLOAD_TOO_LARGE, "the request is larger than 256 KiB"));
        }
        Err(_) => return Err((StatusCode::BAD_REQUEST, "the body broke off")),
    };
    serde_json::from_slice(&bytes)
        .map_err(|_| (StatusCode::BAD_REQUEST, "send one object with query and variables"))
}

fn refused(status: StatusCode, message: &str) -> Response {
    let body = serde_json::json!({ "errors": [{ "message": message, "extensions": { "code": "INVALID_REQUEST" } }] });
    (status, axum::Json(body)).into_response()
}

fn failed(code: &str, message: &str) -> GraphqlResponse {
    let mut error = ServerError::new(message, None);
    error.extensions.get_or_insert_default().set("code", code);
    GraphqlResponse::from_errors(vec![error])
}

/// Every error gets a code and the request's number. Whoever is not signed in learns nothing of the schema.
pub(super) fn tidy(
    mut answer: GraphqlResponse,
    signed_in: bool,
    context: &RequestContext,
) -> GraphqlResponse {
    for error in &mut answer.errors {
        let extensions = error.extensions.get_or_insert_default();
        if extensions.get("code").is_none() {
            extensions.set("code", "INVALID_QUERY");
            if !signed_in {
                error.message = "the query is not valid".to_owned();
                error.locations.clear();
            }
        }
        if let Some(request_id) = context.request_id {
            extensions.set("requestId", Value::from(request_id.to_string()));
        }
    }
    answer
}

fn answer_with(answer: GraphqlResponse) -> Response {
    match serde_json::to_vec(&answer) {
        Ok(bytes) => ([(header::CONTENT_TYPE, "application/json")], bytes).into_response(),
        Err(error) => crate::error::AppError::Internal(error.into()).into_response(),
    }
}
