//! The entries of threads that a batch adds or changes, in memory until all of its events are read.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde_json::Value;
use shared::{AuthorKind, ChannelId, ConversationId, Direction, MessageId, MessageStatus};
use uuid::Uuid;

use super::body::Body;
use super::steps::Step;

/// A message, note or activity that this batch adds, or a stored message that its events are about.
#[derive(Debug)]
pub(super) struct Entry {
    pub id: MessageId,
    pub conversation_id: ConversationId,
    pub channel_id: ChannelId,
    pub seq: i64,
    pub direction: Direction,
    pub body: Body,
    /// With what only a new one has.
    pub new: Option<New>,
    /// Of a stored one: nothing that lists show came after it.
    pub is_last: bool,
    /// Of a stored one: its content changed.
    pub is_changed: bool,
    /// A stored one that went out through us, not through the business's own app.
    pub is_transmitted: bool,
}

/// What only a new entry has.
#[derive(Debug, Clone)]
pub(super) struct New {
    /// Which delivery of the batch it came with; none for an activity, and for what had waited.
    pub delivery: Option<usize>,
    pub author_kind: AuthorKind,
    pub author_contact_id: Option<Uuid>,
    pub platform_message_id: Option<String>,
    pub client_id: Option<Uuid>,
    pub quoted_platform_id: Option<String>,
    pub quoted_message_id: Option<MessageId>,
    pub sent_at: DateTime<Utc>,
    pub late: bool,
    pub status: Option<MessageStatus>,
    pub activity: Option<Value>,
    pub provenance: Option<Value>,
    /// The album that begins with it.
    pub album: Option<String>,
    /// Others may quote it by its platform's id.
    pub may_be_quoted: bool,
}

/// All of them, by every id they go by.
#[derive(Default)]
pub(super) struct Entries {
    all: Vec<Entry>,
    by_platform_id: HashMap<(ChannelId, String), usize>,
    by_album: HashMap<(ChannelId, String), usize>,
}

impl Entries {
    /// Adds one; its place.
    pub(super) fn push(&mut self, entry: Entry) -> usize {
        let at = self.all.len();
        if let Some(new) = &entry.new {
            if let Some(id) = &new.platform_message_id {
                self.by_platform_id.insert((entry.channel_id, id.clone()), at);
            }
            if let Some(album) = &new.album {
                self.by_album.insert((entry.channel_id, album.clone()), at);
            }
        }
        self.all.push(entry);
        at
    }

    /// From now on this id leads to the entry at this place.
    pub(super) fn name(&mut self, channel_id: ChannelId, platform_id: &str, at: usize) {
        self.by_platform_id.insert((channel_id, platform_id.to_owned()), at);
    }

    /// From now on this album leads to the entry at this place.
    pub(super) fn name_album(&mut self, channel_id: ChannelId, album: &str, at: usize) {
        self.by_album.insert((channel_id, album.to_owned()), at);
    }

    /// The place of what goes by this id.
    pub(super) fn find(&self, channel_id: ChannelId, platform_id: &str) -> Option<usize> {
        self.by_platform_id.get(&(channel_id, platform_id.to_owned())).copied()
    }

    /// Whether the message of an event is here already.
    pub(super) fn has(&self, step: &Step) -> bool {
        step.own_id().is_some_and(|id| self.find(step.channel_id, &id).is_some())
    }

    /// The place of this album.
    pub(super) fn find_album(&self, channel_id: ChannelId, album: &str) -> Option<usize> {
        self.by_album.get(&(channel_id, album.to_owned())).copied()
    }

    /// The entry at a place.
    pub(super) fn get(&self, at: usize) -> Option<&Entry> {
        self.all.get(at)
    }

    /// The entry at a place, to change it.
    pub(super) fn get_mut(&mut self, at: usize) -> Option<&mut Entry> {
        self.all.get_mut(at)
    }

    /// Those that are added, in order.
    pub(super) fn added(&self) -> impl Iterator<Item = (&Entry, &New)> {
        self.all.iter().filter_map(|entry| Some((entry, entry.new.as_ref()?)))
    }

    /// Stored ones whose content changed.
    pub(super) fn changed(&self) -> impl Iterator<Item = &Entry> {
        self.all.iter().filter(|entry| entry.new.is_none() && entry.is_changed)
    }

    /// All that have something to write.
    pub(super) fn written(&self) -> impl Iterator<Item = &Entry> {
        self.all.iter().filter(|entry| entry.new.is_some() || entry.is_changed)
    }
}
