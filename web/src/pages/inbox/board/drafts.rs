//! What is being written: per conversation and mode, kept on the server a moment after the last key.

use std::cell::RefCell;
use std::collections::HashMap;
use std::time::Duration;

use leptos::prelude::set_timeout;
use leptos::task::spawn_local;
use shared::{Capabilities, ConversationId, MessageId};
use web_sys::File;

use super::{Board, follow, ring, with};
use crate::api::client::run;
use crate::api::messages::{
    Attachment, Draft as StoredDraft, DraftMode, QuotedMessage, SAVE_DRAFT, SaveDraft,
};
use crate::api::upload::{self, Upload};
use crate::components::channel_kind_name;
use crate::state::attaching::{Fit, fit};
use crate::state::choices::Choices;
use crate::state::outbox::{Extra, Pending};
use crate::state::place::PlaceDraft;
use crate::state::template::Filling;

/// How long after the last key a draft goes to the server.
const SAVE_AFTER: Duration = Duration::from_millis(800);

/// A file beside the text.
#[derive(Clone, Debug, PartialEq)]
pub struct FileEntry {
    /// Tells it from the others.
    pub number: u64,
    /// Its name.
    pub name: String,
    /// Its size in bytes.
    pub size_bytes: f64,
    /// What is to be known about it before it is sent.
    pub note: Option<String>,
    /// It was recorded here.
    pub voice: bool,
    /// How far it is.
    pub state: FileState,
}

/// How far a file is.
#[derive(Clone, Debug, PartialEq)]
pub enum FileState {
    /// Under way: 0.0 to 1.0.
    Uploading(f64),
    /// Stored.
    Stored(Attachment),
    /// Refused, with these words.
    Failed(String),
}

/// What one composer holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Draft {
    /// The text as typed.
    pub text: String,
    /// Files, in the order they were added.
    pub files: Vec<FileEntry>,
    /// What it answers.
    pub quoted: Option<QuotedMessage>,
    /// Buttons or a menu under the text.
    pub choices: Option<Choices>,
    /// The template that is being filled.
    pub filling: Option<Filling>,
    /// A place that was not sent.
    pub place: PlaceDraft,
    /// A message of ours that gets other words.
    pub editing: Option<Editing>,
    /// What the server has.
    saved: String,
    /// Counts the changes, so that only the last one is saved.
    revision: u64,
}

/// A message of ours while its words are changed.
#[derive(Clone, Debug, PartialEq)]
pub struct Editing {
    /// Which.
    pub message_id: MessageId,
    /// Its words before.
    pub before: String,
    /// Its words now.
    pub text: String,
    /// The server has not answered yet.
    pub saving: bool,
}

impl Draft {
    /// What is in the field: the text, or the message that is being changed.
    pub fn shown(&self) -> &str {
        self.editing.as_ref().map_or(&self.text, |editing| &editing.text)
    }

    /// Files that are stored.
    pub fn attachments(&self) -> Vec<Attachment> {
        let stored = |file: &FileEntry| match &file.state {
            FileState::Stored(attachment) => Some(attachment.clone()),
            _ => None,
        };
        self.files.iter().filter_map(stored).collect()
    }

    /// A file is still under way, or was refused and not taken out: nothing is sent without it unseen.
    pub fn held_up(&self) -> bool {
        self.files.iter().any(|file| !matches!(file.state, FileState::Stored(_)))
    }

    /// There is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.text.trim().is_empty() && self.files.is_empty()
    }
}

/// All that is being written.
#[derive(Default)]
pub(super) struct Drafts {
    drafts: HashMap<(ConversationId, DraftMode), Draft>,
    last_number: u64,
}

impl Drafts {
    pub(super) fn of(&mut self, id: ConversationId, mode: DraftMode) -> &mut Draft {
        self.drafts.entry((id, mode)).or_default()
    }
}

thread_local! {
    /// Running uploads, to be stopped when their file is taken out.
    static UPLOADS: RefCell<HashMap<u64, Upload>> = RefCell::default();
}

