//! SQL of credentials.

use chrono::{DateTime, Utc};
use shared::ChannelId;
use sqlx::FromRow;

use crate::db::WorkspaceTx;

/// What a credential is for. Its number is stored, its name is part of what is sealed: neither ever changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(i16)]
pub enum Purpose {
    /// A business vouches for its visitors with it.
    IdentitySecret = 1,
    /// Calls to the provider are made with it.
    AccessToken = 2,
    /// Deliveries are proven with it.
    SigningSecret = 3,
    /// The provider's application proves itself with it.
    AppSecret = 4,
    /// The provider says it when it asks whether an endpoint is ours.
    VerifyToken = 5,
    /// A number is registered with it.
    Pin = 6,
    /// The part of the endpoint's address that nobody can guess.
    EndpointKey = 7,
}

impl Purpose {
    /// The purpose with this number.
    #[must_use]
    pub const fn from_code(code: i16) -> Option<Self> {
        Some(match code {
            1 => Self::IdentitySecret,
            2 => Self::AccessToken,
            3 => Self::SigningSecret,
            4 => Self::AppSecret,
            5 => Self::VerifyToken,
            6 => Self::Pin,
            7 => Self::EndpointKey,
            _ => return None,
        })
    }

    /// The name in what is sealed.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::IdentitySecret => "identity_secret",
            Self::AccessToken => "access_token",
            Self::SigningSecret => "signing_secret",
            Self::AppSecret => "app_secret",
            Self::VerifyToken => "verify_token",
            Self::Pin => "pin",
            Self::EndpointKey => "endpoint_key",
        }
    }
}

/// A sealed credential that counts.
pub struct Sealed {
    /// What for.
    pub purpose: Purpose,
    /// The envelope.
    pub sealed: Vec<u8>,
    /// A newer one of the same purpose is there.
    pub retired: bool,
}

/// Every credential that counts now, the newest of each purpose first: current ones, and those replaced less than a
/// day ago.
pub async fn usable(tx: &mut WorkspaceTx, channel_id: ChannelId) -> sqlx::Result<Vec<Sealed>> {
    let workspace_id = tx.workspace_id();
    let rows: Vec<(i16, Vec<u8>, bool)> = sqlx::query_as(
        "select purpose, sealed, retired_at is not null from credentials
         where workspace_id = $1 and channel_id = $2
           and (retired_at is null or retired_at > now() - interval '24 hours')
         order by purpose, version desc",
    )
    .bind(workspace_id)
    .bind(channel_id)
    .fetch_all(tx.conn())
    .await?;
    let known =
        |(code, sealed, retired)| Some(Sealed { purpose: Purpose::from_code(code)?, sealed, retired });
    Ok(rows.into_iter().filter_map(known).collect())
}

/// A sealed credential to store.
pub struct NewCredential<'a> {
    /// What for.
    pub purpose: Purpose,
    /// The envelope.
    pub sealed: &'a [u8],
    /// Its end, where it may be shown.
    pub last4: Option<&'a str>,
    /// Until when it works.
    pub expires_at: Option<DateTime<Utc>>,
}

/// Stores a credential and retires the one before.
pub async fn replace(
    tx: &mut WorkspaceTx,
    channel_id: ChannelId,
    new: NewCredential<'_>,
) -> sqlx::Result<()> {
    let workspace_id = tx.workspace_id();
    sqlx::query(
        "with retired as (
             update credentials set retired_at = now()
             where workspace_id = $1 and channel_id = $2 and purpose = $3 and retired_at is null)
         insert into credentials (workspace_id, channel_id, purpose, version, sealed, last4, expires_at)
         select $1, $2, $3, coalesce(max(version), 0) + 1, $4, $5, $6
         from credentials where workspace_id = $1 and channel_id = $2 and purpose = $3",
    )
    .bind(workspace_id)
    .bind(channel_id)
    .bind(new.purpose as i16)
    .bind(new.sealed)
    .bind(new.last4)
    .bind(new.expires_at)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Destroys everything that speaks for the account at its provider.
pub async fn destroy(tx: &mut WorkspaceTx, channel_id: ChannelId) -> sqlx::Result<()> {
    let workspace_id = tx.workspace_id();
    sqlx::query("delete from credentials where workspace_id = $1 and channel_id = $2 and purpose <> $3")
        .bind(workspace_id)
        .bind(channel_id)
        .bind(Purpose::IdentitySecret as i16)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Deletes what was replaced, and counts no longer.
pub async fn forget_retired(tx: &mut WorkspaceTx) -> sqlx::Result<()> {
    let workspace_id = tx.workspace_id();
    sqlx::query(
        "delete from credentials where workspace_id = $1 and retired_at < now() - interval '24 hours'",
    )
    .bind(workspace_id)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// What is shown of a credential.
#[derive(Debug, Clone, FromRow)]
pub struct CredentialRow {
    /// Whose.
    pub channel_id: ChannelId,
    /// [`Purpose`] by its number.
    pub purpose: i16,
    /// Its end.
    pub last4: Option<String>,
    /// When it was stored.
    pub created_at: DateTime<Utc>,
    /// Until when it works.
    pub expires_at: Option<DateTime<Utc>>,
}

/// What is shown of the credentials in force.
pub async fn in_force(tx: &mut WorkspaceTx, ids: &[ChannelId]) -> sqlx::Result<Vec<CredentialRow>> {
    let workspace_id = tx.workspace_id();
    sqlx::query_as(
        "select channel_id, purpose, last4, created_at, expires_at from credentials
         where workspace_id = $1 and channel_id = any($2) and retired_at is null
         order by channel_id, purpose",
    )
    .bind(workspace_id)
    .bind(ids.iter().map(|id| id.0).collect::<Vec<_>>())
    .fetch_all(tx.conn())
    .await
}
