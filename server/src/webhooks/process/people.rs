//! Who wrote: identities and their contacts, found or made.

use std::collections::{BTreeMap, HashMap};

use channel_core::Sender;
use serde_json::{Value, json};
use shared::{ChannelId, ContactId, IdentityId};
use sqlx::FromRow;
use uuid::Uuid;

use super::batch::{Incoming, Look};
use crate::db::WorkspaceTx;

/// One sender of this batch.
#[derive(Debug, Clone)]
pub(super) struct Person {
    pub identity_id: IdentityId,
    pub contact_id: ContactId,
    /// The identity's own platform id; the sender may have been known by another before.
    pub platform_id: String,
    known: Option<Known>,
}

#[derive(Debug, Clone, FromRow)]
struct Known {
    n: i64,
    identity_id: IdentityId,
    contact_id: ContactId,
    platform_id: String,
    verified: bool,
    page_url: Option<String>,
    name: String,
    email: Option<String>,
    phone: Option<String>,
    locale: Option<String>,
    attributes: Value,
}

/// The senders of this batch, by channel and platform id.
pub(super) struct People {
    by_sender: HashMap<(ChannelId, String), usize>,
    all: Vec<Person>,
}

impl People {
    /// Looks all senders up, also under a name they had before.
    pub(super) async fn find(
        tx: &mut WorkspaceTx,
        incoming: &[Incoming],
        looks: &[Look],
    ) -> sqlx::Result<Self> {
        let senders = incoming.iter().map(|i| (i.channel_id, &i.message.sender));
        let senders = senders.chain(looks.iter().map(|l| (l.channel_id, &l.sender)));
        let mut asked: Vec<(ChannelId, &str)> =
            senders.map(|(channel, sender)| (channel, sender.platform_id.as_str())).collect();
        asked.sort_unstable();
        asked.dedup();

        let workspace_id = tx.workspace_id();
        let found: Vec<Known> = sqlx::query_as(
            // Limits keep the planner from turning it around: one look-up per sender, whatever it believes
            // of tables that were still empty when it planned.
            "select a.n, i.id as identity_id, i.contact_id, i.platform_id, i.verified,
                    i.last_page ->> 'url' as page_url, c.name, c.email, c.phone, c.locale, c.attributes
             from unnest($2::uuid[], $3::text[]) with ordinality as a(channel_id, platform_id, n)
             cross join lateral (
                 select i.id, i.contact_id, i.platform_id, i.verified, i.last_page from identities i
                 where i.workspace_id = $1 and i.channel_id = a.channel_id and i.platform_id = a.platform_id
                 union all
                 select i.id, i.contact_id, i.platform_id, i.verified, i.last_page
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
        .fetch_all(tx.conn())
        .await?;

        let mut people =
            Self { by_sender: HashMap::with_capacity(asked.len()), all: Vec::with_capacity(asked.len()) };
        for known in found {
            let place = usize::try_from(known.n - 1).ok().and_then(|place| asked.get(place));
            let Some((channel_id, platform_id)) = place else { continue };
            let person = Person {
                identity_id: known.identity_id,
                contact_id: known.contact_id,
                platform_id: known.platform_id.clone(),

                known: Some(known),
            };
            people.add((*channel_id, (*platform_id).to_owned()), person);
        }
        Ok(people)
    }

    /// Two senders may turn out to be one person: by the old and by the new name.
    fn add(&mut self, sender: (ChannelId, String), person: Person) {
        let same = self.all.iter().position(|other| other.identity_id == person.identity_id);
        let place = same.unwrap_or_else(|| {
            self.all.push(person);
            self.all.len() - 1
        });
        self.by_sender.insert(sender, place);
    }

    /// The person behind a sender, with a number that is theirs in this batch.
    pub(super) fn of(&self, channel_id: ChannelId, sender: &Sender) -> Option<(usize, &Person)> {
        let place = *self.by_sender.get(&(channel_id, sender.platform_id.clone()))?;
        self.all.get(place).map(|person| (place, person))
    }

    /// Everybody, in the order of their numbers.
    pub(super) fn all(&self) -> &[Person] {
        &self.all
    }

    /// Makes a contact and an identity for whoever writes for the first time.
    pub(super) async fn create_missing(
        &mut self,
        tx: &mut WorkspaceTx,
        incoming: &[Incoming],
    ) -> sqlx::Result<()> {
        let mut new: Vec<(&Incoming, Person)> = Vec::new();
        for message in incoming {
            let sender = &message.message.sender;
            if self.of(message.channel_id, sender).is_some() {
                continue;
            }
            let person = Person {
                identity_id: IdentityId::new(),
                contact_id: ContactId::new(),
                platform_id: sender.platform_id.clone(),
                known: None,
            };
            self.add((message.channel_id, sender.platform_id.clone()), person.clone());
            new.push((message, person));
        }
        if new.is_empty() {
            return Ok(());
        }

        fn text<'a>(
            new: &'a [(&'a Incoming, Person)],
            of: impl Fn(&'a Sender) -> Option<&'a String>,
        ) -> Vec<Option<&'a str>> {
            new.iter().map(|(i, _)| of(&i.message.sender).map(String::as_str)).collect()
        }
        let workspace_id = tx.workspace_id();
        sqlx::query(
            "with person as (
                 select * from unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::text[],
                                      $9::text[], $10::boolean[], $11::jsonb[], $12::jsonb[])
                     as p(contact_id, identity_id, channel_id, platform_id, name, email, phone, locale, verified,
                          attributes, last_page)),
             made as (
                 insert into contacts (workspace_id, id, name, email, phone, locale, attributes)
                 select $1, p.contact_id, coalesce(p.name, ''), p.email, p.phone, p.locale, p.attributes from person p)
             insert into identities
                    (workspace_id, id, channel_id, contact_id, platform_id, display_name, verified, last_page)
             select $1, p.identity_id, p.channel_id, p.contact_id, p.platform_id, p.name, p.verified, p.last_page
             from person p",
        )
        .bind(workspace_id)
        .bind(new.iter().map(|(_, p)| p.contact_id.0).collect::<Vec<_>>())
        .bind(new.iter().map(|(_, p)| p.identity_id.0).collect::<Vec<_>>())
        .bind(new.iter().map(|(i, _)| i.channel_id.0).collect::<Vec<_>>())
        .bind(new.iter().map(|(_, p)| p.platform_id.as_str()).collect::<Vec<_>>())
        .bind(text(&new, |s| s.display_name.as_ref()))
        .bind(text(&new, |s| s.profile.email.as_ref()))
        .bind(text(&new, |s| s.profile.phone.as_ref()))
        .bind(text(&new, |s| s.profile.locale.as_ref()))
        .bind(new.iter().map(|(i, _)| i.message.sender.verified).collect::<Vec<_>>())
        .bind(new.iter().map(|(i, _)| json!(i.message.sender.profile.attributes)).collect::<Vec<_>>())
        .bind(new.iter().map(|(i, _)| page(i)).collect::<Vec<_>>())
        .execute(tx.conn())
        .await?;

        let aliases =
            new.iter().flat_map(|(i, p)| i.message.sender.aliases.iter().map(move |alias| (p, alias)));
        let (identities, aliases): (Vec<Uuid>, Vec<_>) =
            aliases.map(|(p, alias)| (p.identity_id.0, alias)).unzip();
        if aliases.is_empty() {
            return Ok(());
        }
        sqlx::query(
            "insert into identity_aliases (workspace_id, identity_id, kind, value)
             select $1, a.identity_id, a.kind, a.value
             from unnest($2::uuid[], $3::text[], $4::text[]) as a(identity_id, kind, value)
             on conflict do nothing",
        )
        .bind(workspace_id)
        .bind(identities)
        .bind(aliases.iter().map(|alias| alias.kind.as_str()).collect::<Vec<_>>())
        .bind(aliases.iter().map(|alias| alias.value.as_str()).collect::<Vec<_>>())
        .execute(tx.conn())
        .await?;
        Ok(())
    }

    /// Keeps what is new about people we knew: the page they are on, and claims. A verified claim counts;
    /// an unverified one only fills a gap, and never one of a verified contact.
    pub(super) async fn update_profiles(
        &self,
        tx: &mut WorkspaceTx,
        incoming: &[Incoming],
    ) -> sqlx::Result<()> {
        let mut pages: BTreeMap<Uuid, Value> = BTreeMap::new();
        let mut contacts: BTreeMap<Uuid, Known> = BTreeMap::new();
        for message in incoming {
            let Some((_, person)) = self.of(message.channel_id, &message.message.sender) else { continue };
            let Some(known) = &person.known else { continue };
            if let Some(page_now) = page(message).filter(|_| {
                message.message.page.as_ref().map(|page| page.url.as_str()) != known.page_url.as_deref()
            }) {
                pages.insert(person.identity_id.0, page_now);
            }
            let before = contacts.get(&person.contact_id.0).unwrap_or(known);
            if let Some(after) = before.with(&message.message.sender) {
                contacts.insert(person.contact_id.0, after);
            }
        }
        let workspace_id = tx.workspace_id();
        if !pages.is_empty() {
            sqlx::query(
                "update identities i set last_page = p.page
                 from unnest($2::uuid[], $3::jsonb[]) as p(id, page) where i.workspace_id = $1 and i.id = p.id",
            )
            .bind(workspace_id)
            .bind(pages.keys().copied().collect::<Vec<_>>())
            .bind(pages.into_values().collect::<Vec<_>>())
            .execute(tx.conn())
            .await?;
        }
        if !contacts.is_empty() {
            sqlx::query(
                "update contacts c
                 set name = u.name, email = u.email, phone = u.phone, locale = u.locale, attributes = u.attributes,
                     updated_at = now()
                 from unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::jsonb[])
                      as u(id, name, email, phone, locale, attributes)
                 where c.workspace_id = $1 and c.id = u.id",
            )
            .bind(workspace_id)
            .bind(contacts.keys().copied().collect::<Vec<_>>())
            .bind(contacts.values().map(|c| c.name.as_str()).collect::<Vec<_>>())
            .bind(contacts.values().map(|c| c.email.as_deref()).collect::<Vec<_>>())
            .bind(contacts.values().map(|c| c.phone.as_deref()).collect::<Vec<_>>())
            .bind(contacts.values().map(|c| c.locale.as_deref()).collect::<Vec<_>>())
            .bind(contacts.values().map(|c| c.attributes.clone()).collect::<Vec<_>>())
            .execute(tx.conn())
            .await?;
        }
        Ok(())
    }
}

