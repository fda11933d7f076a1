//! The first run: whoever can read the console makes the first owner.

use crate::app::App;
use crate::error::AppError;

use sqlx::PgConnection;

use super::tokens::{new_token, token_hash};

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

/// Whether this is the secret on the console. Spends nothing.
///
/// # Errors
/// When the database could not be asked.
pub async fn token_is_valid(app: &App, token: &str) -> sqlx::Result<bool> {
    let Some(hash) = token_hash(token) else { return Ok(false) };
    let mut tx = app.db.installation().await?;
    sqlx::query_scalar(
        "select exists (select 1 from installation where setup_token_hash = $1 and set_up_at is null)",
    )
    .bind(hash.as_slice())
    .fetch_one(&mut *tx)
    .await
}

/// Spends the secret: true for exactly one of all who try, ever.
///
/// # Errors
/// When the database could not be asked.
pub async fn spend_token(conn: &mut PgConnection, token: &str) -> sqlx::Result<bool> {
    let Some(hash) = token_hash(token) else { return Ok(false) };
    let spent = sqlx::query(
        "update installation set set_up_at = now(), setup_token_hash = null
         where setup_token_hash = $1 and set_up_at is null",
    )
    .bind(hash.as_slice())
    .execute(conn)
    .await?;
    Ok(spent.rows_affected() == 1)
}