fn ring_drafts() {
    ring(|signals| Some(signals.drafts.clone()));
}

impl Board {
    /// What a composer holds; tracked.
    pub fn draft(self, id: ConversationId, mode: DraftMode) -> Draft {
        follow(|signals| signals.drafts.clone());
        with(|inner| inner.drafts.of(id, mode).clone()).unwrap_or_default()
    }

    /// Something is being written in a conversation; tracked.
    pub fn has_draft(self, id: ConversationId) -> bool {
        follow(|signals| signals.drafts.clone());
        let modes = [DraftMode::Reply, DraftMode::Note];
        with(|inner| {
            modes.iter().any(|mode| inner.drafts.drafts.get(&(id, *mode)).is_some_and(|d| !d.is_empty()))
        }) == Some(true)
    }

    /// The agent has typed.
    pub fn write(self, id: ConversationId, mode: DraftMode, text: String) {
        let kept = with(|inner| match &mut inner.drafts.of(id, mode).editing {
            Some(editing) => {
                editing.text = text;
                None
            }
            None => Some(text),
        });
        if let Some(Some(text)) = kept {
            set_text(id, mode, text);
        }
        ring_drafts();
    }

    /// Changes something of an answer's draft, but for its text.
    pub fn draft_reply(self, id: ConversationId, change: impl FnOnce(&mut Draft)) {
        with(|inner| change(inner.drafts.of(id, DraftMode::Reply)));
        ring_drafts();
    }

    /// Answers a certain message, or no longer.
    pub fn quote(self, id: ConversationId, quoted: Option<QuotedMessage>) {
        self.draft_reply(id, |draft| draft.quoted = quoted);
    }

    /// Adds a file and begins to upload it, unless the channel would not take it.
    pub fn attach(self, id: ConversationId, mode: DraftMode, file: &File, voice: bool) {
        let number = with(|inner| {
            let conversation = inner.inbox.conversation(id);
            let can = conversation.as_ref().filter(|_| mode == DraftMode::Reply).and_then(|conversation| {
                let kind = conversation.channel.kind;
                Some((Capabilities::of(kind)?, channel_kind_name(kind)))
            });
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a file's size")]
            let size_bytes = file.size() as u64;
            let fit = match &can {
                // What is recorded here is made into what the channel takes.
                _ if voice => Fit::Whole,
                _ => fit(can.as_ref().map(|(can, channel)| (can, *channel)), &file.type_(), size_bytes),
            };
            let files_max = can.map(|(can, _)| can.files_max);
            inner.drafts.last_number += 1;
            let number = inner.drafts.last_number;
            let files = &mut inner.drafts.of(id, mode).files;
            let (note, state) = match fit {
                _ if files_max.is_some_and(|max| files.len() >= max) => {
                    (None, FileState::Failed(format!("At most {} files.", files.len())))
                }
                Fit::Whole => (None, FileState::Uploading(0.0)),
                Fit::AsFile(words) => (Some(words), FileState::Uploading(0.0)),
                Fit::Refused(words) => (None, FileState::Failed(words)),
            };
            let refused = matches!(state, FileState::Failed(_));
            files.push(FileEntry { number, name: file.name(), size_bytes: file.size(), note, voice, state });
            (!refused).then_some(number)
        });
        ring_drafts();
        let number = number.flatten();
        let Some(number) = number else { return };
        let set = move |state: FileState| {
            with(|inner| {
                let draft = inner.drafts.of(id, mode);
                if let Some(file) = draft.files.iter_mut().find(|file| file.number == number) {
                    file.state = state;
                }
            });
            ring_drafts();
        };
        let done = move |stored: Result<Attachment, crate::api::Failure>| {
            UPLOADS.with_borrow_mut(|uploads| uploads.remove(&number));
            set(match stored {
                Ok(attachment) => FileState::Stored(attachment),
                Err(failure) => {
                    let words = failure.sentence();
                    let said = !words.trim().is_empty();
                    FileState::Failed(if said {
                        words
                    } else {
                        "This file could not be uploaded.".to_owned()
                    })
                }
            });
        };
        match upload::start(file, voice, move |part| set(FileState::Uploading(part)), done) {
            Ok(upload) => {
                UPLOADS.with_borrow_mut(|uploads| uploads.insert(number, upload));
                ring_drafts();
            }
            Err(failure) => set(FileState::Failed(failure.sentence())),
        }
    }

