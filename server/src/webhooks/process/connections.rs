//! People who let a bot answer in the name of their own account: as long as they do, and as far as they do.

use channel_core::{AccountEvent, CheckState};
use chrono::{DateTime, Utc};
use serde_json::json;
use shared::ChannelId;
use uuid::Uuid;

use crate::channels::{ChannelEventKind, NewChannelEvent};
use crate::db::WorkspaceTx;

/// What begins the reason why people behind such an account cannot be written to.
pub(super) const OBSTACLE: &str = "business_connection_";

/// One such account.
#[derive(Debug, Clone)]
pub(super) struct Connection {
    connection_id: String,
    owner_id: String,
    owner_name: Option<String>,
    enabled: bool,
    can_reply: bool,
    can_mark_read: bool,
    can_delete_sent: bool,
    at: Option<DateTime<Utc>>,
}

impl Connection {
    /// From the event; none from any other.
    pub(super) fn of(event: &AccountEvent) -> Option<Self> {
        let AccountEvent::BusinessConnection {
            connection_id,
            owner_id,
            owner_name,
            enabled,
            can_reply,
            can_mark_read,
            can_delete_sent,
            at,
        } = event
        else {
            return None;
        };
        Some(Self {
            connection_id: connection_id.clone(),
            owner_id: owner_id.clone(),
            owner_name: owner_name.clone(),
            enabled: *enabled,
            can_reply: *can_reply,
            can_mark_read: *can_mark_read,
            can_delete_sent: *can_delete_sent,
            at: *at,
        })
    }

    /// Why its people cannot be written to.
    fn obstacle(&self) -> Option<&'static str> {
        match (self.enabled, self.can_reply) {
            (false, _) => Some("business_connection_ended"),
            (true, false) => Some("business_connection_read_only"),
            (true, true) => None,
        }
    }

    fn event(&self) -> NewChannelEvent {
        let who = self.owner_name.as_deref().unwrap_or("Somebody");
        let (severity, words) = match self.obstacle() {
            None => (CheckState::Good, format!("{who} lets the bot read and answer their business chats.")),
            Some("business_connection_read_only") => (
                CheckState::Warning,
                format!("{who} lets the bot read their business chats, but not answer them."),
            ),
            Some(_) => {
                (CheckState::Warning, format!("{who} no longer lets the bot into their business chats."))
            }
        };
        NewChannelEvent::new(ChannelEventKind::BusinessConnection, severity, words).with(json!({
            "owner": self.owner_id,
            "enabled": self.enabled,
            "canReply": self.can_reply,
            "canMarkRead": self.can_mark_read,
            "canDeleteSent": self.can_delete_sent,
        }))
    }
}

/// Notes it, with what it means for the people behind it; what to tell admins, unless something later is known.
pub(super) async fn store(
    tx: &mut WorkspaceTx,
    channel_id: ChannelId,
    connection: &Connection,
) -> sqlx::Result<Option<NewChannelEvent>> {
    let workspace_id = tx.workspace_id();
    let noted = sqlx::query(
        "with noted as (
             insert into business_connections as b
                    (workspace_id, channel_id, connection_id, owner_id, owner_name, enabled, can_reply, can_mark_read,
                     can_delete_sent, changed_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, coalesce($10, now()))
             on conflict (workspace_id, channel_id, connection_id) do update
             set owner_name = excluded.owner_name, enabled = excluded.enabled, can_reply = excluded.can_reply,
                 can_mark_read = excluded.can_mark_read, can_delete_sent = excluded.can_delete_sent,
                 changed_at = excluded.changed_at
             where b.changed_at <= excluded.changed_at
             returning 1),
         people as (
             update identities i
             set reachable = $11::text is null, unreachable_reason = $11, reachable_changed_at = coalesce($10, now())
             where i.workspace_id = $1 and i.channel_id = $2 and i.connection_id = $3
               and (i.reachable or i.unreachable_reason like 'business\\_connection\\_%') and exists (select from noted))
         select 1 from noted",
    )
    .bind(workspace_id)
    .bind(channel_id)
    .bind(&connection.connection_id)
    .bind(&connection.owner_id)
    .bind(&connection.owner_name)
    .bind(connection.enabled)
    .bind(connection.can_reply)
    .bind(connection.can_mark_read)
    .bind(connection.can_delete_sent)
    .bind(connection.at)
    .bind(connection.obstacle())
    .fetch_optional(tx.conn())
    .await?;
    Ok(noted.map(|_| connection.event()))
}

/// Notes through whose account new people are known, and whether they can be written to.
pub(super) async fn meet_through(
    tx: &mut WorkspaceTx,
    identities: Vec<Uuid>,
    connections: Vec<&str>,
) -> sqlx::Result<()> {
    if identities.is_empty() {
        return Ok(());
    }
    let workspace_id = tx.workspace_id();
    sqlx::query(
        "update identities i
         set connection_id = m.connection_id, reachable = coalesce(b.enabled and b.can_reply, true),
             unreachable_reason = case when not b.enabled then 'business_connection_ended'
                                       when not b.can_reply then 'business_connection_read_only' end,
             reachable_changed_at = b.changed_at
         from unnest($2::uuid[], $3::text[]) as m(id, connection_id)
         join identities n on n.workspace_id = $1 and n.id = m.id
         left join business_connections b
                on b.workspace_id = $1 and b.channel_id = n.channel_id and b.connection_id = m.connection_id
         where i.workspace_id = $1 and i.id = m.id",
    )
    .bind(workspace_id)
    .bind(identities)
    .bind(connections)
    .execute(tx.conn())
    .await?;
    Ok(())
}
