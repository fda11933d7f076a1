//! A channel's secrets: sealed by the vault for one channel and one purpose, never readable from outside.

use secrecy::{ExposeSecret as _, SecretString};
use shared::ChannelId;

use super::endpoints::EndpointKey;
use super::store::credentials::{self as store, NewCredential, Sealed};
use crate::db::WorkspaceTx;
use crate::error::AppError;
use crate::vault::Vault;

pub use super::store::credentials::Purpose;

/// A secret to keep.
pub(super) struct Keep<'a> {
    pub purpose: Purpose,
    pub secret: &'a [u8],
    /// Whether its end may be shown: not of what is short, or nobody else's business.
    pub show_end: bool,
    pub expires_at: Option<chrono::DateTime<chrono::Utc>>,
}

impl<'a> Keep<'a> {
    /// A text. What somebody typed may show its end, what we made shows nothing.
    pub fn of(purpose: Purpose, secret: &'a SecretString) -> Self {
        let typed = matches!(purpose, Purpose::AccessToken | Purpose::AppSecret);
        Self { show_end: typed, ..Self::hidden(purpose, secret.expose_secret().as_bytes()) }
    }

    /// A secret of which nothing is shown.
    pub fn hidden(purpose: Purpose, secret: &'a [u8]) -> Self {
        Self { purpose, secret, show_end: false, expires_at: None }
    }
}

/// Seals a secret and stores it as the newest of its purpose; the one before counts for another day where both may.
pub(super) async fn keep(
    vault: &Vault,
    tx: &mut WorkspaceTx,
    channel_id: ChannelId,
    kept: Keep<'_>,
) -> Result<(), AppError> {
    let sealed = vault.seal(tx, channel_id.0, kept.purpose.as_str(), kept.secret).await?;
    let last4 = kept.show_end.then(|| end_of(kept.secret)).flatten();
    let new = NewCredential {
        purpose: kept.purpose,
        sealed: &sealed,
        last4: last4.as_deref(),
        expires_at: kept.expires_at,
    };
    Ok(store::replace(tx, channel_id, new).await?)
}

/// Like [`keep`], unless the newest of this purpose is the same.
pub(super) async fn keep_if_new(
    vault: &Vault,
    tx: &mut WorkspaceTx,
    channel_id: ChannelId,
    kept: Keep<'_>,
) -> Result<(), AppError> {
    let usable = store::usable(tx, channel_id).await?;
    if let Some(newest) = usable.iter().find(|one| one.purpose == kept.purpose && !one.retired) {
        let secret = vault.open(tx, channel_id.0, kept.purpose.as_str(), &newest.sealed).await?;
        if secret.expose() == kept.secret {
            return Ok(());
        }
    }
    keep(vault, tx, channel_id, kept).await
}

/// The last four characters, of a text long enough that they tell nothing.
fn end_of(secret: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(secret).ok().filter(|text| text.len() >= 16)?;
    text.get(text.len().checked_sub(4)?..).map(str::to_owned)
}

/// The opened secrets of one channel.
#[derive(Default)]
pub(super) struct Opened {
    pub secrets: channel_core::ChannelSecrets,
    pub endpoint_key: Option<EndpointKey>,
}

/// Opens everything that counts now, newest first.
pub(super) async fn open_all(
    vault: &Vault,
    tx: &mut WorkspaceTx,
    channel_id: ChannelId,
) -> Result<Opened, AppError> {
    let mut opened = Opened::default();
    for Sealed { purpose, sealed, retired } in store::usable(tx, channel_id).await? {
        let secret = vault.open(tx, channel_id.0, purpose.as_str(), &sealed).await?;
        let bytes = secret.expose();
        let text = || std::str::from_utf8(bytes).ok().map(|text| SecretString::from(text.to_owned()));
        match purpose {
            // The one before still proves deliveries that were on their way.
            Purpose::SigningSecret => opened.secrets.signing.push(bytes.to_vec()),
            // Where the provider's application has a secret, that is what signs.
            Purpose::AppSecret => {
                opened.secrets.signing.push(bytes.to_vec());
                if !retired {
                    opened.secrets.app_secret = text();
                }
            }
            _ if retired => {}
            Purpose::AccessToken => opened.secrets.access_token = text(),
            Purpose::VerifyToken => opened.secrets.verify_token = text(),
            Purpose::Pin => opened.secrets.pin = text(),
            Purpose::EndpointKey => opened.endpoint_key = bytes.try_into().ok().map(EndpointKey),
            Purpose::IdentitySecret => {}
        }
    }
    Ok(opened)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_end_of_a_long_text_is_shown() {
        assert_eq!(end_of(b"1234567890:AAF-abcdefghijklmnop").as_deref(), Some("mnop"));
        assert_eq!(end_of(b"123456"), None);
        assert_eq!(end_of(&[0xff; 32]), None);
        assert_eq!(end_of("ééééééééé".as_bytes()).as_deref(), Some("éé"));
    }
}
