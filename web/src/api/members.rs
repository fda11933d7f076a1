//! The people of a workspace, and those invited to it.

use serde::Serialize;
use shared::{InvitationId, MemberId, Role};

use super::Timestamp;
use super::failure::{PROBLEM, Problem};
use super::json::object;
use super::operation::{NoVariables, Operation};
use super::session::{Answer, MEMBER, Member, SessionPayload, VIEWER};

/// The name of who did something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberName {
    pub name: String,
}

object!(MemberName { name });

/// Not accepted yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    pub id: InvitationId,
    pub email: String,
    pub role: Role,
    pub invited_by: Option<MemberName>,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
}

object!(Invitation { id, email, role, invited_by, created_at, expires_at });

const INVITATION: &str =
    "fragment InvitationParts on Invitation { id email role invitedBy { name } createdAt expiresAt }";

/// Members and open invitations together.
#[derive(Clone, Debug)]
pub struct People {
    pub members: Vec<Member>,
    pub invitations: Vec<Invitation>,
}

object!(People { members, invitations });

/// Answers [`People`]; for admins.
pub const PEOPLE: Operation<NoVariables, People> = Operation::new(
    "query People { members { ...MemberParts } invitations { ...InvitationParts } }",
    &[MEMBER, INVITATION],
);

/// The outcome of inviting or of taking an invitation back.
#[derive(Debug)]
pub struct InvitePayload {
    pub invitation: Option<Invitation>,
    /// Set when no mail could be sent: the inviter passes it on.
    pub link: Option<String>,
    pub problem: Option<Problem>,
}

object!(InvitePayload { invitation, link, problem });

/// Who is invited, as what.
#[derive(Clone, Debug, Serialize)]
pub struct Invite {
    pub email: String,
    pub role: Role,
}

/// Invites someone to the current workspace.
pub const INVITE_MEMBER: Operation<Invite, Answer<InvitePayload>> = Operation::new(
    "mutation InviteMember($email: String!, $role: Role!) { payload: inviteMember(email: $email, role: $role) \
     { invitation { ...InvitationParts } link problem { ...ProblemParts } } }",
    &[INVITATION, PROBLEM],
);

/// Which invitation.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WhichInvitation {
    pub invitation_id: InvitationId,
}

/// Makes an invitation's link useless.
pub const REVOKE_INVITATION: Operation<WhichInvitation, Answer<InvitePayload>> = Operation::new(
    "mutation RevokeInvitation($invitationId: ID!) { payload: revokeInvitation(invitationId: $invitationId) \
     { invitation { ...InvitationParts } link problem { ...ProblemParts } } }",
    &[INVITATION, PROBLEM],
);

/// What an invited person sees before deciding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvitationPreview {
    pub workspace_name: String,
    pub email: String,
    pub role: Role,
    /// This address signs in already: its password instead of a new one.
    pub has_account: bool,
}

object!(InvitationPreview { workspace_name, email, role, has_account });

/// The secret of an invitation's link.
#[derive(Clone, Debug, Serialize)]
pub struct InvitationToken {
    pub token: String,
}

/// None: invalid, used, revoked or expired.
#[derive(Debug)]
pub struct InvitationAnswer {
    pub invitation: Option<InvitationPreview>,
}

object!(InvitationAnswer { invitation });

/// Looks at an invitation without using it up.
pub const INVITATION_PREVIEW: Operation<InvitationToken, InvitationAnswer> = Operation::new(
    "query InvitationPreview($token: String!) { invitation(token: $token) { workspaceName email role hasAccount } }",
    &[],
);

/// Name and password are for people without an account.
#[derive(Clone, Debug, Serialize)]
pub struct Acceptance {
    pub token: String,
    pub name: Option<String>,
    pub password: Option<String>,
}

/// Joins the workspace and signs in.
pub const ACCEPT_INVITATION: Operation<Acceptance, Answer<SessionPayload>> = Operation::new(
    "mutation AcceptInvitation($token: String!, $name: String, $password: String) { payload: \
     acceptInvitation(token: $token, name: $name, password: $password) { viewer { ...ViewerParts } \
     problem { ...ProblemParts } } }",
    &[VIEWER, MEMBER, PROBLEM],
);

/// The changed member.
#[derive(Debug)]
pub struct MemberPayload {
    pub member: Option<Member>,
    pub problem: Option<Problem>,
}

object!(MemberPayload { member, problem });

/// Which member gets which role.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NewRole {
    pub member_id: MemberId,
    pub role: Role,
}

/// Changes what a member may do.
pub const CHANGE_MEMBER_ROLE: Operation<NewRole, Answer<MemberPayload>> = Operation::new(
    "mutation ChangeMemberRole($memberId: ID!, $role: Role!) { payload: changeMemberRole(memberId: $memberId, \
     role: $role) { member { ...MemberParts } problem { ...ProblemParts } } }",
    &[MEMBER, PROBLEM],
);

/// Which member.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WhichMember {
    pub member_id: MemberId,
}

/// Takes someone out of the workspace; their sessions here end.
pub const REMOVE_MEMBER: Operation<WhichMember, Answer<MemberPayload>> = Operation::new(
    "mutation RemoveMember($memberId: ID!) { payload: removeMember(memberId: $memberId) \
     { member { ...MemberParts } problem { ...ProblemParts } } }",
    &[MEMBER, PROBLEM],
);
