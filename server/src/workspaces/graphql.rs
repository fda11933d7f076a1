//! GraphQL of workspaces: members, invitations, the workspace itself.

use async_graphql::{Context, Object, SimpleObject};
use chrono::{DateTime, Utc};
use shared::{InvitationId, MemberId, Role, WorkspaceId};

use super::accept::Preview;
use super::store::{Invitation, Workspace, open_invitation};
use super::{Member, active_members, found, invite, members_by_id, open_invitations, roles};
use crate::auth::graphql::session;
use crate::auth::proof;
use crate::auth::sign_in::Outcome;
use crate::db::WorkspaceTx;
use crate::graphql::{ContextExt, GraphqlError, Problem};

/// A business with its members, channels and conversations.
#[Object]
impl Workspace {
    /// Global id.
    pub async fn id(&self) -> WorkspaceId {
        self.id
    }

    /// As its members call it.
    async fn name(&self) -> &str {
        &self.name
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime<Utc> {
        self.created_at
    }

    /// The page of phones on which its customers are played; null unless it is a demo.
    async fn demo_phones_url(&self, ctx: &Context<'_>) -> Option<String> {
        let stage = &ctx.app().demo;
        stage.url().filter(|_| stage.plays(self.id)).map(|url| format!("{url}/"))
    }
}

/// A workspace the viewer can work in.
#[derive(SimpleObject)]
pub struct WorkspaceMembership {
    /// Which.
    pub workspace: Workspace,
    /// What they may do there.
    pub role: Role,
    /// They are in it now.
    pub current: bool,
}

/// An invitation that can still be accepted.
pub struct InvitationNode {
    invitation: Invitation,
    invited_by: Option<Member>,
}

/// An invitation that can still be accepted, with who made it.
///
/// # Errors
/// When the database refuses.
pub async fn invitation_by_id(
    tx: &mut WorkspaceTx,
    id: InvitationId,
) -> sqlx::Result<Option<InvitationNode>> {
    let Some(invitation) = open_invitation(tx, id).await? else { return Ok(None) };
    let inviter: Vec<MemberId> = invitation.invited_by.into_iter().collect();
    let invited_by = members_by_id(tx, &inviter).await?.pop();
    Ok(Some(InvitationNode { invitation, invited_by }))
}

#[Object(name = "Invitation")]
impl InvitationNode {
    /// Global id.
    pub async fn id(&self) -> InvitationId {
        self.invitation.id
    }

    /// Who may accept it.
    async fn email(&self) -> &str {
        &self.invitation.email
    }

    /// What they will be allowed to do.
    async fn role(&self) -> Role {
        self.invitation.role
    }

    /// Who invited them.
    async fn invited_by(&self) -> Option<&Member> {
        self.invited_by.as_ref()
    }

    /// When they were invited.
    async fn created_at(&self) -> DateTime<Utc> {
        self.invitation.created_at
    }

    /// Until when it works.
    async fn expires_at(&self) -> DateTime<Utc> {
        self.invitation.expires_at
    }
}

/// What the page of an invitation shows, to whoever has its link.
#[derive(SimpleObject)]
pub struct InvitationPreview {
    /// Where to.
    workspace_name: String,
    /// Who was invited.
    email: String,
    /// What they will be allowed to do.
    role: Role,
    /// The address has an account: its password is asked for, instead of a new one.
    has_account: bool,
}

impl From<Preview> for InvitationPreview {
    fn from(preview: Preview) -> Self {
        Self {
            workspace_name: preview.workspace_name,
            email: preview.invitation.email,
            role: preview.invitation.role,
            has_account: preview.has_account,
        }
    }
}

/// Who works here.
#[derive(Default)]
pub struct WorkspaceQueries;

#[Object]
impl WorkspaceQueries {
    /// Everyone who may work in the viewer's workspace, in order of joining.
    async fn members(&self, ctx: &Context<'_>) -> Result<Vec<Member>, GraphqlError> {
        let mut tx = ctx.app().db.read(ctx.viewer()?.workspace_id).await?;
        Ok(active_members(&mut tx).await?)
    }

