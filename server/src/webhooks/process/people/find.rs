//! Reading what is known of every id that a batch names.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use channel_core::{Alias, AliasKind, InboundEvent, Sender};
use chrono::{DateTime, Utc};
use serde_json::Value;
use shared::{ChannelId, ContactId, IdentityId};
use sqlx::FromRow;
use sqlx::types::Json;

use super::People;
use super::contact::{ContactNow, Facts};
use super::person::{Person, Reach, StoredPerson};
use crate::db::WorkspaceTx;
use crate::webhooks::process::entries::Entries;
use crate::webhooks::process::steps::Step;

#[derive(Debug, FromRow)]
struct Found {
    n: i64,
    identity_id: IdentityId,
    contact_id: ContactId,
    platform_id: String,
    verified: bool,
    display_name: Option<String>,
    page_url: Option<String>,
    reachable: bool,
    unreachable_reason: Option<String>,
    reachable_changed_at: Option<DateTime<Utc>>,
    opted_out: Vec<String>,
    preferences_at: Json<BTreeMap<String, DateTime<Utc>>>,
    /// Kinds and values, one after the other.
    aliases: Vec<String>,
    name: String,
    email: Option<String>,
    phone: Option<String>,
    locale: Option<String>,
    attributes: Value,
}

/// Whom an event is about, as it names them.
pub(in super::super) fn sender(event: &InboundEvent) -> Option<&Sender> {
    match event {
        InboundEvent::Message(message) => Some(&message.sender),
        InboundEvent::Echo(echo) => Some(&echo.message.sender),
        InboundEvent::Edited(edit) => Some(&edit.message.sender),
        InboundEvent::Unsent(unsend) => Some(&unsend.sender),
        InboundEvent::Reacted(change) => Some(&change.sender),
        InboundEvent::Seen { sender, .. } | InboundEvent::Typing { sender, .. } => Some(sender),
        InboundEvent::Pressed(press) => Some(&press.sender),
        InboundEvent::Opened(opened) => Some(&opened.sender),
        InboundEvent::Reachability(reach) => Some(&reach.sender),
        InboundEvent::Preference(preference) => Some(&preference.sender),
        InboundEvent::Identity(change) => Some(&change.sender),
        _ => None,
    }
}

/// The ids among names.
pub(super) fn ids(aliases: &[Alias]) -> impl Iterator<Item = &str> {
    let ids = aliases.iter().filter(|alias| alias.kind == AliasKind::PlatformId);
    ids.map(|alias| alias.value.as_str())
}

/// Every id of a person that an event names.
fn keys(event: &InboundEvent) -> Vec<&str> {
    let mut keys = Vec::new();
    if let Some(sender) = sender(event) {
        keys.push(sender.platform_id.as_str());
        keys.extend(ids(&sender.aliases));
    }
    match event {
        InboundEvent::Identity(change) => {
            keys.extend(change.new_platform_id.as_deref());
            keys.extend(ids(&change.add));
        }
        InboundEvent::ChatMoved(moved) => keys.extend([moved.from.as_str(), moved.to.as_str()]),
        _ => {}
    }
    keys
}

impl People {
    /// Looks every id up, also as a name of somebody who goes by another one.
    /// Whoever is named only by what is here already does not count.
    pub(in super::super) async fn find(
        tx: &mut WorkspaceTx,
        steps: &[Step],
        entries: &Entries,
    ) -> sqlx::Result<Self> {
        let mut people = Self::default();
        let mut asked: BTreeSet<(ChannelId, &str)> = BTreeSet::new();
        for step in steps.iter().filter(|step| !entries.has(step)) {
            asked.extend(keys(&step.event).into_iter().map(|key| (step.channel_id, key)));
        }
        if asked.is_empty() {
            return Ok(people);
        }
        let asked = Vec::from_iter(asked);
        let with_names = steps.iter().any(|step| !step.is_ours());
        let mut numbers: HashMap<IdentityId, usize> = HashMap::new();
        for found in look_up(tx, &asked, with_names).await? {
            let place = usize::try_from(found.n - 1).ok().and_then(|place| asked.get(place));
            let Some((channel_id, key)) = place else { continue };
            let number = match numbers.get(&found.identity_id) {
                Some(number) => *number,
                None => {
                    let (identity_id, number) = (found.identity_id, people.all.len());
                    people.add_stored(*channel_id, found);
                    numbers.insert(identity_id, number);
                    number
                }
            };
            let is_own = people.all.get(number).is_some_and(|person| person.platform_id == *key);
            let by = if is_own { &mut people.by_id } else { &mut people.by_alias };
            by.insert((*channel_id, (*key).to_owned()), number);
        }
        Ok(people)
    }

