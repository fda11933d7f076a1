//! Proof that Meta sent a delivery (`protocols/meta-common.md` 3).

use channel_core::{BadSignature, ChannelSecrets};
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::HeaderMap;
use sha2::Sha256;
use subtle::{Choice, ConstantTimeEq as _};

/// Carries the signature. The older header with SHA-1 is never looked at.
pub const SIGNATURE_HEADER: &str = "x-hub-signature-256";

/// The HMAC-SHA256 of `message` under `key`.
#[must_use]
pub fn hmac_sha256(key: &[u8], message: &[u8]) -> [u8; 32] {
    // HMAC takes keys of any length; were that to change, nothing would match.
    Hmac::<Sha256>::new_from_slice(key).map_or([0; 32], |mut mac| {
        mac.update(message);
        mac.finalize().into_bytes().into()
    })
}

/// Checks the signature over the bytes as they came: `sha256=` and 64 hex digits, in exactly one header, made with
/// one of the endpoint's secrets ([`ChannelSecrets::signing`]). Every secret is tried, so that the time taken does
/// not tell which one it was. The same JSON parsed and written again has another digest.
///
/// # Errors
/// [`BadSignature`] when the header is absent, given twice, malformed, or made for other bytes.
pub fn verify(headers: &HeaderMap, body: &[u8], secrets: &ChannelSecrets) -> Result<(), BadSignature> {
    let mut given = headers.get_all(SIGNATURE_HEADER).iter();
    let (Some(signature), None) = (given.next(), given.next()) else { return Err(BadSignature) };
    let digits = signature.as_bytes().strip_prefix(b"sha256=").ok_or(BadSignature)?;
    let mut tag = [0_u8; 32];
    hex::decode_to_slice(digits, &mut tag).map_err(|_| BadSignature)?;
    if one_made_it(&tag, body, &secrets.signing) { Ok(()) } else { Err(BadSignature) }
}

/// One of the secrets makes this tag for these bytes. An empty secret is none: its tag is anybody's to make.
pub(crate) fn one_made_it(tag: &[u8], message: &[u8], secrets: &[Vec<u8>]) -> bool {
    let found = secrets
        .iter()
        .filter(|secret| !secret.is_empty())
        .fold(Choice::from(0), |found, secret| found | hmac_sha256(secret, message).as_slice().ct_eq(tag));
    found.into()
}

#[cfg(test)]
mod tests;
