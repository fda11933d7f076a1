//! The shelf of files.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use sha2::{Digest, Sha256};

/// A file.
#[derive(Debug, Clone)]
pub struct File {
    /// Short and unguessable enough for a stage: names the file on the page and in control calls.
    pub id: String,
    /// As the sender named it.
    pub name: Option<String>,
    /// Media type, without parameters dropped.
    pub mime: String,
    /// Its content.
    pub bytes: Bytes,
    /// SHA-256 of the content.
    pub digest: [u8; 32],
    /// Pixels, for pictures.
    pub width: Option<u32>,
    /// Pixels, for pictures.
    pub height: Option<u32>,
    /// Seconds, for what plays, if the sender said so.
    pub duration_s: Option<u32>,
}

/// A file to keep.
#[derive(Debug, Clone, Default)]
pub struct NewFile {
    /// See [`File::name`].
    pub name: Option<String>,
    /// See [`File::mime`].
    pub mime: String,
    /// See [`File::bytes`].
    pub bytes: Bytes,
    /// See [`File::duration_s`].
    pub duration_s: Option<u32>,
}

/// Files by id; when they take too much room, the oldest are forgotten, as providers do after days.
pub struct Files {
    shelf: Mutex<Shelf>,
    bytes_max: usize,
}

#[derive(Default)]
struct Shelf {
    files: BTreeMap<String, File>,
    order: VecDeque<String>,
    bytes: usize,
    last: u64,
}

impl Files {
    /// An empty shelf.
    #[must_use]
    pub fn new(bytes_max: usize) -> Self {
        Self { shelf: Mutex::default(), bytes_max }
    }

    /// Keeps a file.
    pub fn keep(&self, new: NewFile) -> File {
        let digest: [u8; 32] = Sha256::digest(&new.bytes).into();
        let size = super::picture::size_of(&new.bytes);
        let mut shelf = self.shelf.lock().unwrap_or_else(PoisonError::into_inner);
        shelf.last += 1;
        let id = format!("f{}-{}", shelf.last, hex::encode(digest.get(..4).unwrap_or_default()));
        let file = File {
            id: id.clone(),
            name: new.name,
            mime: new.mime,
            bytes: new.bytes,
            digest,
            width: size.map(|(width, _)| width),
            height: size.map(|(_, height)| height),
            duration_s: new.duration_s,
        };
        shelf.bytes += file.bytes.len();
        shelf.order.push_back(id.clone());
        shelf.files.insert(id, file.clone());
        while shelf.bytes > self.bytes_max {
            let Some(oldest) = shelf.order.pop_front() else { break };
            if let Some(gone) = shelf.files.remove(&oldest) {
                shelf.bytes = shelf.bytes.saturating_sub(gone.bytes.len());
            }
        }
        file
    }

    /// A file that is still there.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<File> {
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner).files.get(id).cloned()
    }

    /// Bytes kept.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner).bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_file_goes_when_there_is_no_room() {
        let files = Files::new(10);
        let keep = |bytes: &'static [u8]| {
            files.keep(NewFile { mime: "text/plain".into(), bytes: bytes.into(), ..NewFile::default() })
        };
        let (first, second) = (keep(b"12345678"), keep(b"87654321"));
        assert!(files.get(&first.id).is_none());
        assert!(files.get(&second.id).is_some());
        assert_eq!(files.bytes(), 8);
    }
}
