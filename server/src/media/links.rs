//! Links that are their own permission, for a while: images in a widget's frame cannot send a header.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};

use crate::app::App;
use crate::error::AppError;

const PURPOSE: &str = "file-link";

/// `path?e=<unix seconds>&s=<signature>`: opens `path`, and no other, until `expires`.
///
/// # Errors
/// When the key file cannot be read.
pub fn sign(app: &App, path: &str, expires: DateTime<Utc>) -> Result<String, AppError> {
    let expires = expires.timestamp();
    let signature = app.vault.sign(PURPOSE, message(path, expires).as_bytes())?;
    Ok(format!("{path}?e={expires}&s={}", URL_SAFE_NO_PAD.encode(signature)))
}

/// Whether `e` and `s` are what [`sign`] put on `path`, and the time is not over.
///
/// # Errors
/// When the key file cannot be read.
pub fn is_signed(app: &App, path: &str, e: i64, s: &str) -> Result<bool, AppError> {
    if e < Utc::now().timestamp() {
        return Ok(false);
    }
    let Ok(signature) = URL_SAFE_NO_PAD.decode(s) else { return Ok(false) };
    Ok(app.vault.is_signed(PURPOSE, message(path, e).as_bytes(), &signature)?)
}

fn message(path: &str, expires: i64) -> String {
    format!("{path}|{expires}")
}
