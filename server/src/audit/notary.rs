//! Signed heads. A hash chain alone does not stop someone who can rewrite all of it, or cut its tail: so its end
//! is signed every five minutes or thousand entries with a key that is not in the database, kept in the database
//! and appended to a file outside it.

use std::fs::OpenOptions;
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, SubsecRound as _, Utc};
use ed25519_dalek::{Signature, Signer as _, SigningKey};
use moka::future::Cache;
use serde::{Deserialize, Serialize};
use shared::{AuditAction, MemberId, WorkspaceId};
use vault::{KeyFileError, KeyRing};

use crate::config::Config;

/// A signed end of a chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Anchor {
    /// Whose chain.
    pub workspace_id: WorkspaceId,
    /// Up to which entry.
    pub seq: i64,
    /// That entry's hash.
    #[serde(with = "hex::serde")]
    pub hash: [u8; 32],
    /// When it was signed.
    pub signed_at: DateTime<Utc>,
    /// By which key of the file `audit-anchor.key`.
    pub key_id: u32,
    /// Ed25519 over [`Anchor::message`].
    #[serde(with = "hex::serde")]
    pub signature: [u8; 64],
}

impl Anchor {
    /// The signed bytes: a fixed prefix, then every field in its fixed length, numbers big-endian.
    #[must_use]
    pub fn message(&self) -> Vec<u8> {
        let mut bytes = b"switchboard-audit-anchor-v1".to_vec();
        bytes.extend_from_slice(self.workspace_id.0.as_bytes());
        bytes.extend_from_slice(&self.seq.to_be_bytes());
        bytes.extend_from_slice(&self.hash);
        bytes.extend_from_slice(&self.signed_at.timestamp_micros().to_be_bytes());
        bytes.extend_from_slice(&self.key_id.to_be_bytes());
        bytes
    }
}

/// Why an anchor could not be made or read.
#[derive(Debug, thiserror::Error)]
pub enum NotaryError {
    /// The file with the signing keys.
    #[error("signing the audit log: {0}")]
    Key(#[from] KeyFileError),
    /// The file of anchors.
    #[error("the file of audit anchors {path}: {source}")]
    Export {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The database.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
}

/// Signs the ends of chains, and knows signatures of its own. Reads its key file when first needed.
pub struct Notary {
    key_path: PathBuf,
    export_path: PathBuf,
    ring: Mutex<Option<KeyRing>>,
    /// Who has read or checked the log a moment ago: turning its pages is one reading.
    seen: Cache<(MemberId, AuditAction), ()>,
}

impl Notary {
    /// With the key beside the master key, and the anchors in the data folder.
    #[must_use]
    pub fn new(config: &Config) -> Self {
        Self {
            key_path: config.master_key_path().with_file_name("audit-anchor.key"),
            export_path: config.data_dir.join("audit-anchors.log"),
            ring: Mutex::new(None),
            seen: Cache::builder().max_capacity(10_000).time_to_live(Duration::from_secs(600)).build(),
        }
    }

    /// True once in ten minutes for a member and action.
    pub async fn is_news(&self, member_id: MemberId, action: AuditAction) -> bool {
        self.seen.entry((member_id, action)).or_insert(()).await.is_fresh()
    }

    /// Signs the end of a chain.
    ///
    /// # Errors
    /// When the key file cannot be read.
    pub fn sign(&self, workspace_id: WorkspaceId, seq: i64, hash: [u8; 32]) -> Result<Anchor, NotaryError> {
        self.with_ring(|ring| {
            let (key_id, key) = ring.active();
            // What Postgres keeps of a time.
            let signed_at = Utc::now().trunc_subsecs(6);
            let mut anchor = Anchor { workspace_id, seq, hash, signed_at, key_id, signature: [0; 64] };
            anchor.signature = SigningKey::from_bytes(key.expose()).sign(&anchor.message()).to_bytes();
            anchor
        })
    }

    /// Whether a key of this installation signed it.
    ///
    /// # Errors
    /// When the key file cannot be read.
    pub fn has_signed(&self, anchor: &Anchor) -> Result<bool, NotaryError> {
        self.with_ring(|ring| {
            ring.get(anchor.key_id).is_some_and(|key| {
                let signature = Signature::from_bytes(&anchor.signature);
                SigningKey::from_bytes(key.expose())
                    .verifying_key()
                    .verify_strict(&anchor.message(), &signature)
                    .is_ok()
            })
        })
    }

    /// Appends to the file of anchors: one JSON object a line, for as long as the file is kept.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn export(&self, anchor: &Anchor) -> Result<(), NotaryError> {
        let written = || -> io::Result<()> {
            let mut line = serde_json::to_vec(anchor)?;
            line.push(b'\n');
            let mut file =
                OpenOptions::new().append(true).create(true).mode(0o600).open(&self.export_path)?;
            file.write_all(&line)?;
            file.sync_data()
        };
        written().map_err(|source| self.export_error(source))
    }

    /// Every anchor in the file that this installation signed; other lines (one cut off by a crash, one that was
    /// forged) prove nothing and are skipped. No file: none.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn exported(&self) -> Result<Vec<Anchor>, NotaryError> {
        let file = match std::fs::File::open(&self.export_path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            opened => opened.map_err(|source| self.export_error(source))?,
        };
        let mut anchors = Vec::new();
        for line in BufReader::new(file).lines() {
            let line = line.map_err(|source| self.export_error(source))?;
            let Ok(anchor) = serde_json::from_str::<Anchor>(&line) else { continue };
            if self.has_signed(&anchor)? {
                anchors.push(anchor);
            }
        }
        Ok(anchors)
    }

    /// Where the anchors are exported to.
    #[must_use]
    pub fn export_path(&self) -> &Path {
        &self.export_path
    }

    fn export_error(&self, source: io::Error) -> NotaryError {
        NotaryError::Export { path: self.export_path.clone(), source }
    }

    fn with_ring<Found>(&self, look: impl FnOnce(&KeyRing) -> Found) -> Result<Found, NotaryError> {
        let mut ring = self.ring.lock().unwrap_or_else(PoisonError::into_inner);
        let ring = match ring.as_ref() {
            Some(ring) => ring,
            None => ring.insert(KeyRing::load_or_create(&self.key_path)?),
        };
        Ok(look(ring))
    }
}
