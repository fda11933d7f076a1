//! Who is signed in, and the ways in and out.

use serde::Serialize;
use shared::{MemberId, Role, UserId, WorkspaceId};

use super::Timestamp;
use super::failure::{PROBLEM, Problem};
use super::json::{FromJson, Json, object};
use super::operation::{NoVariables, Operation};

/// The signed-in person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    pub id: UserId,
    pub name: String,
    pub email: String,
}

object!(User { id, name, email });

/// Someone's place in the current workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    pub id: MemberId,
    pub name: String,
    pub email: String,
    pub role: Role,
    /// Removed members stay readable on what they did.
    pub active: bool,
    pub joined_at: Timestamp,
}

object!(Member { id, name, email, role, active, joined_at });

/// What [`Member`] is selected with.
pub const MEMBER: &str = "fragment MemberParts on Member { id name email role active joinedAt }";

/// A tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workspace {
    pub id: WorkspaceId,
    pub name: String,
    /// The page of phones of a demo; only of the current workspace.
    pub demo_phones_url: Option<String>,
}

object!(Workspace { id, name, demo_phones_url });

/// One of the workspaces the signed-in person belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Membership {
    pub workspace: Workspace,
    pub role: Role,
    /// The one this session is in.
    pub current: bool,
}

object!(Membership { workspace, role, current });

/// Who is asking, and in which workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Viewer {
    pub user: User,
    pub member: Member,
    pub workspace: Workspace,
    pub memberships: Vec<Membership>,
}

object!(Viewer { user, member, workspace, memberships });

impl Viewer {
    /// Whether the role reaches `role` in the current workspace.
    pub fn is_at_least(&self, role: Role) -> bool {
        self.member.role.includes(role)
    }
}

/// What [`Viewer`] is selected with; needs [`MEMBER`] too.
pub const VIEWER: &str = "fragment ViewerParts on Viewer { user { id name email } member { ...MemberParts } \
    workspace { id name demoPhonesUrl } memberships { workspace { id name } role current } }";

/// What anyone may know of this installation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Instance {
    /// No owner yet: the first-run page is open to whoever has its token.
    pub needs_setup: bool,
    /// Mails can be sent; otherwise links are shown to be passed on.
    pub mail_configured: bool,
    /// Demo workspaces can be made here.
    pub demo_available: bool,
}

object!(Instance { needs_setup, mail_configured, demo_available });

/// The first question of every visit.
#[derive(Debug)]
pub struct Start {
    pub instance: Instance,
    pub viewer: Option<Viewer>,
}

object!(Start { instance, viewer });

/// Answers [`Start`].
pub const START: Operation<NoVariables, Start> = Operation::new(
    "query Start { instance { needsSetup mailConfigured demoAvailable } viewer { ...ViewerParts } }",
    &[VIEWER, MEMBER],
);

/// What every change of session answers: the new viewer, or why not.
#[derive(Debug)]
pub struct SessionPayload {
    pub viewer: Option<Viewer>,
    pub problem: Option<Problem>,
}

object!(SessionPayload { viewer, problem });

/// `data` of a mutation that answers one payload, whatever the field's name: documents alias it to `payload`.
#[derive(Debug)]
pub struct Answer<Payload> {
    pub payload: Payload,
}

impl<Payload: FromJson> FromJson for Answer<Payload> {
    fn from_json(json: Json<'_>) -> Self {
        Self { payload: json.field("payload") }
    }
}

const SESSION: &[&str] = &[VIEWER, MEMBER, PROBLEM];

/// The first owner and the first workspace.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SetUpInput {
    /// From the link the server printed.
    pub token: String,
    pub workspace_name: String,
    pub name: String,
    pub email: String,
    pub password: String,
    /// With people to play on a page of phones.
    pub demo: bool,
}

/// Variables that are one `input` object.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Input<Fields> {
    pub input: Fields,
}

/// Makes the first owner.
pub const SET_UP: Operation<Input<SetUpInput>, Answer<SessionPayload>> = Operation::new(
    "mutation SetUp($input: SetUpInput!) { payload: setUp(input: $input) { viewer { ...ViewerParts } \
     problem { ...ProblemParts } } }",
    SESSION,
);

/// E-mail and password.
#[derive(Clone, Debug, Serialize)]
pub struct Credentials {
    pub email: String,
    pub password: String,
}

