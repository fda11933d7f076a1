//! What a message says, while events change it: text, card, files, and the parts of an album.

use channel_core::{AttachmentSource, RemoteMedia};
use chrono::{DateTime, Utc};
use shared::{AttachmentId, AttachmentKind, RichText, TextSpan};

use super::natural;
use crate::messages::{Context, MessageCard, Named, in_short};

/// What a message says.
#[derive(Debug, Clone, Default)]
pub(super) struct Body {
    pub text: RichText,
    pub card: Option<MessageCard>,
    pub context: Context,
    pub edited_at: Option<DateTime<Utc>>,
    /// The platform's count of edits.
    pub edit_number: Option<i32>,
    pub deleted_at: Option<DateTime<Utc>>,
    /// In order.
    pub files: Vec<File>,
    /// Of an album: its parts, in order.
    pub parts: Vec<Part>,
    /// The number of the last text that it had before.
    pub last_revision: i32,
    /// Texts that this batch replaced.
    pub revisions: Vec<Replaced>,
    /// Stored files that it has no more.
    pub erased: Vec<File>,
}

/// A text that was replaced.
#[derive(Debug, Clone)]
pub(super) struct Replaced {
    pub text: RichText,
    pub card: Option<MessageCard>,
    pub at: DateTime<Utc>,
}

/// A file of a message.
#[derive(Debug, Clone)]
pub(super) struct File {
    pub id: AttachmentId,
    pub kind: AttachmentKind,
    pub name: String,
    /// What the platform calls the bytes.
    pub unique_id: Option<String>,
    /// Which part of an album it is.
    pub part: Option<String>,
    pub source: FileSource,
}

/// Where a file's bytes are.
#[derive(Debug, Clone)]
pub(super) enum FileSource {
    /// Uploaded before its message.
    Uploaded,
    /// At the platform.
    Remote(Box<RemoteMedia>),
    /// Kept since an earlier batch; at this place in its message.
    Stored { position: i16, storage_key: Option<String>, has_thumbnail: bool, size_bytes: i64 },
}

/// A part of an album.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Part {
    pub platform_id: String,
    pub text: RichText,
    pub is_deleted: bool,
    /// Its number as stored; none for one that is not.
    pub stored_at: Option<i16>,
    /// Its words changed, or it was taken back.
    pub is_changed: bool,
}

impl File {
    /// A file that is still the platform's; none for one that is ours already.
    pub(super) fn remote(source: &AttachmentSource, part: Option<&str>) -> Option<Self> {
        let AttachmentSource::Remote(media) = source else { return None };
        let kind = AttachmentKind::from(media.kind);
        Some(Self {
            id: AttachmentId::new(),
            kind,
            name: crate::media::label(media.file_name.as_deref().or(media.title.as_deref()), kind),
            unique_id: media.unique_id.clone(),
            part: part.map(str::to_owned),
            source: FileSource::Remote(media.clone()),
        })
    }
}

impl Body {
    /// In a few words.
    pub(super) fn in_short(&self) -> String {
        let files: Vec<Named<'_>> =
            self.files.iter().map(|file| Named { kind: file.kind, name: &file.name }).collect();
        in_short(&self.text.plain, self.card.as_ref(), &files)
    }

    /// Adds a part of an album, in its place.
    pub(super) fn add_part(&mut self, platform_id: &str, text: RichText, files: Vec<File>) {
        self.parts.push(Part {
            platform_id: platform_id.to_owned(),
            text,
            is_deleted: false,
            stored_at: None,
            is_changed: false,
        });
        self.parts.sort_by(|one, other| natural::compare(&one.platform_id, &other.platform_id));
        self.files.extend(files);
        self.put_together();
    }

    /// Other words for a part; the album's text follows.
    pub(super) fn set_part_text(&mut self, platform_id: &str, text: RichText) {
        if let Some(part) = self.parts.iter_mut().find(|part| part.platform_id == platform_id) {
            part.is_changed |= part.text != text;
            part.text = text;
        }
        self.put_together();
    }

    /// A part was taken back, with its words and files; whether any is left.
    pub(super) fn remove_part(&mut self, platform_id: &str) -> bool {
        if let Some(part) = self.parts.iter_mut().find(|part| part.platform_id == platform_id) {
            part.is_changed = true;
            part.is_deleted = true;
            part.text = RichText::default();
        }
        let (gone, kept) =
            self.files.drain(..).partition(|file: &File| file.part.as_deref() == Some(platform_id));
        self.files = kept;
        self.erase(gone);
        self.put_together();
        self.parts.iter().any(|part| !part.is_deleted)
    }