impl Known {
    /// The contact after what `sender` claims; `None` when nothing changes.
    fn with(&self, sender: &Sender) -> Option<Self> {
        if self.verified && !sender.verified {
            return None;
        }
        let mut after = self.clone();
        let profile = &sender.profile;
        let may = |gap: bool| sender.verified || gap;
        if let Some(name) = sender.display_name.as_ref().filter(|_| may(self.name.is_empty())) {
            after.name.clone_from(name);
        }
        for (now, claimed) in [
            (&mut after.email, &profile.email),
            (&mut after.phone, &profile.phone),
            (&mut after.locale, &profile.locale),
        ] {
            if claimed.is_some() && may(now.is_none()) {
                now.clone_from(claimed);
            }
        }
        if let Some(attributes) = after.attributes.as_object_mut() {
            for (key, value) in &profile.attributes {
                if may(!attributes.contains_key(key)) {
                    attributes.insert(key.clone(), Value::String(value.clone()));
                }
            }
        }
        let changed = (&after.name, &after.email, &after.phone, &after.locale, &after.attributes)
            != (&self.name, &self.email, &self.phone, &self.locale, &self.attributes);
        changed.then_some(after)
    }
}

/// The page of a message as an identity keeps it.
fn page(incoming: &Incoming) -> Option<Value> {
    let page = incoming.message.page.as_ref()?;
    Some(json!({ "url": page.url, "title": page.title, "at": incoming.at }))
}
