//! A file of keys: one `id:base64` per line, the last one active.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::Key;

/// Why the keys could not be had. Without master keys no stored secret opens.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// The file could not be read or written.
    #[error("the key file {path}: {source}")]
    File {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A line is not `id:base64`, or an id stands twice. The line's text is not repeated: it may be a key.
    #[error("the key file {path}: line {line} is not \"<id>:<32 bytes in base64>\" with an id of its own")]
    Malformed {
        /// Which file.
        path: PathBuf,
        /// Which line, from 1.
        line: usize,
    },
    /// No key in it.
    #[error("the key file {path} holds no key")]
    Empty {
        /// Which file.
        path: PathBuf,
    },
    /// Others than its owner may read it.
    #[error("the key file {path} is open to others (mode {mode:03o}); make it private: chmod 600")]
    TooOpen {
        /// Which file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
}

/// Keys by id, from a file of their own. The last one is active: it seals or signs; the others only open or check.
#[derive(Debug, Clone)]
pub struct KeyRing {
    keys: Vec<(u32, Key)>,
    active: (u32, Key),
}

impl KeyRing {
    /// Reads the file; when there is none, makes one with a first key, readable by its owner only.
    ///
    /// # Errors
    /// [`KeyFileError`] names the file and what is wrong with it.
    pub fn load_or_create(path: &Path) -> Result<Self, KeyFileError> {
        match Self::load(path) {
            Err(KeyFileError::File { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
                if let Some(folder) = path.parent() {
                    fs::create_dir_all(folder).map_err(|source| file_error(path, source))?;
                }
                match create_whole(path, &line(1, &Key::generate())) {
                    // Another process was faster: its keys count.
                    Err(source) if source.kind() == io::ErrorKind::AlreadyExists => {}
                    outcome => outcome.map_err(|source| file_error(path, source))?,
                }
                Self::load(path)
            }
            outcome => outcome,
        }
    }

    /// Reads the file.
    ///
    /// # Errors
    /// [`KeyFileError`] names the file and what is wrong with it.
    pub fn load(path: &Path) -> Result<Self, KeyFileError> {
        let text = Zeroizing::new(fs::read_to_string(path).map_err(|source| file_error(path, source))?);
        let mode =
            fs::metadata(path).map_err(|source| file_error(path, source))?.permissions().mode() & 0o777;
        if mode & 0o077 != 0 {
            return Err(KeyFileError::TooOpen { path: path.to_owned(), mode });
        }
        let mut keys: Vec<(u32, Key)> = Vec::new();
        for (index, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let malformed = || KeyFileError::Malformed { path: path.to_owned(), line: index + 1 };
            let (id, key) = line.split_once(':').ok_or_else(malformed)?;
            let id: u32 = id.parse().map_err(|_| malformed())?;
            if keys.iter().any(|(known, _)| *known == id) {
                return Err(malformed());
            }
            keys.push((id, Key::from_base64(key).map_err(|_| malformed())?));
        }
        let active = keys.last().cloned().ok_or_else(|| KeyFileError::Empty { path: path.to_owned() })?;
        Ok(Self { keys, active })
    }

    /// Adds a fresh key to the file and makes it the active one. The file is replaced whole: a crash leaves
    /// the old one or the new one.
    ///
    /// # Errors
    /// When the file cannot be written; then nothing changed.
    pub fn add(&mut self, path: &Path) -> Result<u32, KeyFileError> {
        let id = self.keys.iter().map(|(id, _)| *id).max().unwrap_or(0).saturating_add(1);
        let key = Key::generate();
        let mut text = Zeroizing::new(fs::read_to_string(path).map_err(|source| file_error(path, source))?);
        if !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
        text.push_str(&line(id, &key));
        let fresh = path.with_extension("new");
        let replaced = remove_if_there(&fresh)
            .and_then(|()| write_new(&fresh, &text))
            .and_then(|()| fs::rename(&fresh, path))
            .and_then(|()| path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all()));
        replaced.map_err(|source| file_error(path, source))?;
        self.keys.push((id, key.clone()));
        self.active = (id, key);
        Ok(id)
    }

    /// The key that seals, and its id.
    #[must_use]
    pub fn active(&self) -> (u32, &Key) {
        (self.active.0, &self.active.1)
    }

    /// The key with this id.
    #[must_use]
    pub fn get(&self, id: u32) -> Option<&Key> {
        self.keys.iter().find(|(known, _)| *known == id).map(|(_, key)| key)
    }

    /// The id of every key, oldest first.
    pub fn ids(&self) -> impl Iterator<Item = u32> {
        self.keys.iter().map(|(id, _)| *id)
    }
}

fn line(id: u32, key: &Key) -> Zeroizing<String> {
    let base64 = key.to_base64();
    Zeroizing::new(format!("{id}:{}\n", base64.as_str()))
}

fn write_new(path: &Path, text: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

/// Makes the file complete or not at all, and never over one that is there.
fn create_whole(path: &Path, text: &str) -> io::Result<()> {
    let fresh = path.with_extension(format!("{}.new", std::process::id()));
    remove_if_there(&fresh)?;
    write_new(&fresh, text)?;
    let linked = fs::hard_link(&fresh, path);
    remove_if_there(&fresh)?;
    linked
}

fn remove_if_there(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        outcome => outcome,
    }
}

fn file_error(path: &Path, source: io::Error) -> KeyFileError {
    KeyFileError::File { path: path.to_owned(), source }
}