    /// Forgets files for good.
    pub(super) fn erase(&mut self, files: Vec<File>) {
        let stored = files.into_iter().filter(|file| matches!(file.source, FileSource::Stored { .. }));
        self.erased.extend(stored);
    }

    /// Takes all of it back.
    pub(super) fn take_back(&mut self, at: DateTime<Utc>) {
        let files = std::mem::take(&mut self.files);
        self.erase(files);
        for part in &mut self.parts {
            part.is_changed |= !part.is_deleted || !part.text.is_empty();
            part.is_deleted = true;
            part.text = RichText::default();
        }
        self.text = RichText::default();
        self.card = None;
        self.context = Context::default();
        self.revisions.clear();
        self.deleted_at = Some(at);
    }

    /// The number of a file in its message: an album's files have their part's.
    pub(super) fn position(&self, at: usize, file: &File) -> i16 {
        let of_part = |id: &str| self.parts.iter().position(|part| part.platform_id == id);
        let place = file.part.as_deref().and_then(of_part).unwrap_or(at);
        i16::try_from(place).unwrap_or(i16::MAX)
    }

    /// An album's words are those of its parts, one after the other.
    pub(super) fn put_together(&mut self) {
        let mut whole = RichText::default();
        for part in self.parts.iter().filter(|part| !part.text.is_empty()) {
            if !whole.plain.is_empty() {
                whole.plain.push('\n');
            }
            let start = whole.plain.len();
            whole.plain.push_str(&part.text.plain);
            let moved = part.text.spans.iter().map(|span| TextSpan {
                start: span.start + start,
                end: span.end + start,
                style: span.style.clone(),
            });
            whole.spans.extend(moved);
        }
        self.text = whole;
        let parts = &self.parts;
        let place = |file: &File| {
            let id = file.part.as_deref()?;
            parts.iter().position(|part| part.platform_id == id)
        };
        self.files.sort_by_key(|file| (place(file), file.id));
    }
}

#[cfg(test)]
mod tests {
    use shared::TextStyle;

    use super::*;

    fn file(part: &str) -> File {
        File {
            id: AttachmentId::new(),
            kind: AttachmentKind::Image,
            name: part.to_owned(),
            unique_id: None,
            part: Some(part.to_owned()),
            source: FileSource::Stored {
                position: 0,
                storage_key: None,
                has_thumbnail: false,
                size_bytes: 0,
            },
        }
    }

    #[test]
    fn parts_stand_in_their_order_whenever_they_come_and_the_caption_may_come_last() {
        let mut body = Body::default();
        body.add_part("7:11", RichText::default(), vec![file("7:11")]);
        body.add_part("7:9", RichText::default(), vec![file("7:9")]);
        assert_eq!(body.text.plain, "");
        let span = TextSpan { start: 0, end: 4, style: TextStyle::Bold };
        body.add_part("7:10", RichText { plain: "Both".to_owned(), spans: vec![span] }, vec![file("7:10")]);
        let names: Vec<&str> = body.files.iter().map(|file| file.name.as_str()).collect();
        assert_eq!(names, ["7:9", "7:10", "7:11"]);
        assert_eq!((body.text.plain.as_str(), body.text.spans.len()), ("Both", 1));
        assert_eq!(body.position(2, &body.files[2]), 2);
        body.set_part_text("7:9", RichText::plain("First"));
        assert_eq!(body.text.plain, "First\nBoth");
        assert_eq!((body.text.spans[0].start, body.text.spans[0].end), (6, 10));
    }

    #[test]
    fn a_part_that_is_taken_back_takes_its_file_along_and_the_last_one_is_the_end() {
        let mut body = Body::default();
        for part in ["1", "2"] {
            body.add_part(part, RichText::plain(part), vec![file(part)]);
        }
        assert!(body.remove_part("2"));
        assert_eq!((body.text.plain.as_str(), body.files.len(), body.erased.len()), ("1", 1, 1));
        assert!(!body.remove_part("1"));
        assert_eq!((body.files.len(), body.erased.len()), (0, 2));
    }
}
