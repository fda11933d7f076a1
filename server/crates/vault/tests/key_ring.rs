//! The master key file, on a real disk.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use uuid::Uuid;
use vault::{KeyFileError, KeyRing};

struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let path = std::env::temp_dir().join(format!("vault-{}", Uuid::new_v4()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn the_first_run_makes_a_private_file_and_the_second_finds_the_same_key() {
    let folder = Folder::new();
    let path = folder.0.join("deep/master.key");
    let first = KeyRing::load_or_create(&path).unwrap();
    let second = KeyRing::load_or_create(&path).unwrap();
    assert_eq!(first.active().1.expose(), second.active().1.expose());
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn a_key_that_is_added_becomes_active_and_the_old_one_still_opens() {
    let folder = Folder::new();
    let path = folder.0.join("master.key");
    let mut keys = KeyRing::load_or_create(&path).unwrap();
    assert_eq!(keys.active().0, 1);
    assert_eq!(keys.add(&path).unwrap(), 2);
    let read_again = KeyRing::load(&path).unwrap();
    assert_eq!(read_again.active().0, 2);
    assert_eq!(read_again.get(1).unwrap().expose(), keys.get(1).unwrap().expose());
    assert_eq!(read_again.ids().collect::<Vec<_>>(), [1, 2]);
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn a_file_that_others_may_read_is_refused() {
    let folder = Folder::new();
    let path = folder.0.join("master.key");
    KeyRing::load_or_create(&path).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    assert!(matches!(KeyRing::load(&path), Err(KeyFileError::TooOpen { mode: 0o644, .. })));
}

#[test]
fn a_bad_line_is_named_but_not_repeated() {
    let folder = Folder::new();
    let path = folder.0.join("master.key");
    KeyRing::load_or_create(&path).unwrap();
    let good = fs::read_to_string(&path).unwrap();
    for bad in ["2:tooshort", "x:AAAA", "nonsense", good.trim()] {
        fs::write(&path, format!("# keys\n{good}{bad}\n")).unwrap();
        let error = KeyRing::load(&path).unwrap_err();
        assert!(matches!(error, KeyFileError::Malformed { line: 3, .. }), "{bad}: {error}");
        assert!(!error.to_string().contains(bad));
    }
    fs::write(&path, "").unwrap();
    assert!(matches!(KeyRing::load(&path), Err(KeyFileError::Empty { .. })));
}
