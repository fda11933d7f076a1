//! Finds an installed PostgreSQL.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use tokio::process::Command;

use crate::StartError;

/// The oldest major version we support.
pub(crate) const OLDEST_MAJOR: u32 = 14;

/// Folders with one subfolder per installed version, and where below that the programs are.
const VERSIONED: [(&str, &str); 6] = [
    ("/usr/lib/postgresql", "bin"),
    ("/usr", "bin"), // /usr/pgsql-17/bin
    ("/opt/homebrew/opt", "bin"),
    ("/usr/local/opt", "bin"),
    ("/Library/PostgreSQL", "bin"),
    ("/Applications/Postgres.app/Contents/Versions", "bin"),
];

/// One installation.
#[derive(Debug, Clone)]
pub(crate) struct Binaries {
    pub(crate) dir: PathBuf,
    pub(crate) major: u32,
}

impl Binaries {
    /// The configured folder, or the best of the usual places: the version the cluster was made with when there
    /// is one, otherwise the newest.
    pub(crate) async fn find(
        configured: Option<&Path>,
        cluster: Option<(u32, PathBuf)>,
    ) -> Result<Self, StartError> {
        let folders = match configured {
            Some(dir) => vec![dir.to_owned()],
            None => usual_places().await,
        };
        let mut found = Vec::new();
        for dir in &folders {
            found.extend(Self::at(dir).await);
        }
        found.sort_by_key(|installation| installation.major);
        match cluster {
            Some((major, data_dir)) => match found.iter().find(|installation| installation.major == major) {
                Some(exact) => Ok(exact.clone()),
                None if found.is_empty() => Err(not_found(&folders)),
                None => Err(StartError::OtherVersion { data_dir, cluster: major, found: majors(&found) }),
            },
            None => match found.pop() {
                Some(newest) if newest.major >= OLDEST_MAJOR => Ok(newest),
                Some(Self { dir, major }) => Err(StartError::TooOld { bin_dir: dir, found: major }),
                None => Err(not_found(&folders)),
            },
        }
    }

    /// The path of one of its programs.
    pub(crate) fn program(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    async fn at(dir: &Path) -> Option<Self> {
        // A distribution may link single programs into PATH; the others lie beside the real one.
        let dir = fs::canonicalize(dir.join("postgres")).ok()?.parent()?.to_owned();
        if !dir.join("initdb").exists() {
            return None;
        }
        let output = Command::new(dir.join("postgres")).arg("--version").output().await.ok()?;
        let major = parse_major(&String::from_utf8_lossy(&output.stdout))?;
        Some(Self { dir, major })
    }
}

/// Reads `postgres (PostgreSQL) 15.20 (Debian …)` or `… 18beta1`.
fn parse_major(version: &str) -> Option<u32> {
    let number = version.split(' ').find(|word| word.starts_with(|c: char| c.is_ascii_digit()))?;
    let end = number.find(|c: char| !c.is_ascii_digit()).unwrap_or(number.len());
    number.get(..end)?.parse().ok()
}

async fn usual_places() -> Vec<PathBuf> {
    let mut places = Vec::new();
    if let Ok(output) = Command::new("pg_config").arg("--bindir").output().await {
        places.push(PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()));
    }
    if let Some(path) = std::env::var_os("PATH") {
        places.extend(std::env::split_paths(&path));
    }
    for (parent, below) in VERSIONED {
        let children = fs::read_dir(parent).into_iter().flatten().flatten();
        places.extend(children.filter(|child| is_version(&child.file_name())).map(|c| c.path().join(below)));
    }
    let mut seen = BTreeSet::new();
    places.retain(|place| place.join("postgres").exists() && seen.insert(place.clone()));
    places
}

/// `15`, `17.2`, `pgsql-16`, `postgresql@17`: what the folders of versions are called.
fn is_version(name: &OsStr) -> bool {
    let Some(name) = name.to_str() else { return false };
    ["", "pgsql-", "postgresql@"].iter().any(|prefix| {
        name.strip_prefix(prefix).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
    }) || name == "postgresql"
}

fn not_found(folders: &[PathBuf]) -> StartError {
    let mut searched: Vec<_> = folders.iter().map(|folder| folder.display().to_string()).collect();
    if searched.is_empty() {
        searched.push("pg_config, PATH".to_owned());
        searched.extend(VERSIONED.iter().map(|(parent, _)| (*parent).to_owned()));
    }
    StartError::NotFound { searched: searched.join(", ") }
}

fn majors(found: &[Binaries]) -> String {
    let majors: BTreeSet<_> = found.iter().map(|installation| installation.major).collect();
    majors.iter().map(u32::to_string).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_major_version_is_read_from_what_distributions_print() {
        assert_eq!(parse_major("postgres (PostgreSQL) 15.20 (Debian 15.20-0+deb12u1)\n"), Some(15));
        assert_eq!(parse_major("postgres (PostgreSQL) 18beta1\n"), Some(18));
        assert_eq!(parse_major("postgres (PostgreSQL) 9.6.24"), Some(9));
        assert_eq!(parse_major("sh: not found"), None);
    }

    #[test]
    fn only_folders_of_versions_are_searched() {
        for name in ["15", "17.2", "pgsql-16", "postgresql@17", "postgresql"] {
            assert!(is_version(OsStr::new(name)), "{name}");
        }
        for name in ["lib", "share", "mysql@8", "pgsql"] {
            assert!(!is_version(OsStr::new(name)), "{name}");
        }
    }

    #[tokio::test]
    async fn a_folder_without_programs_is_reported_by_name() {
        let error = Binaries::find(Some(Path::new("/nowhere")), None).await;
        assert!(error.is_err_and(|error| error.to_string().contains("/nowhere")));
    }
}