/// Starts a session.
pub const SIGN_IN: Operation<Credentials, Answer<SessionPayload>> = Operation::new(
    "mutation SignIn($email: String!, $password: String!) { payload: signIn(email: $email, password: $password) \
     { viewer { ...ViewerParts } problem { ...ProblemParts } } }",
    SESSION,
);

/// A payload that only says that it was done.
#[derive(Debug)]
#[expect(dead_code, reason = "that it came is the answer")]
pub struct Done {
    pub ok: bool,
}

object!(Done { ok });

/// Ends this session.
pub const SIGN_OUT: Operation<NoVariables, Answer<Done>> =
    Operation::new("mutation SignOut { payload: signOut { ok } }", &[]);

/// An address to write to.
#[derive(Clone, Debug, Serialize)]
pub struct Email {
    pub email: String,
}

/// Sends a reset link, if there is such an account; the answer never says.
pub const REQUEST_PASSWORD_RESET: Operation<Email, Answer<Done>> = Operation::new(
    "mutation RequestPasswordReset($email: String!) { payload: requestPasswordReset(email: $email) { ok } }",
    &[],
);

/// The token of a mailed link and the password wanted.
#[derive(Clone, Debug, Serialize)]
pub struct NewPassword {
    pub token: String,
    pub password: String,
}

/// Sets a new password and signs in.
pub const RESET_PASSWORD: Operation<NewPassword, Answer<SessionPayload>> = Operation::new(
    "mutation ResetPassword($token: String!, $password: String!) { payload: resetPassword(token: $token, \
     password: $password) { viewer { ...ViewerParts } problem { ...ProblemParts } } }",
    SESSION,
);

/// The old password proves who asks.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ChangedPassword {
    pub current_password: String,
    pub new_password: String,
}

/// Changes the password; all other sessions end.
pub const CHANGE_PASSWORD: Operation<ChangedPassword, Answer<SessionPayload>> = Operation::new(
    "mutation ChangePassword($currentPassword: String!, $newPassword: String!) { payload: \
     changePassword(currentPassword: $currentPassword, newPassword: $newPassword) { viewer { ...ViewerParts } \
     problem { ...ProblemParts } } }",
    SESSION,
);

/// A password.
#[derive(Clone, Debug, Serialize)]
pub struct Password {
    pub password: String,
}

/// Whether it was the person's own.
#[derive(Debug)]
pub struct Confirmed {
    pub ok: bool,
    pub problem: Option<Problem>,
}

object!(Confirmed { ok, problem });

/// Gives the password once more, for acts that need it.
pub const CONFIRM_PASSWORD: Operation<Password, Answer<Confirmed>> = Operation::new(
    "mutation ConfirmPassword($password: String!) { payload: confirmPassword(password: $password) \
     { ok problem { ...ProblemParts } } }",
    &[PROBLEM],
);

/// A name.
#[derive(Clone, Debug, Serialize)]
pub struct Name {
    pub name: String,
}

/// Another workspace.
#[derive(Clone, Debug, Serialize)]
pub struct NewWorkspace {
    pub name: String,
    /// With people to play on a page of phones.
    pub demo: bool,
}

/// Makes another workspace and moves the session into it.
pub const CREATE_WORKSPACE: Operation<NewWorkspace, Answer<SessionPayload>> = Operation::new(
    "mutation CreateWorkspace($name: String!, $demo: Boolean) { payload: createWorkspace(name: $name, demo: $demo) { viewer { ...ViewerParts } \
     problem { ...ProblemParts } } }",
    SESSION,
);

/// The workspace to go to.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SwitchTo {
    pub workspace_id: WorkspaceId,
}

/// Moves the session into another of the person's workspaces.
pub const SWITCH_WORKSPACE: Operation<SwitchTo, Answer<SessionPayload>> = Operation::new(
    "mutation SwitchWorkspace($workspaceId: ID!) { payload: switchWorkspace(workspaceId: $workspaceId) \
     { viewer { ...ViewerParts } problem { ...ProblemParts } } }",
    SESSION,
);

/// The renamed workspace.
#[derive(Debug)]
pub struct WorkspacePayload {
    pub workspace: Option<Workspace>,
    pub problem: Option<Problem>,
}

object!(WorkspacePayload { workspace, problem });

/// Renames the current workspace.
pub const RENAME_WORKSPACE: Operation<Name, Answer<WorkspacePayload>> = Operation::new(
    "mutation RenameWorkspace($name: String!) { payload: renameWorkspace(name: $name) { workspace { id name } \
     problem { ...ProblemParts } } }",
    &[PROBLEM],
);
