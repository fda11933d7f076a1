//! Addresses that providers call, one per channel: `/webhooks/telegram/<key>`.
//!
//! The key says whose it is, so that nobody has to look across workspaces, and ends in a part that nobody can
//! guess: only its hash is kept where it can be read.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::TryRng as _;
use rand::rngs::SysRng;
use secrecy::SecretString;
use sha2::{Digest as _, Sha256};
use shared::{ChannelId, ChannelKind, WorkspaceId};
use uuid::Uuid;

use crate::error::AppError;

/// The path of the installation's own application at Meta: whose a delivery is, it says itself.
pub const META_APP: &str = "/webhooks/meta/app";
/// Before the provider's name.
const FOLDER: &str = "/webhooks";
const BYTES: usize = 48;

/// The part of an address that nobody can guess.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct EndpointKey(pub [u8; 16]);

/// Whose an address is, if its key is right.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Endpoint {
    /// Whose.
    pub workspace_id: WorkspaceId,
    /// Which channel.
    pub channel_id: ChannelId,
    /// To be compared, as a hash, with the channel's.
    pub key: EndpointKey,
}

impl EndpointKey {
    /// A fresh one.
    ///
    /// # Errors
    /// When the machine has no randomness.
    pub fn generate() -> Result<Self, AppError> {
        Ok(Self(random_bytes()?))
    }

    /// What is kept to recognise it by.
    #[must_use]
    pub fn sha256(&self) -> [u8; 32] {
        Sha256::digest(self.0).into()
    }
}

/// Fresh random bytes.
pub(super) fn random_bytes<const COUNT: usize>() -> Result<[u8; COUNT], AppError> {
    let mut bytes = [0; COUNT];
    SysRng
        .try_fill_bytes(&mut bytes)
        .map_err(|error| AppError::Internal(anyhow::anyhow!("no randomness: {error}")))?;
    Ok(bytes)
}

/// A fresh text that nobody can guess, of letters, digits, `_` and `-`.
pub(super) fn random_text() -> Result<SecretString, AppError> {
    Ok(SecretString::from(URL_SAFE_NO_PAD.encode(random_bytes::<32>()?)))
}

/// The path of a channel's own endpoint.
#[must_use]
pub fn address_of(kind: ChannelKind, endpoint: Endpoint) -> String {
    let mut bytes = Vec::with_capacity(BYTES);
    bytes.extend_from_slice(endpoint.workspace_id.0.as_bytes());
    bytes.extend_from_slice(endpoint.channel_id.0.as_bytes());
    bytes.extend_from_slice(&endpoint.key.0);
    format!("{FOLDER}/{}/{}", kind.as_str(), URL_SAFE_NO_PAD.encode(bytes))
}

/// Reads the last part of such a path; `None` for anything that is none.
#[must_use]
pub fn parse(last_part: &str) -> Option<Endpoint> {
    let bytes: [u8; BYTES] = URL_SAFE_NO_PAD.decode(last_part).ok()?.try_into().ok()?;
    let (workspace_id, rest) = bytes.split_first_chunk::<16>()?;
    let (channel_id, rest) = rest.split_first_chunk::<16>()?;
    Some(Endpoint {
        workspace_id: WorkspaceId(Uuid::from_bytes(*workspace_id)),
        channel_id: ChannelId(Uuid::from_bytes(*channel_id)),
        key: EndpointKey(rest.try_into().ok()?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_address_leads_back_to_its_channel() {
        let key = EndpointKey::generate().unwrap();
        let endpoint = Endpoint { workspace_id: WorkspaceId::new(), channel_id: ChannelId::new(), key };
        let path = address_of(ChannelKind::Telegram, endpoint);
        let last = path.strip_prefix("/webhooks/telegram/").unwrap();
        assert_eq!(last.len(), 64);
        assert!(parse(last).unwrap() == endpoint);
        assert!(parse(&last[1..]).is_none());
        assert!(parse(&format!("{last}AAAA")).is_none());
    }

    proptest! {
        #[test]
        fn anything_else_is_no_endpoint(text in "\\PC{0,80}") {
            if let Some(endpoint) = parse(&text) {
                let again = address_of(ChannelKind::Telegram, endpoint);
                prop_assert!(again.ends_with(&text));
            }
        }
    }
}