    fn add_stored(&mut self, channel_id: ChannelId, found: Found) {
        let aliases: BTreeSet<Alias> = pairs(&found.aliases);
        let opted_out: BTreeSet<String> = found.opted_out.into_iter().collect();
        let reach = Reach {
            reachable: found.reachable,
            reason: found.unreachable_reason,
            changed_at: found.reachable_changed_at,
        };
        self.contacts.entry(found.contact_id).or_insert_with(|| {
            let facts = Facts {
                name: found.name,
                email: found.email,
                phone: found.phone,
                locale: found.locale,
                attributes: found.attributes,
            };
            ContactNow { before: Some(facts.clone()), now: facts }
        });
        // The id that messages go to is looked for also where only another name was asked for.
        self.by_id.insert((channel_id, found.platform_id.clone()), self.all.len());
        self.all.push(Person {
            identity_id: found.identity_id,
            contact_id: found.contact_id,
            channel_id,
            platform_id: found.platform_id.clone(),
            display_name: found.display_name.clone(),
            aliases: aliases.clone(),
            reach: reach.clone(),
            opted_out: opted_out.clone(),
            preferences_at: found.preferences_at.0.clone(),
            first: None,
            page: None,
            connection: None,
            merged_into: None,
            stored: Some(StoredPerson {
                platform_id: found.platform_id,
                display_name: found.display_name,
                verified: found.verified,
                aliases,
                page_url: found.page_url,
                reach,
                opted_out,
                preferences_at: found.preferences_at.0,
            }),
        });
    }
}

fn pairs(aliases: &[String]) -> BTreeSet<Alias> {
    let (pairs, _) = aliases.as_chunks::<2>();
    let read = |[kind, value]: &[String; 2]| Some(Alias { kind: kind_of(kind)?, value: value.clone() });
    pairs.iter().filter_map(read).collect()
}

fn kind_of(name: &str) -> Option<AliasKind> {
    use AliasKind::{Email, Phone, PlatformId, UserId, Username};
    [Phone, Username, Email, UserId, PlatformId].into_iter().find(|kind| kind.as_str() == name)
}

/// One row per id that somebody goes by. A person's other names are read only where they can change.
async fn look_up(
    tx: &mut WorkspaceTx,
    asked: &[(ChannelId, &str)],
    with_names: bool,
) -> sqlx::Result<Vec<Found>> {
    let workspace_id = tx.workspace_id();
    sqlx::query_as(
        // Limits keep the planner from turning it around: one look-up per sender, whatever it believes
        // of tables that were still empty when it planned.
        "select a.n, i.id as identity_id, i.contact_id, i.platform_id, i.verified, i.display_name,
                i.last_page ->> 'url' as page_url, i.reachable, i.unreachable_reason, i.reachable_changed_at,
                i.opted_out, i.preferences_at, c.name, c.email, c.phone, c.locale, c.attributes,
                case when $4 then array(select v from identity_aliases n, unnest(array[n.kind, n.value]) as v
                                        where n.workspace_id = $1 and n.identity_id = i.id)
                     else '{}'::text[] end as aliases
         from unnest($2::uuid[], $3::text[]) with ordinality as a(channel_id, platform_id, n)
         cross join lateral (
             select i.id, i.contact_id, i.platform_id, i.verified, i.display_name, i.last_page, i.reachable,
                    i.unreachable_reason, i.reachable_changed_at, i.opted_out, i.preferences_at
             from identities i
             where i.workspace_id = $1 and i.channel_id = a.channel_id and i.platform_id = a.platform_id
             union all
             select i.id, i.contact_id, i.platform_id, i.verified, i.display_name, i.last_page, i.reachable,
                    i.unreachable_reason, i.reachable_changed_at, i.opted_out, i.preferences_at
             from identity_aliases x
             join identities i on i.workspace_id = $1 and i.id = x.identity_id
             where x.workspace_id = $1 and x.kind = 'platform_id' and x.value = a.platform_id
               and i.channel_id = a.channel_id
             limit 1) as i
         cross join lateral (
             select c.name, c.email, c.phone, c.locale, c.attributes from contacts c
             where c.workspace_id = $1 and c.id = i.contact_id
             limit 1) as c",
    )
    .bind(workspace_id)
    .bind(asked.iter().map(|(channel, _)| channel.0).collect::<Vec<_>>())
    .bind(asked.iter().map(|(_, platform_id)| *platform_id).collect::<Vec<_>>())
    .bind(with_names)
    .fetch_all(tx.conn())
    .await
}
