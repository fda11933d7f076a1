//! Writing what a batch learnt about people.

use channel_core::Alias;
use serde_json::json;
use shared::{AuditAction, ContactId, TargetKind};
use uuid::Uuid;

use super::People;
use super::contact::{ContactNow, Facts};
use super::person::Person;
use crate::audit::Entry;
use crate::db::WorkspaceTx;
use crate::viewer::Actor;
use crate::webhooks::process::connections;

impl People {
    /// Writes it, a fixed number of statements; what did not change costs none.
    pub(in super::super) async fn store(&self, tx: &mut WorkspaceTx) -> sqlx::Result<()> {
        self.leave_merged(tx).await?;
        self.create(tx).await?;
        self.update_identities(tx).await?;
        self.store_pages(tx).await?;
        self.store_aliases(tx).await?;
        self.update_contacts(tx).await
    }

    /// Whoever turned out to be somebody else gives up the id: the other one goes by it now. Who it was stays
    /// readable, and the audit log says how to undo it.
    async fn leave_merged(&self, tx: &mut WorkspaceTx) -> sqlx::Result<()> {
        if self.merges.is_empty() {
            return Ok(());
        }
        let workspace_id = tx.workspace_id();
        sqlx::query(
            "update identities i set platform_id = 'merged:' || i.id, merged_into = m.into_id, merged_at = now()
             from unnest($2::uuid[], $3::uuid[]) as m(id, into_id) where i.workspace_id = $1 and i.id = m.id",
        )
        .bind(workspace_id)
        .bind(self.merges.iter().map(|merge| merge.from_identity.0).collect::<Vec<_>>())
        .bind(self.merges.iter().map(|merge| self.identity_of(merge.into)).collect::<Vec<_>>())
        .execute(tx.conn())
        .await?;
        sqlx::query(
            "with earlier as (
                 update identities i set merged_into = m.into_id
                 from unnest($2::uuid[], $3::uuid[]) as m(id, into_id)
                 where i.workspace_id = $1 and i.merged_into = m.id
                 returning 1),
             names as (
                 delete from identity_aliases x using unnest($2::uuid[]) as m(id)
                 where x.workspace_id = $1 and x.identity_id = m.id)
             update outbox o set lane = m.into_id
             from unnest($2::uuid[], $3::uuid[], $4::uuid[]) as m(id, into_id, channel_id)
             where o.workspace_id = $1 and o.channel_id = m.channel_id and o.lane = m.id",
        )
        .bind(workspace_id)
        .bind(self.merges.iter().map(|merge| merge.from_identity.0).collect::<Vec<_>>())
        .bind(self.merges.iter().map(|merge| self.identity_of(merge.into)).collect::<Vec<_>>())
        .bind(self.merges.iter().map(|merge| self.channel_of(merge.into)).collect::<Vec<_>>())
        .execute(tx.conn())
        .await?;
        Ok(())
    }

    /// Moves what belonged to whoever turned out to be somebody else. Their conversations are locked, and at most
    /// one of a person's is not closed.
    pub(in super::super) async fn move_edges(&self, tx: &mut WorkspaceTx) -> sqlx::Result<()> {
        if self.merges.is_empty() {
            return Ok(());
        }
        let workspace_id = tx.workspace_id();
        let contacts: Vec<(Uuid, Uuid)> = self
            .merges
            .iter()
            .map(|merge| (merge.from_contact.0, self.contact_of(merge.into)))
            .filter(|(from, into)| from != into)
            .collect();
        let moved: Vec<(Uuid, Uuid)> = sqlx::query_as(
            "with identity_moved as (
                 update conversations c
                 set identity_id = m.into_id,
                     contact_id = coalesce((select p.into_id from unnest($4::uuid[], $5::uuid[]) as p(id, into_id)
                                            where p.id = c.contact_id limit 1), c.contact_id)
                 from unnest($2::uuid[], $3::uuid[]) as m(id, into_id)
                 where c.workspace_id = $1 and c.identity_id = m.id
                 returning c.id, m.id as from_id),
             contact_moved as (
                 update conversations c set contact_id = p.into_id
                 from unnest($4::uuid[], $5::uuid[]) as p(id, into_id)
                 where c.workspace_id = $1 and c.contact_id = p.id and c.identity_id <> all($2)
                 returning c.id, p.id as from_id),
             identities_moved as (
                 update identities i set contact_id = p.into_id
                 from unnest($4::uuid[], $5::uuid[]) as p(id, into_id)
                 where i.workspace_id = $1 and i.contact_id = p.id),
             contacts_moved as (
                 update contacts c set merged_into = p.into_id, updated_at = now()
                 from unnest($4::uuid[], $5::uuid[]) as p(id, into_id)
                 where c.workspace_id = $1 and (c.id = p.id or c.merged_into = p.id))
             select from_id, id from identity_moved union all select from_id, id from contact_moved",
        )
        .bind(workspace_id)
        .bind(self.merges.iter().map(|merge| merge.from_identity.0).collect::<Vec<_>>())
        .bind(self.merges.iter().map(|merge| self.identity_of(merge.into)).collect::<Vec<_>>())
        .bind(contacts.iter().map(|pair| pair.0).collect::<Vec<_>>())
        .bind(contacts.iter().map(|pair| pair.1).collect::<Vec<_>>())
        .fetch_all(tx.conn())
        .await?;
        for merge in &self.merges {
            let theirs = |from: &Uuid| *from == merge.from_identity.0 || *from == merge.from_contact.0;
            let conversations: Vec<Uuid> =
                moved.iter().filter(|(from, _)| theirs(from)).map(|(_, id)| *id).collect();
            let into_contact = self.contact_of(merge.into);
            tx.audit(
                Entry::new(Actor::system(), AuditAction::IdentitiesMerged)
                    .on(TargetKind::Contact, into_contact)
                    .with(json!({
                        "into": { "identity": self.identity_of(merge.into), "contact": into_contact },
                        "from": {
                            "identity": merge.from_identity.0,
                            "contact": merge.from_contact.0,
                            "platformId": merge.from_platform_id,
                        },
                        "conversations": conversations,
                    })),
            );
        }
        Ok(())
    }

    fn identity_of(&self, number: usize) -> Uuid {
        self.get(number).map_or_else(Uuid::nil, |person| person.identity_id.0)
    }

    fn channel_of(&self, number: usize) -> Uuid {
        self.get(number).map_or_else(Uuid::nil, |person| person.channel_id.0)
    }

    fn contact_of(&self, number: usize) -> Uuid {
        self.get(number).map_or_else(Uuid::nil, |person| person.contact_id.0)
    }

    /// Makes a contact and an identity for whoever is met for the first time.
    async fn create(&self, tx: &mut WorkspaceTx) -> sqlx::Result<()> {
        let new = self.all().map(|(_, person)| person).filter(|person| person.stored.is_none());
        let new: Vec<(&Person, Facts)> =
            new.map(|person| (person, self.facts_of(person.contact_id))).collect();
        if new.is_empty() {
            return Ok(());
        }
        let verified = |person: &Person| person.first.as_ref().is_some_and(|sender| sender.verified);
        let workspace_id = tx.workspace_id();
        sqlx::query(
            "with person as (
                 select * from unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::text[],
                                      $9::text[], $10::boolean[], $11::jsonb[], $12::jsonb[], $13::text[])
                     as p(contact_id, identity_id, channel_id, platform_id, name, email, phone, locale, verified,
                          attributes, last_page, display_name)),
             made as (
                 insert into contacts (workspace_id, id, name, email, phone, locale, attributes)
                 select $1, p.contact_id, p.name, p.email, p.phone, p.locale, p.attributes from person p)
             insert into identities
                    (workspace_id, id, channel_id, contact_id, platform_id, display_name, verified, last_page)
             select $1, p.identity_id, p.channel_id, p.contact_id, p.platform_id, p.display_name, p.verified, p.last_page
             from person p",
        )
        .bind(workspace_id)
        .bind(new.iter().map(|(p, _)| p.contact_id.0).collect::<Vec<_>>())
        .bind(new.iter().map(|(p, _)| p.identity_id.0).collect::<Vec<_>>())
        .bind(new.iter().map(|(p, _)| p.channel_id.0).collect::<Vec<_>>())
        .bind(new.iter().map(|(p, _)| p.platform_id.as_str()).collect::<Vec<_>>())
        .bind(new.iter().map(|(_, c)| c.name.as_str()).collect::<Vec<_>>())
        .bind(new.iter().map(|(_, c)| c.email.as_deref()).collect::<Vec<_>>())
        .bind(new.iter().map(|(_, c)| c.phone.as_deref()).collect::<Vec<_>>())
        .bind(new.iter().map(|(_, c)| c.locale.as_deref()).collect::<Vec<_>>())
        .bind(new.iter().map(|(p, _)| verified(p)).collect::<Vec<_>>())
        .bind(new.iter().map(|(_, c)| c.attributes.clone()).collect::<Vec<_>>())
        .bind(new.iter().map(|(p, _)| p.page.clone()).collect::<Vec<_>>())
        .bind(new.iter().map(|(p, _)| p.display_name.as_deref()).collect::<Vec<_>>())
        .execute(tx.conn())
        .await?;
        let through = new.iter().filter_map(|(p, _)| Some((p.identity_id.0, p.connection.as_deref()?)));
        let (ids, connections): (Vec<Uuid>, Vec<&str>) = through.unzip();
        connections::meet_through(tx, ids, connections).await
    }

    fn facts_of(&self, contact_id: ContactId) -> Facts {
        self.contacts.get(&contact_id).map(|contact| contact.now.clone()).unwrap_or_default()
    }

    /// What platforms call people they knew before, and whether messages reach them.
    async fn update_identities(&self, tx: &mut WorkspaceTx) -> sqlx::Result<()> {
        let changed = self.all().map(|(_, person)| person).filter(|person| match &person.stored {
            None => !person.reach.reachable || !person.preferences_at.is_empty(),
            Some(stored) => {
                stored.platform_id != person.platform_id
                    || stored.display_name != person.display_name
                    || stored.reach != person.reach
                    || stored.opted_out != person.opted_out
                    || stored.preferences_at != person.preferences_at
            }
        });
        let changed: Vec<&Person> = changed.collect();
        if changed.is_empty() {
            return Ok(());
        }
        let workspace_id = tx.workspace_id();
        sqlx::query(
            "update identities i
             set platform_id = p.platform_id, display_name = p.display_name, reachable = p.reachable,
                 unreachable_reason = p.reason, reachable_changed_at = p.changed_at,
                 opted_out = array(select jsonb_array_elements_text(p.opted_out)), preferences_at = p.preferences_at
             from unnest($2::uuid[], $3::text[], $4::text[], $5::boolean[], $6::text[], $7::timestamptz[], $8::jsonb[],
                         $9::jsonb[])
                  as p(id, platform_id, display_name, reachable, reason, changed_at, opted_out, preferences_at)
             where i.workspace_id = $1 and i.id = p.id",
        )
        .bind(workspace_id)
        .bind(changed.iter().map(|p| p.identity_id.0).collect::<Vec<_>>())
        .bind(changed.iter().map(|p| p.platform_id.as_str()).collect::<Vec<_>>())
        .bind(changed.iter().map(|p| p.display_name.as_deref()).collect::<Vec<_>>())
        .bind(changed.iter().map(|p| p.reach.reachable).collect::<Vec<_>>())
        .bind(changed.iter().map(|p| p.reach.reason.as_deref()).collect::<Vec<_>>())
        .bind(changed.iter().map(|p| p.reach.changed_at).collect::<Vec<_>>())
        .bind(changed.iter().map(|p| json!(p.opted_out)).collect::<Vec<_>>())
        .bind(changed.iter().map(|p| json!(p.preferences_at)).collect::<Vec<_>>())
        .execute(tx.conn())
        .await?;
        Ok(())
    }

    /// The pages that people we knew are on.
    async fn store_pages(&self, tx: &mut WorkspaceTx) -> sqlx::Result<()> {
        let moved = self.all().map(|(_, person)| person).filter(|p| p.stored.is_some() && p.page.is_some());
        let moved: Vec<&Person> = moved.collect();
        if moved.is_empty() {
            return Ok(());
        }
        let workspace_id = tx.workspace_id();
        sqlx::query(
            "update identities i set last_page = p.page
             from unnest($2::uuid[], $3::jsonb[]) as p(id, page) where i.workspace_id = $1 and i.id = p.id",
        )
        .bind(workspace_id)
        .bind(moved.iter().map(|p| p.identity_id.0).collect::<Vec<_>>())
        .bind(moved.iter().map(|p| p.page.clone()).collect::<Vec<_>>())
        .execute(tx.conn())
        .await?;
        Ok(())
    }

    /// Names that were learnt, and names that are somebody's no more.
    async fn store_aliases(&self, tx: &mut WorkspaceTx) -> sqlx::Result<()> {
        let mut gone: Vec<(Uuid, &Alias)> = Vec::new();
        let mut new: Vec<(Uuid, &Alias)> = Vec::new();
        for (_, person) in self.all() {
            let id = person.identity_id.0;
            match &person.stored {
                Some(stored) => {
                    gone.extend(stored.aliases.difference(&person.aliases).map(|alias| (id, alias)));
                    new.extend(person.aliases.difference(&stored.aliases).map(|alias| (id, alias)));
                }
                None => new.extend(person.aliases.iter().map(|alias| (id, alias))),
            }
        }
        let workspace_id = tx.workspace_id();
        if !gone.is_empty() {
            sqlx::query(
                "delete from identity_aliases x using unnest($2::uuid[], $3::text[], $4::text[]) as a(id, kind, value)
                 where x.workspace_id = $1 and x.identity_id = a.id and x.kind = a.kind and x.value = a.value",
            )
            .bind(workspace_id)
            .bind(gone.iter().map(|(id, _)| *id).collect::<Vec<_>>())
            .bind(gone.iter().map(|(_, alias)| alias.kind.as_str()).collect::<Vec<_>>())
            .bind(gone.iter().map(|(_, alias)| alias.value.as_str()).collect::<Vec<_>>())
            .execute(tx.conn())
            .await?;
        }
        if !new.is_empty() {
            sqlx::query(
                "insert into identity_aliases (workspace_id, identity_id, kind, value)
                 select $1, a.identity_id, a.kind, a.value
                 from unnest($2::uuid[], $3::text[], $4::text[]) as a(identity_id, kind, value)
                 on conflict do nothing",
            )
            .bind(workspace_id)
            .bind(new.iter().map(|(id, _)| *id).collect::<Vec<_>>())
            .bind(new.iter().map(|(_, alias)| alias.kind.as_str()).collect::<Vec<_>>())
            .bind(new.iter().map(|(_, alias)| alias.value.as_str()).collect::<Vec<_>>())
            .execute(tx.conn())
            .await?;
        }
        Ok(())
    }

    /// What was claimed of contacts we knew.
    async fn update_contacts(&self, tx: &mut WorkspaceTx) -> sqlx::Result<()> {
        let changed = self
            .contacts
            .iter()
            .filter(|(_, contact)| contact.before.as_ref().is_some_and(|before| *before != contact.now));
        let changed: Vec<(&ContactId, &ContactNow)> = changed.collect();
        if changed.is_empty() {
            return Ok(());
        }
        let workspace_id = tx.workspace_id();
        sqlx::query(
            "update contacts c
             set name = u.name, email = u.email, phone = u.phone, locale = u.locale, attributes = u.attributes,
                 updated_at = now()
             from unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::jsonb[])
                  as u(id, name, email, phone, locale, attributes)
             where c.workspace_id = $1 and c.id = u.id",
        )
        .bind(workspace_id)
        .bind(changed.iter().map(|(id, _)| id.0).collect::<Vec<_>>())
        .bind(changed.iter().map(|(_, c)| c.now.name.as_str()).collect::<Vec<_>>())
        .bind(changed.iter().map(|(_, c)| c.now.email.as_deref()).collect::<Vec<_>>())
        .bind(changed.iter().map(|(_, c)| c.now.phone.as_deref()).collect::<Vec<_>>())
        .bind(changed.iter().map(|(_, c)| c.now.locale.as_deref()).collect::<Vec<_>>())
        .bind(changed.iter().map(|(_, c)| c.now.attributes.clone()).collect::<Vec<_>>())
        .execute(tx.conn())
        .await?;
        Ok(())
    }
}