    /// Takes a file out again.
    pub fn detach(self, id: ConversationId, mode: DraftMode, number: u64) {
        if let Some(upload) = UPLOADS.with_borrow_mut(|uploads| uploads.remove(&number)) {
            upload.cancel();
        }
        with(|inner| inner.drafts.of(id, mode).files.retain(|file| file.number != number));
        ring_drafts();
    }
}

fn set_text(id: ConversationId, mode: DraftMode, text: String) {
    let revision = with(|inner| {
        let draft = inner.drafts.of(id, mode);
        draft.text = text;
        draft.revision += 1;
        draft.revision
    });
    if let Some(revision) = revision {
        set_timeout(move || save(id, mode, revision), SAVE_AFTER);
    }
}

/// Keeps a draft on the server, unless it has changed since or the server has it.
fn save(id: ConversationId, mode: DraftMode, revision: u64) {
    let text = with(|inner| {
        let draft = inner.drafts.of(id, mode);
        (draft.revision == revision && draft.saved != draft.text).then(|| draft.text.clone())
    });
    let Some(Some(text)) = text else { return };
    spawn_local(async move {
        let saved = run(&SAVE_DRAFT, SaveDraft { conversation_id: id, mode, text: text.clone() }).await;
        if saved.is_ok() {
            with(|inner| inner.drafts.of(id, mode).saved = text);
        }
    });
}

/// The server's drafts have come with the thread. What is being typed here wins.
pub(super) fn loaded(id: ConversationId, reply: Option<StoredDraft>, note: Option<StoredDraft>) {
    for (mode, stored) in [(DraftMode::Reply, reply), (DraftMode::Note, note)] {
        let Some(stored) = stored else { continue };
        with(|inner| {
            let draft = inner.drafts.of(id, mode);
            if draft.revision == 0 {
                draft.text.clone_from(&stored.text);
            }
            draft.saved = stored.text;
        });
    }
    ring_drafts();
}

/// The composer's content is on its way.
pub(super) fn sent(id: ConversationId, mode: DraftMode) {
    with(|inner| {
        let draft = inner.drafts.of(id, mode);
        draft.files.clear();
        draft.quoted = None;
        draft.choices = None;
    });
    set_text(id, mode, String::new());
    ring_drafts();
}

/// A message that was not sent goes back where it was written, before what is there by now.
pub(super) fn put_back(pending: Pending) {
    let Pending { conversation_id: id, mode, text, attachments, extra, quoted, .. } = pending;
    match extra {
        Some(Extra::Template(filling)) => {
            return Board.draft_reply(id, |draft| draft.filling = Some(filling));
        }
        Some(Extra::Place(place)) => return Board.draft_reply(id, |draft| draft.place = place),
        Some(Extra::Choices(choices)) => Board.draft_reply(id, |draft| draft.choices = Some(choices)),
        None => {}
    }
    let text = with(|inner| {
        let back = attachments.into_iter().map(|attachment| {
            inner.drafts.last_number += 1;
            FileEntry {
                number: inner.drafts.last_number,
                name: attachment.name.clone(),
                size_bytes: 0.0,
                note: None,
                voice: false,
                state: FileState::Stored(attachment),
            }
        });
        let back: Vec<FileEntry> = back.collect();
        let draft = inner.drafts.of(id, mode);
        draft.files.splice(0..0, back);
        draft.quoted = quoted;
        if draft.text.is_empty() { text } else { format!("{text}\n{}", draft.text) }
    });
    set_text(id, mode, text.unwrap_or_default());
    ring_drafts();
}