    /// Invitations that can still be accepted, newest first. For admins.
    async fn invitations(&self, ctx: &Context<'_>) -> Result<Vec<InvitationNode>, GraphqlError> {
        let viewer = ctx.viewer_as(Role::Admin)?;
        let mut tx = ctx.app().db.read(viewer.workspace_id).await?;
        let invitations = open_invitations(&mut tx).await?;
        let inviters: Vec<MemberId> = invitations.iter().filter_map(|open| open.invited_by).collect();
        let members = members_by_id(&mut tx, &inviters).await?;
        Ok(invitations
            .into_iter()
            .map(|invitation| InvitationNode {
                invited_by: members.iter().find(|m| Some(m.id) == invitation.invited_by).cloned(),
                invitation,
            })
            .collect())
    }
}

/// A changed workspace, or why not.
#[derive(SimpleObject)]
pub struct WorkspacePayload {
    workspace: Option<Workspace>,
    problem: Option<Problem>,
}

/// A changed invitation, or why not.
#[derive(SimpleObject)]
pub struct InvitePayload {
    invitation: Option<InvitationNode>,
    /// For the inviter to pass on, when no mail server is configured.
    link: Option<String>,
    problem: Option<Problem>,
}

/// A changed member, or why not.
#[derive(SimpleObject)]
pub struct MemberPayload {
    member: Option<Member>,
    problem: Option<Problem>,
}

impl From<Outcome<Member>> for MemberPayload {
    fn from(outcome: Outcome<Member>) -> Self {
        match outcome {
            Ok(member) => Self { member: Some(member), problem: None },
            Err(problem) => Self { member: None, problem: Some(problem) },
        }
    }
}

/// Whether the viewer has given the password within the last minutes.
async fn proved(ctx: &Context<'_>) -> Result<bool, GraphqlError> {
    Ok(proof::is_recent(session(ctx)?).await?)
}

/// Everything that changes a workspace and who is in it.
#[derive(Default)]
pub struct WorkspaceMutations;

#[Object]
impl WorkspaceMutations {
    /// Gives the viewer's workspace another name. For owners.
    async fn rename_workspace(
        &self,
        ctx: &Context<'_>,
        name: String,
    ) -> Result<WorkspacePayload, GraphqlError> {
        let viewer = ctx.viewer_as(Role::Owner)?;
        Ok(match found::rename_workspace(ctx.app(), viewer, &name).await? {
            Ok(workspace) => WorkspacePayload { workspace: Some(workspace), problem: None },
            Err(problem) => WorkspacePayload { workspace: None, problem: Some(problem) },
        })
    }

    /// Invites someone. For admins; only owners invite owners.
    async fn invite_member(
        &self,
        ctx: &Context<'_>,
        email: String,
        role: Role,
    ) -> Result<InvitePayload, GraphqlError> {
        let viewer = ctx.viewer_as(Role::Admin)?;
        let invited = match invite::invite(ctx.app(), viewer, &email, role, proved(ctx).await?).await? {
            Ok(invited) => invited,
            Err(problem) => {
                return Ok(InvitePayload { invitation: None, link: None, problem: Some(problem) });
            }
        };
        let mut tx = ctx.app().db.read(viewer.workspace_id).await?;
        let invited_by = members_by_id(&mut tx, &[viewer.member_id]).await?.pop();
        let node = InvitationNode { invitation: invited.invitation, invited_by };
        Ok(InvitePayload { invitation: Some(node), link: invited.link, problem: None })
    }

    /// Takes an invitation back. For admins.
    async fn revoke_invitation(
        &self,
        ctx: &Context<'_>,
        invitation_id: InvitationId,
    ) -> Result<InvitePayload, GraphqlError> {
        let viewer = ctx.viewer_as(Role::Admin)?;
        let invitation = invite::revoke_invitation(ctx.app(), viewer, invitation_id).await?;
        let node = InvitationNode { invitation, invited_by: None };
        Ok(InvitePayload { invitation: Some(node), link: None, problem: None })
    }

    /// Gives a member another role. For admins; only owners make and unmake owners.
    async fn change_member_role(
        &self,
        ctx: &Context<'_>,
        member_id: MemberId,
        role: Role,
    ) -> Result<MemberPayload, GraphqlError> {
        let viewer = ctx.viewer_as(Role::Admin)?;
        Ok(roles::change_role(ctx.app(), viewer, member_id, role, proved(ctx).await?).await?.into())
    }

    /// Takes a member's access, at once. For admins; anybody may leave.
    async fn remove_member(
        &self,
        ctx: &Context<'_>,
        member_id: MemberId,
    ) -> Result<MemberPayload, GraphqlError> {
        Ok(roles::remove(ctx.app(), ctx.viewer()?, member_id, proved(ctx).await?).await?.into())
    }
}
