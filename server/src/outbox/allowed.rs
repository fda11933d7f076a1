//! Whether somebody may be written to now: what the policy needs to know of a conversation.

use chrono::{DateTime, Utc};
use shared::policy::{self, BusinessConnection, Moment, Person, Sender, Situation, What};
use shared::{Capabilities, ChannelKind, ChannelState, ConversationId, ConversationKind, IdentityId};
use sqlx::FromRow;

use crate::db::WorkspaceTx;
use crate::graphql::Problem;

/// What the policy needs to know of a conversation.
#[derive(Debug, Clone, FromRow)]
pub struct Footing {
    /// With which face of the contact.
    pub identity_id: IdentityId,
    /// Which adapter speaks for its channel.
    pub channel_kind: ChannelKind,
    /// The channel is switched on.
    pub active: bool,
    /// How the channel's connection stands.
    pub state: ChannelState,
    /// What kind of thread.
    pub kind: ConversationKind,
    /// When the contact last wrote, by the platform's clock.
    pub last_inbound_at: Option<DateTime<Utc>>,
    /// Messages reach the contact.
    pub reachable: bool,
    /// Why they do not.
    pub unreachable_reason: Option<String>,
    /// Kinds of messages the contact does not want.
    pub opted_out: Vec<String>,
    /// Somebody lets us answer in their name.
    #[sqlx(flatten)]
    pub business: Business,
}

/// What the owner of an account lets us do in their name; nothing, where there is none.
#[derive(Debug, Clone, Copy, Default, FromRow)]
pub struct Business {
    connection_enabled: Option<bool>,
    connection_may_reply: Option<bool>,
    connection_may_delete: Option<bool>,
}

impl Business {
    /// As a line of the outbox has it.
    pub(super) fn of(enabled: Option<bool>, may_reply: Option<bool>, may_delete: Option<bool>) -> Self {
        Self {
            connection_enabled: enabled,
            connection_may_reply: may_reply,
            connection_may_delete: may_delete,
        }
    }

    /// As the policy takes it.
    #[must_use]
    pub fn connection(self) -> Option<BusinessConnection> {
        Some(BusinessConnection {
            enabled: self.connection_enabled?,
            may_reply: self.connection_may_reply?,
            may_delete_sent: self.connection_may_delete?,
        })
    }
}

/// The footing of a conversation; none when it is not there.
///
/// # Errors
/// When the database refuses.
pub async fn footing(tx: &mut WorkspaceTx, conversation_id: ConversationId) -> sqlx::Result<Option<Footing>> {
    let workspace_id = tx.workspace_id();
    sqlx::query_as(
        "select i.id as identity_id, h.kind as channel_kind, h.active, h.state, c.kind, c.last_inbound_at, i.reachable,
                i.unreachable_reason, i.opted_out, n.enabled as connection_enabled, n.can_reply as connection_may_reply,
                n.can_delete_sent as connection_may_delete
         from conversations c
         join channels h on h.workspace_id = $1 and h.id = c.channel_id
         join identities i on i.workspace_id = $1 and i.id = c.identity_id
         left join business_connections n
                on n.workspace_id = $1 and n.channel_id = c.channel_id and n.connection_id = i.connection_id
         where c.workspace_id = $1 and c.id = $2",
    )
    .bind(workspace_id)
    .bind(conversation_id)
    .fetch_optional(tx.conn())
    .await
}

/// Whether somebody can be written to, and what waits to go out to them.
#[derive(Debug, Clone, PartialEq, FromRow)]
pub struct Reach {
    /// Whom.
    pub identity_id: IdentityId,
    /// Messages reach them.
    pub reachable: bool,
    /// Why they do not.
    pub unreachable_reason: Option<String>,
    /// Kinds of messages they do not want.
    pub opted_out: Vec<String>,
    /// What waits to be handed to the platform, counted up to 100.
    pub queued: i64,
}

/// How each of these people can be reached, in no order.
///
/// # Errors
/// When the database refuses.
pub async fn reach(tx: &mut WorkspaceTx, people: &[IdentityId]) -> sqlx::Result<Vec<Reach>> {
    if people.is_empty() {
        return Ok(Vec::new());
    }
    let workspace_id = tx.workspace_id();
    sqlx::query_as(
        "select i.id as identity_id, i.reachable, i.unreachable_reason, i.opted_out,
                (select count(*) from (
                     select from outbox o
                     where o.workspace_id = $1 and o.channel_id = i.channel_id and o.lane = i.id limit 100) q) as queued
         from identities i where i.workspace_id = $1 and i.id = any($2)",
    )
    .bind(workspace_id)
    .bind(people.iter().map(|id| id.0).collect::<Vec<_>>())
    .fetch_all(tx.conn())
    .await
}

impl Footing {
    /// Whether a person may send this now; else why not, in words for them.
    ///
    /// # Errors
    /// The problem to show.
    pub fn allows(&self, capabilities: &Capabilities, what: What) -> Result<(), Problem> {
        let situation = Situation {
            capabilities,
            channel: self.state,
            paused: !self.active,
            kind: self.kind,
            now: Moment::from(Utc::now()),
            last_inbound: self.last_inbound_at.map(Moment::from),
            sender: Sender::Human,
            person: Person { reachable: self.reachable, opted_out: &self.opted_out },
            human_agent_granted: false,
            business: self.business.connection(),
            comment: None,
            what,
        };
        match policy::may_send(&situation).answer {
            Ok(_) => Ok(()),
            Err(refusal) => Err(Problem::new(refusal.code(), refusal.to_string())),
        }
    }
}
