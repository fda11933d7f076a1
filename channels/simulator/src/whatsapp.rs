//! WhatsApp's Cloud API and the parts of Meta's Graph API that it needs: `/v<NN.N>/…`.

use std::sync::Arc;

use axum::extract::Request;
use axum::response::Response;

mod escaped;
mod model;
mod signature;

pub use escaped::write_escaped;
pub use model::{NewNumber, Platform, create_number, describe_all, webhook_target};
pub use signature::{SIGNATURE_HEADER, sign};

use crate::phones::{Act, ActError, Acted};
use crate::sim::Sim;

/// Answers Graph calls; `None` for paths that are not Graph's.
pub async fn api(_sim: Arc<Sim>, _path: &str, _request: Request) -> Option<Response> {
    None
}

/// What a person does on WhatsApp.
pub fn perform(_sim: &Arc<Sim>, _phone: &str, _account: &str, _act: Act) -> Result<Acted, ActError> {
    Err(ActError::NotFound("account"))
}

/// A phone came online.
pub fn came_online(_sim: &Arc<Sim>, _phone: &str) {}
