//! The sealed form: `0x01 | key id, u32 BE | nonce, 12 | ciphertext | tag, 16`.

use aes_gcm::aead::{Aead, Generate as _, KeyInit as _, Payload};
use aes_gcm::{Aes256Gcm, Nonce};

use crate::{Key, Place, Secret};

const VERSION: u8 = 0x01;
const KEY_ID_BYTES: usize = 4;
const NONCE_BYTES: usize = 12;
const TAG_BYTES: usize = 16;

/// The bytes are no envelope of a version we know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a sealed value of a known version")]
pub struct MalformedEnvelope;

/// Why a sealed value did not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// Not an envelope.
    #[error(transparent)]
    Malformed(#[from] MalformedEnvelope),
    /// Another key, another place, or changed bytes: which of them cannot be told.
    #[error("the sealed value does not open with this key at this place")]
    Refused,
}

/// The secret is longer than AES-GCM can seal (64 GiB).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too long to seal")]
pub struct SealError;

/// A sealed value taken apart, not yet opened.
#[derive(Debug, Clone, Copy)]
pub struct Envelope<'a> {
    /// Which key sealed it.
    pub key_id: u32,
    nonce: [u8; NONCE_BYTES],
    ciphertext: &'a [u8],
}

impl<'a> Envelope<'a> {
    /// Takes sealed bytes apart.
    ///
    /// # Errors
    /// [`MalformedEnvelope`] when they are too short or of an unknown version.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, MalformedEnvelope> {
        let rest = match bytes.split_first() {
            Some((&VERSION, rest)) => rest,
            _ => return Err(MalformedEnvelope),
        };
        let (key_id, rest) = rest.split_first_chunk::<KEY_ID_BYTES>().ok_or(MalformedEnvelope)?;
        let (nonce, ciphertext) = rest.split_first_chunk::<NONCE_BYTES>().ok_or(MalformedEnvelope)?;
        if ciphertext.len() < TAG_BYTES {
            return Err(MalformedEnvelope);
        }
        Ok(Self { key_id: u32::from_be_bytes(*key_id), nonce: *nonce, ciphertext })
    }

    /// Opens it for its place.
    ///
    /// # Errors
    /// [`OpenError::Refused`] for another key, another place or changed bytes.
    pub fn open(&self, key: &Key, place: Place<'_>) -> Result<Secret, OpenError> {
        let nonce: Nonce<_> = self.nonce.into();
        let payload = Payload { msg: self.ciphertext, aad: &place.associated_data(VERSION) };
        Aes256Gcm::new(key.expose().into())
            .decrypt(&nonce, payload)
            .map(Secret::new)
            .map_err(|_| OpenError::Refused)
    }
}

/// Seals `secret` for `place` under a fresh random nonce; `key_id` is written in clear, to find the key again.
///
/// A key must not seal more than 2^32 times: count.
///
/// # Errors
/// [`SealError`] for a secret beyond the cipher's bound.
pub fn seal(key: &Key, key_id: u32, place: Place<'_>, secret: &[u8]) -> Result<Vec<u8>, SealError> {
    let nonce = <[u8; NONCE_BYTES]>::generate();
    let payload = Payload { msg: secret, aad: &place.associated_data(VERSION) };
    let ciphertext =
        Aes256Gcm::new(key.expose().into()).encrypt(&nonce.into(), payload).map_err(|_| SealError)?;
    let mut sealed = Vec::with_capacity(1 + KEY_ID_BYTES + NONCE_BYTES + ciphertext.len());
    sealed.push(VERSION);
    sealed.extend_from_slice(&key_id.to_be_bytes());
    sealed.extend_from_slice(&nonce);
    sealed.extend_from_slice(&ciphertext);
    Ok(sealed)
}

/// Takes apart and opens in one go, when the key is known already.
///
/// # Errors
/// See [`OpenError`].
pub fn open(key: &Key, place: Place<'_>, sealed: &[u8]) -> Result<Secret, OpenError> {
    Envelope::parse(sealed)?.open(key, place)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn place(purpose: &str) -> Place<'_> {
        Place { workspace_id: Uuid::from_u128(1), subject_id: Uuid::from_u128(2), purpose }
    }

    #[test]
    fn the_format_is_as_documented() {
        let sealed = seal(&Key::generate(), 0x0102_0304, place("p"), b"secret").unwrap();
        assert_eq!(sealed[..5], [1, 1, 2, 3, 4]);
        assert_eq!(sealed.len(), 1 + 4 + 12 + 6 + 16);
        assert_eq!(Envelope::parse(&sealed).unwrap().key_id, 0x0102_0304);
    }

    #[test]
    fn the_same_secret_never_looks_the_same_twice() {
        let key = Key::generate();
        assert_ne!(seal(&key, 1, place("p"), b"s").unwrap(), seal(&key, 1, place("p"), b"s").unwrap());
    }

    #[test]
    fn a_value_moved_to_another_place_does_not_open() {
        let key = Key::generate();
        let here = place("token");
        let sealed = seal(&key, 1, here, b"secret").unwrap();
        assert_eq!(open(&key, here, &sealed).unwrap().expose(), b"secret");
        for elsewhere in [
            Place { workspace_id: Uuid::from_u128(3), ..here },
            Place { subject_id: Uuid::from_u128(3), ..here },
            Place { workspace_id: here.subject_id, subject_id: here.workspace_id, ..here },
            Place { purpose: "token2", ..here },
            Place { purpose: "", ..here },
        ] {
            assert_eq!(open(&key, elsewhere, &sealed), Err(OpenError::Refused));
        }
        assert_eq!(open(&Key::generate(), here, &sealed), Err(OpenError::Refused));
    }

    #[test]
    fn nothing_secret_is_printed() {
        let key = Key::from_bytes(&[7; 32]).unwrap();
        assert_eq!(format!("{key:?} {:?}", Secret::new(vec![7])), "Key([redacted]) Secret([redacted])");
    }

    proptest! {
        #[test]
        fn what_was_sealed_opens(secret in proptest::collection::vec(any::<u8>(), 0..300), purpose in ".{0,40}") {
            let key = Key::generate();
            let sealed = seal(&key, 9, place(&purpose), &secret).unwrap();
            let opened = open(&key, place(&purpose), &sealed).unwrap();
            prop_assert_eq!(opened.expose(), secret.as_slice());
        }

        #[test]
        fn one_changed_bit_is_refused(position in 0usize..39, bit in 0u8..8) {
            let key = Key::generate();
            let mut sealed = seal(&key, 9, place("p"), b"secret").unwrap();
            sealed[position] ^= 1 << bit;
            // The key id only says where to look for the key; whoever looks there finds none or a wrong one.
            let found = Envelope::parse(&sealed).is_ok_and(|envelope| envelope.key_id == 9);
            prop_assert!(!found || open(&key, place("p"), &sealed).is_err());
        }

        #[test]
        fn arbitrary_bytes_are_never_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
            prop_assert!(open(&Key::generate(), place("p"), &bytes).is_err());
        }
    }
}
