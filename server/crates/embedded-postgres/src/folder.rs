//! The folder: what lies where, who holds it, and the superuser's password.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use crate::account::Account;
use crate::{PORT, StartError};

/// The longest path of a Unix socket, in bytes without the closing NUL: 104 on macOS, 108 on Linux.
const SOCKET_PATH_BYTES_MAX: usize = if cfg!(target_os = "linux") { 107 } else { 103 };

/// A log longer than this is put aside at the next start; one older log is kept.
const LOG_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// The data folder, held by this process until dropped.
#[derive(Debug)]
pub(crate) struct Folder {
    pub(crate) root: PathBuf,
    pub(crate) cluster: PathBuf,
    pub(crate) socket_dir: PathBuf,
    pub(crate) password_file: PathBuf,
    pub(crate) log: PathBuf,
    _lock: File,
}

impl Folder {
    /// Makes the folder when absent, private to `account` (or ourselves), and takes its lock.
    pub(crate) fn open(data_dir: &Path, account: Option<&Account>) -> Result<Self, StartError> {
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o755)
            .create(data_dir)
            .map_err(StartError::io("create", data_dir))?;
        let root = fs::canonicalize(data_dir).map_err(StartError::io("open", data_dir))?;
        let lock = lock(&root)?;
        if let Some(account) = account {
            account.check_reach(&root)?;
        }
        make_private(&root, account)?;
        let socket_dir = socket_dir(&root, account)?;
        Ok(Self {
            cluster: root.join("cluster"),
            password_file: root.join("superuser-password"),
            log: root.join("postgres.log"),
            socket_dir,
            root,
            _lock: lock,
        })
    }

    /// The major version that the cluster in here was made with, with its folder; `None` when there is none yet.
    pub(crate) fn cluster_version(&self) -> Result<Option<(u32, PathBuf)>, StartError> {
        let path = self.cluster.join("PG_VERSION");
        match fs::read_to_string(&path) {
            Ok(version) => Ok(version.trim().parse().ok().map(|major| (major, self.cluster.clone()))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(StartError::io("read", &path)(error)),
        }
    }

    /// Throws away what an earlier test run left. Its server is gone: we hold the lock, and it died with its run.
    #[cfg(feature = "testing")]
    pub(crate) fn forget_cluster(&self) -> Result<(), StartError> {
        match fs::remove_dir_all(&self.cluster) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(StartError::io("clear", &self.cluster)(error))
            }
            _ => Ok(()),
        }
    }

    /// The log, open for appending; a long one is put aside first.
    pub(crate) fn open_log(&self, account: Option<&Account>) -> Result<File, StartError> {
        if fs::metadata(&self.log).is_ok_and(|log| log.len() > LOG_BYTES_MAX) {
            let older = self.log.with_extension("log.1");
            fs::rename(&self.log, older).map_err(StartError::io("rename", &self.log))?;
        }
        let log = OpenOptions::new()
            .create(true)
            .append(true)
            .mode(0o600)
            .open(&self.log)
            .map_err(StartError::io("open", &self.log))?;
        if let Some(account) = account {
            account.own(&self.log)?;
        }
        Ok(log)
    }

    /// The last lines of the log from `start` on, for an error message.
    pub(crate) fn log_tail(&self, start: u64) -> String {
        let log = fs::read(&self.log).unwrap_or_default();
        let new = log.get(usize::try_from(start).unwrap_or(usize::MAX)..).unwrap_or(&log);
        let new = String::from_utf8_lossy(new);
        let lines: Vec<_> = new.lines().collect();
        lines.get(lines.len().saturating_sub(8)..).unwrap_or_default().join("\n")
    }
}

/// Writes a file that only its owner can read, whole or not at all.
pub(crate) fn write_private(path: &Path, text: &str, account: Option<&Account>) -> Result<(), StartError> {
    let failed = |error| StartError::io("write", path)(error);
    let new = path.with_extension("new");
    drop(fs::remove_file(&new));
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&new).map_err(failed)?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)?;
    if let Some(account) = account {
        account.own(&new)?;
    }
    fs::rename(&new, path).map_err(failed)
}

/// 192 random bits in hexadecimal.
pub(crate) fn random_password() -> Result<String, StartError> {
    let source = Path::new("/dev/urandom");
    let mut bytes = [0_u8; 24];
    File::open(source)
        .and_then(|mut file| file.read_exact(&mut bytes))
        .map_err(StartError::io("read", source))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

fn lock(root: &Path) -> Result<File, StartError> {
    let path = root.join("supervisor.lock");
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(&path)
        .map_err(StartError::io("open", &path))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut holder = String::new();
            drop(file.read_to_string(&mut holder));
            return Err(StartError::AlreadyRunning {
                data_dir: root.to_owned(),
                pid: holder.trim().parse().ok(),
            });
        }
        Err(TryLockError::Error(error)) => return Err(StartError::io("lock", &path)(error)),
    }
    // Only for the message above; the lock is what counts.
    file.set_len(0)
        .and_then(|()| writeln!(file, "{}", std::process::id()))
        .map_err(StartError::io("write", &path))?;
    Ok(file)
}

fn make_private(folder: &Path, account: Option<&Account>) -> Result<(), StartError> {
    if let Some(account) = account {
        account.own(folder)?;
    }
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700)).map_err(StartError::io("protect", folder))
}

/// `run` in the data folder; a short folder elsewhere when that path is too long for a socket.
fn socket_dir(root: &Path, account: Option<&Account>) -> Result<PathBuf, StartError> {
    let inside = root.join("run");
    let dir = if fits_a_socket(&inside) { inside } else { short_dir(root, account) };
    match fs::DirBuilder::new().mode(0o700).create(&dir) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
            return Err(StartError::io("create", &dir)(error));
        }
        _ => {}
    }
    // Outside of our folder somebody else could have been there first.
    let found = fs::symlink_metadata(&dir).map_err(StartError::io("read", &dir))?;
    let ours = rustix::process::geteuid().as_raw();
    if !found.is_dir() || (found.uid() != ours && account.is_none_or(|account| account.uid != found.uid())) {
        return Err(StartError::PermissionDenied { path: dir });
    }
    make_private(&dir, account)?;
    Ok(dir)
}

fn fits_a_socket(dir: &Path) -> bool {
    let socket = dir.join(format!(".s.PGSQL.{PORT}"));
    socket.as_os_str().as_bytes().len() <= SOCKET_PATH_BYTES_MAX
}

fn short_dir(root: &Path, account: Option<&Account>) -> PathBuf {
    let mut hasher = DefaultHasher::new();
    root.hash(&mut hasher);
    let name = format!("switchboard-{:016x}", hasher.finish());
    let user_dir = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from).filter(|_| account.is_none());
    let base = user_dir.filter(|dir| dir.is_dir() && fits_a_socket(&dir.join(&name)));
    base.unwrap_or_else(|| PathBuf::from("/tmp")).join(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_data_path_gets_a_short_socket_folder() {
        let long = PathBuf::from("/data").join("x".repeat(100));
        assert!(!fits_a_socket(&long.join("run")));
        assert!(fits_a_socket(&short_dir(&long, None)));
        assert_ne!(short_dir(&long, None), short_dir(&long.join("other"), None));
    }

    #[test]
    fn passwords_are_long_and_differ() {
        let one = random_password().unwrap();
        assert_eq!(one.len(), 48);
        assert_ne!(one, random_password().unwrap());
    }
}
