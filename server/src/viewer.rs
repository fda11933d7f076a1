//! Who is asking, and from where.

use std::net::IpAddr;

use shared::{ActorKind, MemberId, Role, UserId, WorkspaceId};
use uuid::Uuid;

/// A signed-in member, as the session says; never taken from an argument.
#[derive(Debug, Clone)]
pub struct Viewer {
    /// The person.
    pub user_id: UserId,
    /// That person in the current workspace.
    pub member_id: MemberId,
    /// The workspace the session is in.
    pub workspace_id: WorkspaceId,
    /// What they may do there.
    pub role: Role,
    /// As shown to colleagues and customers.
    pub name: String,
    /// The request that acts.
    pub request: RequestContext,
}

impl Viewer {
    /// This viewer as the actor of an audit entry.
    #[must_use]
    pub fn actor(&self) -> Actor {
        Actor { kind: ActorKind::Member, id: Some(self.member_id.0), request: self.request.clone() }
    }
}

/// What is known of the request that makes a change.
#[derive(Debug, Clone, Default)]
pub struct RequestContext {
    /// Also in the answer's `X-Request-Id` and in every log line of the request.
    pub request_id: Option<Uuid>,
    /// The socket's peer, or what a trusted proxy said.
    pub client_address: Option<IpAddr>,
    /// The browser's own description, cut to 200 characters.
    pub user_agent: Option<String>,
}

/// Who an audit entry names.
#[derive(Debug, Clone)]
pub struct Actor {
    /// What kind of actor.
    pub kind: ActorKind,
    /// The member's or contact's id; none for the system.
    pub id: Option<Uuid>,
    /// Where it came from.
    pub request: RequestContext,
}

impl Actor {
    /// Switchboard itself.
    #[must_use]
    pub fn system() -> Self {
        Self { kind: ActorKind::System, id: None, request: RequestContext::default() }
    }
}
