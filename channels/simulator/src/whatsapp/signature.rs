//! Meta's signature on webhooks.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// Carries the signature.
pub const SIGNATURE_HEADER: &str = "X-Hub-Signature-256";

/// `sha256=` and the lower-case hex of HMAC-SHA256 over the body's bytes, keyed with the app secret.
#[must_use]
pub fn sign(app_secret: &[u8], body: &[u8]) -> String {
    format!("sha256={}", digest(app_secret, body))
}

/// The hex alone; also the form of `appsecret_proof` (key: the secret, message: the token).
#[must_use]
pub fn digest(key: &[u8], message: &[u8]) -> String {
    match Hmac::<Sha256>::new_from_slice(key) {
        Ok(mut mac) => {
            mac.update(message);
            hex::encode(mac.finalize().into_bytes())
        }
        Err(_) => String::new(), // HMAC takes keys of any length
    }
}

#[cfg(test)]
mod tests {
    use super::sign;

    #[test]
    fn a_known_body_has_the_known_signature() {
        // RFC 4231, test case 2.
        assert_eq!(
            sign(b"Jefe", b"what do ya want for nothing?"),
            "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
    }
}
