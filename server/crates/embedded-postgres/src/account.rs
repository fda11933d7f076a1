//! The unprivileged account that runs Postgres when we are root, which Postgres refuses to be.

use std::fs;
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::Path;

use tokio::process::Command;

use crate::StartError;

/// Tried in this order.
const NAMES: [&str; 2] = ["postgres", "nobody"];

/// An account of this machine.
#[derive(Debug, Clone)]
pub(crate) struct Account {
    pub(crate) name: String,
    pub(crate) uid: u32,
    pub(crate) gid: u32,
}

impl Account {
    /// Who shall run Postgres; `None` is ourselves, whenever we are not root. A cluster that already belongs to
    /// somebody stays theirs, so that a folder may be used with and without `sudo`.
    pub(crate) async fn for_data(data_dir: &Path) -> Result<Option<Self>, StartError> {
        if !rustix::process::geteuid().is_root() {
            return Ok(None);
        }
        if let Ok(owner) = fs::metadata(data_dir.join("cluster"))
            && owner.uid() != 0
        {
            let name = format!("uid {}", owner.uid());
            return Ok(Some(Self { name, uid: owner.uid(), gid: owner.gid() }));
        }
        for name in NAMES {
            if let (Some(uid), Some(gid)) = (id("-u", name).await, id("-g", name).await) {
                return Ok(Some(Self { name: name.to_owned(), uid, gid }));
            }
        }
        Err(StartError::NoAccount)
    }

    /// Makes `path` theirs.
    pub(crate) fn own(&self, path: &Path) -> Result<(), StartError> {
        chown(path, Some(self.uid), Some(self.gid)).map_err(StartError::io("give away", path))
    }

    /// Makes `path` and all below it theirs.
    pub(crate) fn own_all(&self, path: &Path) -> Result<(), StartError> {
        self.own(path)?;
        let failed = |error: io::Error| StartError::io("list", path)(error);
        for entry in fs::read_dir(path).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let kind = entry.file_type().map_err(failed)?;
            if kind.is_dir() {
                self.own_all(&entry.path())?;
            } else if kind.is_file() {
                self.own(&entry.path())?;
            }
        }
        Ok(())
    }

    /// Checks that they can get to `data_dir`. Our own private folder right above it is opened for passing
    /// through, not for reading, to their group alone; anything further up is the operator's to decide.
    pub(crate) fn check_reach(&self, data_dir: &Path) -> Result<(), StartError> {
        for (distance, folder) in data_dir.ancestors().enumerate().skip(1) {
            let metadata = fs::metadata(folder).map_err(StartError::io("read", folder))?;
            if self.may_enter(&metadata) {
                continue;
            }
            let home = std::env::var_os("HOME").is_some_and(|home| Path::new(&home) == folder);
            let private = metadata.uid() == 0 && metadata.mode() & 0o077 == 0;
            if distance != 1 || home || !private {
                return Err(StartError::Unreachable {
                    account: self.name.clone(),
                    blocked_at: folder.to_owned(),
                });
            }
            chown(folder, None, Some(self.gid)).map_err(StartError::io("open", folder))?;
            fs::set_permissions(folder, fs::Permissions::from_mode(0o710))
                .map_err(StartError::io("open", folder))?;
        }
        Ok(())
    }

    fn may_enter(&self, folder: &fs::Metadata) -> bool {
        let needed = if folder.uid() == self.uid {
            0o100
        } else if folder.gid() == self.gid {
            0o010
        } else {
            0o001
        };
        folder.mode() & needed != 0
    }
}

/// Asks `id`, which knows accounts from wherever the machine keeps them.
async fn id(what: &str, name: &str) -> Option<u32> {
    let output = Command::new("id").args([what, name]).output().await.ok()?;
    String::from_utf8(output.stdout).ok()?.trim().parse().ok().filter(|id| *id != 0)
}
