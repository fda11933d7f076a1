//! Converting recordings with the machine's `ffmpeg`, where there is one.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use bytes::Bytes;
use tokio::io::AsyncReadExt as _;
use tokio::process::Command;
use uuid::Uuid;

/// How long a conversion may take.
const LONGEST: Duration = Duration::from_secs(60);
/// Longest result that is read.
const RESULT_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// Why a recording was not converted.
#[derive(Debug, thiserror::Error)]
pub(super) enum NotConverted {
    /// Its content.
    #[error("ffmpeg does not understand the recording")]
    NotUnderstood,
    /// Its length.
    #[error("converting the recording took too long")]
    TooSlow,
    /// The machine.
    #[error("ffmpeg could not be run: {0}")]
    NotRun(#[from] std::io::Error),
}

/// The program: the configured one, or the first on the search path. `None` when there is none.
#[must_use]
pub fn find_ffmpeg(configured: Option<&Path>) -> Option<PathBuf> {
    if let Some(path) = configured {
        return is_program(path).then(|| path.to_owned());
    }
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join("ffmpeg")).find(|file| is_program(file))
}

fn is_program(file: &Path) -> bool {
    file.metadata().is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
}

/// A file that goes when it is no longer needed.
struct Scratch(PathBuf);

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0); // at worst it stays in the folder for temporary files
    }
}

/// Opus in Ogg, of one channel and without anything but the sound.
pub(super) async fn to_voice_note(ffmpeg: &Path, recording: &[u8]) -> Result<Bytes, NotConverted> {
    // A file, not a pipe: of some recordings the beginning is only understood after their end.
    let scratch = Scratch(std::env::temp_dir().join(format!("switchboard-{}", Uuid::new_v4().simple())));
    let mut options = tokio::fs::OpenOptions::new();
    let mut file = options.write(true).create_new(true).mode(0o600).open(&scratch.0).await?;
    tokio::io::AsyncWriteExt::write_all(&mut file, recording).await?;
    tokio::io::AsyncWriteExt::flush(&mut file).await?;
    drop(file);

    let mut child = Command::new(ffmpeg)
        .args(["-hide_banner", "-loglevel", "error", "-nostdin"])
        // What it reads may name other files and addresses: none of them is opened.
        .args(["-protocol_whitelist", "file,pipe", "-i"])
        .arg(&scratch.0)
        .args(["-map", "0:a:0", "-map_metadata", "-1", "-ac", "1", "-ar", "48000"])
        .args(["-c:a", "libopus", "-b:a", "32k", "-application", "voip", "-f", "ogg", "pipe:1"])
        .env_clear()
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()?;
    let Some(output) = child.stdout.take() else { return Err(NotConverted::NotUnderstood) };
    let converting = async {
        let mut converted = Vec::new();
        output.take(RESULT_BYTES_MAX + 1).read_to_end(&mut converted).await?;
        if converted.len() as u64 > RESULT_BYTES_MAX {
            return Err(NotConverted::TooSlow); // longer than any platform takes
        }
        let status = child.wait().await?;
        if status.success() { Ok(converted) } else { Err(NotConverted::NotUnderstood) }
    };
    let converted = tokio::time::timeout(LONGEST, converting).await.map_err(|_| NotConverted::TooSlow)??;
    if converted.is_empty() { Err(NotConverted::NotUnderstood) } else { Ok(converted.into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A program that does what the real one would be asked to, or fails.
    fn stand_in(script: &str) -> Scratch {
        let file = Scratch(std::env::temp_dir().join(format!("ffmpeg-{}", Uuid::new_v4().simple())));
        std::fs::write(&file.0, format!("#!/bin/sh\n{script}\n")).unwrap();
        std::fs::set_permissions(&file.0, std::fs::Permissions::from_mode(0o700)).unwrap();
        file
    }

    #[tokio::test]
    async fn the_result_is_what_the_program_wrote_of_the_recording() {
        // The recording is the argument after -i.
        let program = stand_in(
            "while [ \"$1\" != -i ]; do shift; done; printf 'Ogg of '; /bin/cat \"$2\"; /bin/ls -l \"$2\" | /usr/bin/cut -c 1-10",
        );
        let converted = to_voice_note(&program.0, b"a recording ").await.unwrap();
        assert_eq!(converted, &b"Ogg of a recording -rw-------\n"[..]);
    }

    #[tokio::test]
    async fn a_failure_gives_nothing() {
        let failing = stand_in("echo half; exit 1");
        assert!(matches!(to_voice_note(&failing.0, b"x").await, Err(NotConverted::NotUnderstood)));
        let silent = stand_in("exit 0");
        assert!(matches!(to_voice_note(&silent.0, b"x").await, Err(NotConverted::NotUnderstood)));
        let missing = Path::new("/nonexistent/ffmpeg");
        assert!(matches!(to_voice_note(missing, b"x").await, Err(NotConverted::NotRun(_))));
        assert_eq!(find_ffmpeg(Some(missing)), None);
    }
}
