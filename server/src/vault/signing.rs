//! Short signatures of our own, for links: nobody else can make or check them.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use subtle::ConstantTimeEq as _;
use vault::Key;

use super::{Vault, VaultError};

impl Vault {
    /// Signs `message` for `purpose` with a key derived from the active master key.
    ///
    /// # Errors
    /// When the key file cannot be read.
    pub fn sign(&self, purpose: &str, message: &[u8]) -> Result<[u8; 32], VaultError> {
        self.with_ring(|ring| signature(ring.active().1, purpose, message))
    }

    /// Whether [`sign`](Self::sign) made this signature, under any master key that is still kept.
    ///
    /// # Errors
    /// When the key file cannot be read.
    pub fn is_signed(&self, purpose: &str, message: &[u8], signed: &[u8]) -> Result<bool, VaultError> {
        self.with_ring(|ring| {
            ring.ids()
                .filter_map(|id| ring.get(id))
                .any(|key| signature(key, purpose, message).ct_eq(signed).into())
        })
    }
}

fn signature(master_key: &Key, purpose: &str, message: &[u8]) -> [u8; 32] {
    let derived = hmac_sha256(master_key.expose(), &[b"switchboard-signing-v1|", purpose.as_bytes()]);
    hmac_sha256(&derived, &[message])
}

/// HMAC-SHA256 with a key of 32 bytes, over the parts one after the other.
pub(crate) fn hmac_sha256(key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    // HMAC pads a short key with zeros to its block; done here, there is no length left that could be wrong.
    let mut block = [0; 64];
    for (byte, key_byte) in block.iter_mut().zip(key) {
        *byte = *key_byte;
    }
    let mut mac = Hmac::<Sha256>::new(&block.into());
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}
