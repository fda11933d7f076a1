//! The first run: whoever can read the console makes the first owner.

use crate::app::App;
use crate::error::AppError;

use super::tokens::new_token;

/// While there is no owner, makes the one-time secret of `<origin>/setup?token=…`; the one before stops working.
/// `None` once the installation is set up.
///
/// # Errors
/// When the database could not be asked.
pub async fn ensure_setup_token(app: &App) -> Result<Option<String>, AppError> {
    let token = new_token();
    let mut tx = app.db.installation().await?;
    let stored = sqlx::query("update installation set setup_token_hash = $1 where set_up_at is null")
        .bind(token.hash.as_slice())
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    Ok((stored.rows_affected() == 1).then_some(token.text))
}

/// Whether the first owner is still to be made.
///
/// # Errors
/// When the database could not be asked.
pub async fn needs_setup(app: &App) -> Result<bool, AppError> {
    let mut tx = app.db.installation().await?;
    let waiting: Option<bool> =
        sqlx::query_scalar("select set_up_at is null from installation").fetch_optional(&mut *tx).await?;
    Ok(waiting.unwrap_or(false))
}
