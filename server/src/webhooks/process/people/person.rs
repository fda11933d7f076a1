//! One sender of a batch.

use std::collections::{BTreeMap, BTreeSet};

use channel_core::{Alias, AliasKind, Sender};
use chrono::{DateTime, Utc};
use serde_json::Value;
use shared::{ChannelId, ContactId, IdentityId};

/// One sender of a batch.
#[derive(Debug, Clone)]
pub(in super::super) struct Person {
    pub identity_id: IdentityId,
    pub contact_id: ContactId,
    pub channel_id: ChannelId,
    /// The platform's id that messages go to.
    pub platform_id: String,
    /// As stored; none for one that this batch meets first.
    pub stored: Option<StoredPerson>,
    /// What the event said that made this one.
    pub first: Option<Sender>,
    /// As the platform shows them.
    pub display_name: Option<String>,
    /// Other names, as known now.
    pub aliases: BTreeSet<Alias>,
    pub reach: Reach,
    /// Kinds of messages that are not wanted.
    pub opted_out: BTreeSet<String>,
    /// When each kind was last allowed or forbidden.
    pub preferences_at: BTreeMap<String, DateTime<Utc>>,
    /// The page they are on, if this batch says.
    pub page: Option<Value>,
    /// Through whose account a new one is known.
    pub connection: Option<String>,
    /// Turned out to be this other one.
    pub merged_into: Option<usize>,
}

/// An identity as it was.
#[derive(Debug, Clone)]
pub(in super::super) struct StoredPerson {
    pub platform_id: String,
    pub display_name: Option<String>,
    pub verified: bool,
    pub aliases: BTreeSet<Alias>,
    pub page_url: Option<String>,
    pub reach: Reach,
    pub opted_out: BTreeSet<String>,
    pub preferences_at: BTreeMap<String, DateTime<Utc>>,
}

/// Whether messages reach a person, since when, and why not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Reach {
    pub reachable: bool,
    pub reason: Option<String>,
    pub changed_at: Option<DateTime<Utc>>,
}

impl Default for Reach {
    fn default() -> Self {
        Self { reachable: true, reason: None, changed_at: None }
    }
}

impl Person {
    /// Somebody nobody has met.
    pub(super) fn new(channel_id: ChannelId, sender: &Sender) -> Self {
        Self {
            identity_id: IdentityId::new(),
            contact_id: ContactId::new(),
            channel_id,
            platform_id: sender.platform_id.clone(),
            stored: None,
            first: Some(sender.clone()),
            display_name: sender.display_name.clone(),
            aliases: BTreeSet::new(),
            reach: Reach::default(),
            opted_out: BTreeSet::new(),
            preferences_at: BTreeMap::new(),
            page: None,
            connection: None,
            merged_into: None,
        }
    }

    /// They go by other names than before.
    pub(in super::super) fn is_renamed(&self) -> bool {
        let stored = self.stored.as_ref();
        stored.is_none_or(|stored| stored.platform_id != self.platform_id || stored.aliases != self.aliases)
    }

    /// Takes in other names. A user name takes the place of the one before: it may be somebody else's by now.
    pub(super) fn learn(&mut self, aliases: &[Alias]) {
        for alias in aliases.iter().filter(|alias| alias.value != self.platform_id) {
            if self.aliases.contains(alias) {
                continue;
            }
            if alias.kind == AliasKind::Username {
                self.aliases.retain(|known| known.kind != AliasKind::Username);
            }
            self.aliases.insert(alias.clone());
        }
    }

    /// Messages go to another id from now on; the one before stays a name.
    pub(super) fn go_by(&mut self, platform_id: &str) {
        if self.platform_id == platform_id {
            return;
        }
        let before = std::mem::replace(&mut self.platform_id, platform_id.to_owned());
        self.aliases.retain(|alias| alias.value != platform_id || alias.kind != AliasKind::PlatformId);
        self.aliases.insert(Alias { kind: AliasKind::PlatformId, value: before });
    }
}
