//! As what a file goes out, and which do not.

use channel_core::{Act, MediaFile, MediaPart, Refusal, RefusalReason};
use shared::{MediaKind, RichText};

use super::{LIMITS, refuse};

/// One transmission per file: WhatsApp has no albums for businesses.
pub fn plan(files: &[MediaFile]) -> Result<Vec<Act>, Refusal> {
    let act = |file: &MediaFile| {
        let file = MediaFile { kind: kind_to_send(file)?, ..file.clone() };
        Ok(Act::Media { part: MediaPart { caption: RichText::default(), file }, buttons: None })
    };
    files.iter().map(act).collect()
}

/// As what WhatsApp takes this file: as what it is, as something like it, or as a document.
pub fn kind_to_send(file: &MediaFile) -> Result<MediaKind, Refusal> {
    if file.size_bytes == 0 {
        return Err(refuse(RefusalReason::Empty, format!("“{}” is empty.", file.name)));
    }
    if file.size_bytes > LIMITS.file_bytes_max {
        return Err(too_large(file, LIMITS.file_bytes_max));
    }
    let Some((content_type, bytes_max)) = upload(&file.content_type) else {
        return Err(refuse(RefusalReason::KindNotTaken, not_taken(file)));
    };
    let fits = |kind: &MediaKind| {
        LIMITS.media(*kind).is_some_and(|limit| {
            let known = limit.content_types.is_empty() || limit.content_types.contains(&content_type);
            known && file.size_bytes <= limit.bytes_max.min(bytes_max)
        })
    };
    let wanted: &[MediaKind] = match file.kind {
        MediaKind::Video | MediaKind::VideoNote | MediaKind::Animation => {
            &[MediaKind::Video, MediaKind::File]
        }
        MediaKind::Voice => &[MediaKind::Voice, MediaKind::Audio, MediaKind::File],
        MediaKind::Audio => &[MediaKind::Audio, MediaKind::File],
        MediaKind::Image => &[MediaKind::Image, MediaKind::File],
        MediaKind::Sticker => &[MediaKind::Sticker],
        MediaKind::File => &[MediaKind::File],
    };
    match wanted.iter().find(|kind| fits(kind)) {
        // A picture that is a sticker by its type goes as nothing else.
        Some(MediaKind::File) if content_type == "image/webp" => {
            Err(refuse(RefusalReason::KindNotTaken, not_taken(file)))
        }
        Some(kind) => Ok(*kind),
        None if file.size_bytes > bytes_max => Err(too_large(file, bytes_max)),
        None => Err(refuse(RefusalReason::KindNotTaken, not_taken(file))),
    }
}

fn too_large(file: &MediaFile, bytes_max: u64) -> Refusal {
    let size = |bytes: u64| match bytes {
        0..1_048_576 => format!("{} KB", bytes.div_ceil(1024)),
        _ => format!("{} MB", bytes.div_ceil(1024 * 1024)),
    };
    let words = format!(
        "WhatsApp takes files of this kind of up to {}; “{}” has {}.",
        size(bytes_max),
        file.name,
        size(file.size_bytes),
    );
    refuse(RefusalReason::TooLarge, words)
}

fn not_taken(file: &MediaFile) -> String {
    let remedy = match file.content_type.split('/').next().unwrap_or_default() {
        "image" => "pictures as JPEG or PNG",
        "audio" => "sounds as MP3, M4A, AAC, AMR or OGG with Opus",
        "video" => "videos as MP4 or 3GP",
        _ => "documents as PDF, text or Office files",
    };
    format!("WhatsApp does not take “{}”: it takes {remedy}.", file.name)
}

/// The content type to upload a file under, as WhatsApp knows it.
pub fn upload_type(content_type: &str) -> Option<&'static str> {
    upload(content_type).map(|(name, _)| name)
}

const MEGABYTE: u64 = 1024 * 1024;

/// By type: under which name it is uploaded, and the largest size (`protocols/whatsapp.md` 8). Other names of the same
/// thing count; any text is text.
fn upload(content_type: &str) -> Option<(&'static str, u64)> {
    let name = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let known: &'static str = match name.as_str() {
        "image/jpeg" | "image/jpg" => "image/jpeg",
        "image/png" => "image/png",
        "image/webp" => return Some(("image/webp", 500 * 1024)),
        "audio/aac" => "audio/aac",
        "audio/amr" => "audio/amr",
        "audio/mpeg" | "audio/mp3" => "audio/mpeg",
        "audio/mp4" | "audio/m4a" | "audio/x-m4a" => "audio/mp4",
        "audio/ogg" | "audio/opus" | "application/ogg" => "audio/ogg",
        "video/mp4" => "video/mp4",
        "video/3gpp" | "video/3gp" => "video/3gpp",
        text if text.starts_with("text/") => return Some(("text/plain", 100 * MEGABYTE)),
        other => {
            return DOCUMENTS.iter().find(|known| **known == other).map(|known| (*known, 100 * MEGABYTE));
        }
    };
    let bytes_max = if known.starts_with("image/") { 5 * MEGABYTE } else { 16 * MEGABYTE };
    Some((known, bytes_max))
}

/// PDF and the common office types.
const DOCUMENTS: &[&str] = &[
    "application/pdf",
    "application/msword",
    "application/vnd.ms-excel",
    "application/vnd.ms-powerpoint",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "application/vnd.oasis.opendocument.text",
    "application/vnd.oasis.opendocument.spreadsheet",
    "application/vnd.oasis.opendocument.presentation",
    "application/rtf",
];
