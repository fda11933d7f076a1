//! Secrets at rest. A master key, in a file beside the data, seals a data key per workspace; the data key seals
//! the workspace's secrets. Whoever has a copy of the database has nothing; losing the file loses every secret.

mod operate;
mod signing;
mod store;

use std::path::PathBuf;
use std::sync::{PoisonError, RwLock};

use moka::future::Cache;
use shared::WorkspaceId;
use uuid::Uuid;
use vault::{Envelope, Key, KeyFileError, KeyRing, OpenError, Place, Secret};

pub use operate::{KeyUse, RotateReport, rotate, status, workspaces};
pub(crate) use signing::hmac_sha256;

use crate::db::{Db, WorkspaceTx};
use crate::error::AppError;

/// A data key is replaced after this many seals, long before the 2^32 that AES-GCM's random nonces bear.
const SEALS_MAX: i64 = 1 << 30;

/// Seals and opens secrets of workspaces. Reads its key file when first needed.
pub struct Vault {
    path: PathBuf,
    ring: RwLock<Option<KeyRing>>,
    /// Opened data keys by workspace and version.
    opened: Cache<(WorkspaceId, i32), Key>,
}

/// Why a secret could not be sealed or opened.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The key file.
    #[error(transparent)]
    KeyFile(#[from] KeyFileError),
    /// The database.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    /// A data key is sealed by a master key that the file does not hold.
    #[error("master key {0} is in use but not in the key file: restore the file it was in")]
    UnknownMasterKey(i64),
    /// Sealed by a data key that this workspace does not have.
    #[error("the value was sealed by a data key that does not exist")]
    UnknownDataKey,
    /// Changed, moved, or sealed by another installation.
    #[error(transparent)]
    Refused(#[from] OpenError),
    /// Beyond what can be sealed.
    #[error("too long to seal")]
    TooLong,
}

impl From<VaultError> for AppError {
    fn from(error: VaultError) -> Self {
        match error {
            VaultError::Database(error) => error.into(),
            other => Self::Internal(anyhow::Error::new(other).context("vault")),
        }
    }
}

/// A workspace's data key as stored.
#[derive(Debug, sqlx::FromRow)]
struct StoredKey {
    version: i32,
    master_key_id: i64,
    sealed_key: Vec<u8>,
    seals: i64,
}

impl Vault {
    /// A vault over a key file. Opens nothing yet.
    #[must_use]
    pub fn new(path: PathBuf) -> Self {
        Self { path, ring: RwLock::new(None), opened: Cache::new(10_000) }
    }

    /// Reads the key file, or makes it on the first run, and checks that it holds every master key in use. Call at
    /// start: a server that cannot open its secrets must not run.
    ///
    /// # Errors
    /// Says which key is missing, or what is wrong with the file.
    pub async fn check(&self, db: &Db) -> Result<(), VaultError> {
        self.with_ring(|_| ())?;
        let in_use: Vec<i64> = sqlx::query_scalar("select master_keys_in_use()").fetch_all(db.pool()).await?;
        for id in in_use {
            self.master_key(id)?;
        }
        Ok(())
    }

    /// Seals a secret of `subject` (the channel or user it belongs to); the transaction's workspace gets a data key
    /// if it has none yet. `purpose` is part of the format: open with the same.
    ///
    /// # Errors
    /// See [`VaultError`]; then the transaction must not commit.
    pub async fn seal(
        &self,
        tx: &mut WorkspaceTx,
        subject: Uuid,
        purpose: &str,
        secret: &[u8],
    ) -> Result<Vec<u8>, VaultError> {
        let stored = match store::count_seal(tx).await? {
            Some(stored) if stored.seals <= SEALS_MAX => stored,
            latest => {
                self.add_data_key(tx, latest.map_or(1, |key| key.version.saturating_add(1))).await?;
                store::count_seal(tx).await?.ok_or(VaultError::UnknownDataKey)?
            }
        };
        let key = self.open_data_key(tx.workspace_id(), &stored)?;
        let key_id = u32::try_from(stored.version).map_err(|_| VaultError::UnknownDataKey)?;
        let place = Place { workspace_id: tx.workspace_id().0, subject_id: subject, purpose };
        vault::seal(&key, key_id, place, secret).map_err(|_| VaultError::TooLong)
    }

    /// Opens what [`seal`](Self::seal) made for the same workspace, subject and purpose.
    ///
    /// # Errors
    /// See [`VaultError`].
    pub async fn open(
        &self,
        tx: &mut WorkspaceTx,
        subject: Uuid,
        purpose: &str,
        sealed: &[u8],
    ) -> Result<Secret, VaultError> {
        let workspace_id = tx.workspace_id();
        let envelope = Envelope::parse(sealed).map_err(OpenError::from)?;
        let version = i32::try_from(envelope.key_id).map_err(|_| VaultError::UnknownDataKey)?;
        let place = Place { workspace_id: workspace_id.0, subject_id: subject, purpose };
        if let Some(key) = self.opened.get(&(workspace_id, version)).await
            && let Ok(secret) = envelope.open(&key, place)
        {
            return Ok(secret);
        }
        // Not opened yet; or opened inside a transaction that was rolled back, and made anew since.
        let stored = store::key(tx, version).await?.ok_or(VaultError::UnknownDataKey)?;
        let key = self.open_data_key(workspace_id, &stored)?;
        let secret = envelope.open(&key, place)?;
        self.opened.insert((workspace_id, version), key).await;
        Ok(secret)
    }

    async fn add_data_key(&self, tx: &mut WorkspaceTx, version: i32) -> Result<(), VaultError> {
        // A rotation by command may have added a master key since we read the file.
        self.reload()?;
        let data_key = Key::generate();
        let purpose = data_key_purpose(version);
        let place = Place { workspace_id: tx.workspace_id().0, subject_id: Uuid::nil(), purpose: &purpose };
        let (master_key_id, sealed) = self
            .with_ring(|ring| {
                let (id, master_key) = ring.active();
                vault::seal(master_key, id, place, data_key.expose()).map(|sealed| (id, sealed))
            })?
            .map_err(|_| VaultError::TooLong)?;
        Ok(store::insert_key(tx, version, i64::from(master_key_id), &sealed).await?)
    }

    fn open_data_key(&self, workspace_id: WorkspaceId, stored: &StoredKey) -> Result<Key, VaultError> {
        let master_key = self.master_key(stored.master_key_id)?;
        let purpose = data_key_purpose(stored.version);
        let place = Place { workspace_id: workspace_id.0, subject_id: Uuid::nil(), purpose: &purpose };
        let opened = vault::open(&master_key, place, &stored.sealed_key)?;
        Key::from_bytes(opened.expose()).map_err(|_| VaultError::Refused(OpenError::Refused))
    }

    /// The master key with this id; looks into the file again before giving up.
    fn master_key(&self, id: i64) -> Result<Key, VaultError> {
        let find = |ring: &KeyRing| u32::try_from(id).ok().and_then(|id| ring.get(id).cloned());
        if let Some(key) = self.with_ring(find)? {
            return Ok(key);
        }
        self.reload()?;
        self.with_ring(find)?.ok_or(VaultError::UnknownMasterKey(id))
    }

    fn with_ring<Found>(&self, look: impl Fn(&KeyRing) -> Found) -> Result<Found, VaultError> {
        if let Some(ring) = self.ring.read().unwrap_or_else(PoisonError::into_inner).as_ref() {
            return Ok(look(ring));
        }
        let mut ring = self.ring.write().unwrap_or_else(PoisonError::into_inner);
        let ring = match ring.as_mut() {
            Some(ring) => ring,
            None => ring.insert(KeyRing::load_or_create(&self.path)?),
        };
        Ok(look(ring))
    }

    fn reload(&self) -> Result<(), VaultError> {
        let fresh = KeyRing::load_or_create(&self.path)?;
        *self.ring.write().unwrap_or_else(PoisonError::into_inner) = Some(fresh);
        Ok(())
    }
}

fn data_key_purpose(version: i32) -> String {
    format!("data-key:{version}")
}
