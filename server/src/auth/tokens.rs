//! Secrets in links: 256 random bits, of which only the hash is kept.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::Rng as _;
use sha2::{Digest as _, Sha256};
use shared::WorkspaceId;
use uuid::Uuid;

const SECRET_BYTES: usize = 32;
const WORKSPACE_BYTES: usize = 16;

/// A secret that was just made.
pub struct NewToken {
    /// What goes into the link.
    pub text: String,
    /// What is kept.
    pub hash: [u8; 32],
}

fn random_secret() -> [u8; SECRET_BYTES] {
    let mut secret = [0; SECRET_BYTES];
    rand::rng().fill_bytes(&mut secret); // a CSPRNG, seeded by the operating system
    secret
}

/// A fresh secret.
#[must_use]
pub fn new_token() -> NewToken {
    let secret = random_secret();
    NewToken { text: URL_SAFE_NO_PAD.encode(secret), hash: Sha256::digest(secret).into() }
}

/// The hash of a secret from a link; `None` when it cannot be one.
#[must_use]
pub fn token_hash(text: &str) -> Option<[u8; 32]> {
    let secret = URL_SAFE_NO_PAD.decode(text.trim()).ok()?;
    (secret.len() == SECRET_BYTES).then(|| Sha256::digest(secret).into())
}

/// A fresh secret that says in which workspace it opens something. The hash covers both: it opens nothing elsewhere.
#[must_use]
pub fn new_workspace_token(workspace_id: WorkspaceId) -> NewToken {
    let bytes = [workspace_id.0.as_bytes().as_slice(), &random_secret()].concat();
    NewToken { text: URL_SAFE_NO_PAD.encode(&bytes), hash: Sha256::digest(&bytes).into() }
}

/// The workspace and the hash of such a secret; `None` when it cannot be one.
#[must_use]
pub fn workspace_token_hash(text: &str) -> Option<(WorkspaceId, [u8; 32])> {
    let bytes = URL_SAFE_NO_PAD.decode(text.trim()).ok()?;
    if bytes.len() != WORKSPACE_BYTES + SECRET_BYTES {
        return None;
    }
    let workspace = Uuid::from_slice(bytes.get(..WORKSPACE_BYTES)?).ok()?;
    Some((WorkspaceId(workspace), Sha256::digest(&bytes).into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_leads_back_to_what_is_kept() {
        let token = new_token();
        assert_eq!(token_hash(&token.text), Some(token.hash));
        assert_eq!(token_hash("short"), None);
        assert_eq!(token_hash("no base64 at all!"), None);
    }

    #[test]
    fn a_workspace_token_names_its_workspace() {
        let workspace_id = WorkspaceId::new();
        let token = new_workspace_token(workspace_id);
        assert_eq!(workspace_token_hash(&token.text), Some((workspace_id, token.hash)));
        assert_eq!(workspace_token_hash(&new_token().text), None);
    }
}
