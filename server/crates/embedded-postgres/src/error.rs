//! Why PostgreSQL did not start, in words for the person who runs the server.

use std::io;
use std::path::{Path, PathBuf};

/// Why PostgreSQL did not start. `Display` says what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Another supervisor holds the folder's lock.
    #[error("the data folder {} is in use by another Switchboard process{}; stop that one first, or use another \
             data folder", data_dir.display(), pid.map(|pid| format!(" (pid {pid})")).unwrap_or_default())]
    AlreadyRunning {
        /// The folder that is taken.
        data_dir: PathBuf,
        /// Who wrote the lock file, when it says so.
        pid: Option<u32>,
    },
    /// No usable installation of PostgreSQL.
    #[error(
        "PostgreSQL is not installed on this machine. Install version {} or newer (Debian: `apt-get install \
             postgresql`, macOS: `brew install postgresql@17`), or name the folder of its programs, or set \
             DATABASE_URL to use an existing server. Looked in: {searched}",
        crate::binaries::OLDEST_MAJOR
    )]
    NotFound {
        /// The places that were looked at.
        searched: String,
    },
    /// Only versions that are too old.
    #[error("PostgreSQL {found} in {} is too old: version {} or newer is needed", bin_dir.display(),
            crate::binaries::OLDEST_MAJOR)]
    TooOld {
        /// The newest folder that was found.
        bin_dir: PathBuf,
        /// Its major version.
        found: u32,
    },
    /// The cluster was made by a version that is not installed.
    #[error("the data in {} was made by PostgreSQL {cluster}, but only {found} is installed; install \
             PostgreSQL {cluster}, or upgrade the data with pg_upgrade", data_dir.display())]
    OtherVersion {
        /// The folder of the cluster.
        data_dir: PathBuf,
        /// The major version the cluster needs.
        cluster: u32,
        /// The major versions that are installed.
        found: String,
    },
    /// PostgreSQL refuses root, and there is no account to run it as.
    #[error(
        "PostgreSQL does not run as root, and this machine has neither a user `postgres` nor `nobody` to run \
             it as; create one, or start Switchboard as an ordinary user"
    )]
    NoAccount,
    /// As root: the unprivileged account cannot get to the data folder.
    #[error("PostgreSQL runs as user `{account}`, who may not enter {}; choose a data folder outside of it, for \
             example /var/lib/switchboard", blocked_at.display())]
    Unreachable {
        /// The account that runs PostgreSQL.
        account: String,
        /// The first folder on the way that is closed to it.
        blocked_at: PathBuf,
    },
    /// We may not write where we must.
    #[error("no permission to use {}: it must belong to the user who starts Switchboard", path.display())]
    PermissionDenied {
        /// The path that was refused.
        path: PathBuf,
    },
    /// No space left.
    #[error("the disk of {} is full; free some space and start again", path.display())]
    DiskFull {
        /// A path on that disk.
        path: PathBuf,
    },
    /// `initdb` failed.
    #[error("could not create the database cluster in {}: {output}", data_dir.display())]
    Init {
        /// The folder of the cluster.
        data_dir: PathBuf,
        /// What `initdb` said.
        output: String,
    },
    /// Postgres ended during its start.
    #[error("PostgreSQL stopped while starting ({status}); the end of {}: {tail}", log.display())]
    Exited {
        /// How it ended.
        status: String,
        /// Its log file.
        log: PathBuf,
        /// The log's last lines.
        tail: String,
    },
    /// Postgres runs but does not accept connections.
    #[error("PostgreSQL was not ready after {waited_s} s; see {}", log.display())]
    TimedOut {
        /// How long we waited, in seconds.
        waited_s: u64,
        /// Its log file.
        log: PathBuf,
    },
    /// A setting whose name or value cannot be written to a configuration file.
    #[error("`{name}` cannot be set in a PostgreSQL configuration file")]
    BadSetting {
        /// The setting's name.
        name: String,
    },
    /// Anything else the operating system refused.
    #[error("could not {doing} {}: {source}", path.display())]
    Io {
        /// What we tried, as a verb.
        doing: &'static str,
        /// The path it was tried on.
        path: PathBuf,
        /// The operating system's answer.
        source: io::Error,
    },
}

impl StartError {
    /// Sorts an error of the operating system into the cases an operator can act on.
    pub(crate) fn io(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| match source.kind() {
            io::ErrorKind::PermissionDenied => Self::PermissionDenied { path },
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::DiskFull { path },
            _ => Self::Io { doing, path, source },
        }
    }

    /// Sorts what a PostgreSQL program wrote before it gave up; `None` when it is none of the usual cases.
    pub(crate) fn from_output(output: &str, data_dir: &Path) -> Option<Self> {
        let path = data_dir.to_owned();
        if output.contains("No space left on device") || output.contains("Disk quota exceeded") {
            Some(Self::DiskFull { path })
        } else if output.contains("Permission denied") {
            Some(Self::PermissionDenied { path })
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_named_whoever_noticed_it() {
        let data_dir = Path::new("/data");
        let ours = StartError::io("write", data_dir)(io::ErrorKind::StorageFull.into());
        let theirs = StartError::from_output("FATAL:  could not write: No space left on device", data_dir);

        assert!(matches!(ours, StartError::DiskFull { .. }));
        assert!(matches!(theirs, Some(StartError::DiskFull { .. })));
    }

    #[test]
    fn a_missing_installation_names_every_way_out() {
        let message = StartError::NotFound { searched: "PATH".into() }.to_string();

        for way in ["apt-get", "brew", "folder", "DATABASE_URL"] {
            assert!(message.contains(way), "{message}");
        }
    }
}
