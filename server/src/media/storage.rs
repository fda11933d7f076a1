//! Where the bytes lie: a folder, or anything that speaks S3.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use object_store::ObjectStore;
use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use secrecy::ExposeSecret as _;
use tokio::sync::{OnceCell, Semaphore};

use super::ffmpeg::find_ffmpeg;
use crate::config::{Config, Storage};

/// At most this many images are decoded at a time: each may take 256 MiB.
pub(super) static DECODERS: Semaphore = Semaphore::const_new(2);

/// Access to the files. Connects, or makes the folder, when first needed.
pub struct Media {
    storage: Storage,
    default_folder: PathBuf,
    /// Bytes a workspace may keep.
    pub(super) quota_bytes: u64,
    /// Converts recordings.
    ffmpeg: Option<PathBuf>,
    store: OnceCell<Arc<dyn ObjectStore>>,
}

impl Media {
    /// As configured.
    #[must_use]
    pub fn new(config: &Config) -> Self {
        Self {
            storage: config.storage.clone(),
            default_folder: config.data_dir.join("files"),
            quota_bytes: config.limits.storage_bytes_per_workspace,
            ffmpeg: find_ffmpeg(config.ffmpeg.as_deref()),
            store: OnceCell::new(),
        }
    }

    pub(super) fn ffmpeg(&self) -> Option<&Path> {
        self.ffmpeg.as_deref()
    }

    pub(super) async fn store(&self) -> anyhow::Result<&Arc<dyn ObjectStore>> {
        self.store.get_or_try_init(|| async { self.open().await }).await
    }

    async fn open(&self) -> anyhow::Result<Arc<dyn ObjectStore>> {
        match &self.storage {
            Storage::Folder { path } => {
                let folder = path.as_ref().unwrap_or(&self.default_folder);
                tokio::fs::create_dir_all(folder).await.context("the folder for files could not be made")?;
                let store = LocalFileSystem::new_with_prefix(folder)
                    .context("the folder for files could not be opened")?
                    .with_fsync(true);
                Ok(Arc::new(store))
            }
            Storage::S3 { bucket, region, endpoint, access_key_id, secret_access_key } => {
                let mut builder = AmazonS3Builder::new()
                    .with_bucket_name(bucket)
                    .with_region(region)
                    .with_access_key_id(access_key_id)
                    .with_secret_access_key(secret_access_key.expose_secret());
                if let Some(endpoint) = endpoint {
                    builder = builder
                        .with_endpoint(endpoint.as_str().trim_end_matches('/'))
                        .with_allow_http(endpoint.scheme() == "http");
                }
                Ok(Arc::new(builder.build().context("the S3 storage is not configured well")?))
            }
        }
    }
}
