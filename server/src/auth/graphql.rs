//! GraphQL of signing in: the session's queries and mutations.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use secrecy::SecretString;
use shared::{UserId, WorkspaceId};
use tower_sessions::Session;

use super::setup::needs_setup;
use super::sign_in::Outcome;
use super::store;
use crate::db::WorkspaceTx;
use crate::error::AppError;
use crate::graphql::{ContextExt, GraphqlError, Problem};
use crate::viewer::Viewer;
use crate::workspaces::accept::{self, Acceptance};
use crate::workspaces::graphql::{InvitationPreview, WorkspaceMembership};
use crate::workspaces::{self, Member, Workspace};

/// The request's session.
///
/// # Errors
/// When there is none: over a socket.
pub fn session<'request>(ctx: &Context<'request>) -> Result<&'request Session, GraphqlError> {
    ctx.data_opt::<Session>()
        .ok_or_else(|| AppError::Internal(anyhow::anyhow!("a request without a session layer")).into())
}

/// A person who signs in: the one who asks, or a fellow member.
#[derive(SimpleObject)]
pub struct User {
    /// Global id.
    pub id: UserId,
    /// As shown to colleagues.
    pub name: String,
    /// Where they sign in with.
    pub email: String,
}

/// The user, if it is the viewer or someone who works in the viewer's workspace.
///
/// # Errors
/// When the database refuses.
pub async fn user_visible_to(
    tx: &mut WorkspaceTx,
    viewer: &Viewer,
    id: UserId,
) -> sqlx::Result<Option<User>> {
    if id == viewer.user_id {
        let user = store::user_by_id(tx.conn(), id).await?;
        return Ok(user.map(|user| User { id: user.id, name: user.name, email: user.email }));
    }
    let member = workspaces::active_member_of_user(tx, id).await?;
    Ok(member.map(|member| User { id: member.user_id, name: member.name, email: member.email }))
}

/// Who is asking: a person as a member of the workspace they work in.
pub struct ViewerNode(pub Viewer);

#[Object(name = "Viewer")]
impl ViewerNode {
    /// The person.
    async fn user(&self, ctx: &Context<'_>) -> Result<User, GraphqlError> {
        let mut tx = ctx.app().db.installation().await?;
        let user = store::user_by_id(&mut tx, self.0.user_id).await?.ok_or(AppError::Unauthenticated)?;
        Ok(User { id: user.id, name: user.name, email: user.email })
    }

    /// The person in the current workspace.
    async fn member(&self, ctx: &Context<'_>) -> Result<Member, GraphqlError> {
        let mut tx = ctx.app().db.read(self.0.workspace_id).await?;
        let member = workspaces::active_member_of_user(&mut tx, self.0.user_id).await?;
        Ok(member.ok_or(AppError::Unauthenticated)?)
    }

    /// The current workspace.
    async fn workspace(&self, ctx: &Context<'_>) -> Result<Workspace, GraphqlError> {
        let mut tx = ctx.app().db.read(self.0.workspace_id).await?;
        Ok(workspaces::current(&mut tx).await?)
    }

    /// Every workspace the person can work in, oldest first.
    async fn memberships(&self, ctx: &Context<'_>) -> Result<Vec<WorkspaceMembership>, GraphqlError> {
        let app = ctx.app();
        let mut tx = app.db.installation().await?;
        let known = store::memberships(&mut tx, self.0.user_id).await?;
        drop(tx);
        let mut memberships = Vec::with_capacity(known.len());
        for (workspace_id, _) in known {
            // One by one: no transaction sees two workspaces.
            let mut tx = app.db.read(workspace_id).await?;
            let Some(member) = workspaces::active_member_of_user(&mut tx, self.0.user_id).await? else {
                continue;
            };
            memberships.push(WorkspaceMembership {
                workspace: workspaces::current(&mut tx).await?,
                role: member.role,
                current: workspace_id == self.0.workspace_id,
            });
        }
        Ok(memberships)
    }
}

/// What the pages before signing in need to know.
#[derive(SimpleObject)]
pub struct InstanceInfo {
    /// There is no owner yet.
    needs_setup: bool,
    /// Links are mailed; else they are shown to whoever may pass them on.
    mail_configured: bool,
    /// Demo workspaces can be made here.
    demo_available: bool,
    /// The version of Switchboard; nothing for strangers.
    version: Option<&'static str>,
}

/// Who is asking.
#[derive(Default)]
pub struct AuthQueries;

#[Object]
impl AuthQueries {
    /// Facts about this installation, for everyone.
    async fn instance(&self, ctx: &Context<'_>) -> Result<InstanceInfo, GraphqlError> {
        let app = ctx.app();
        Ok(InstanceInfo {
            needs_setup: needs_setup(app).await?,
            mail_configured: app.mail.is_configured(),
            demo_available: app.demo.is_allowed(),
            version: ctx.viewer_if_any().map(|_| env!("CARGO_PKG_VERSION")),
        })
    }

    /// What an invitation's link leads to; nothing when it has expired, was used or taken back.
    async fn invitation(
        &self,
        ctx: &Context<'_>,
        token: String,
    ) -> Result<Option<InvitationPreview>, GraphqlError> {
        let preview = accept::preview(ctx.app(), &ctx.request(), &token).await?;
        Ok(preview.map(InvitationPreview::from))
    }

    /// Who is signed in; nothing when nobody is.
    async fn viewer(&self, ctx: &Context<'_>) -> Option<ViewerNode> {
        ctx.viewer_if_any().cloned().map(ViewerNode)
    }
}

/// A session that was opened, or why not.
#[derive(SimpleObject)]
pub struct SessionPayload {
    /// Who is signed in now.
    viewer: Option<ViewerNode>,
    /// What the person can do about it.
    problem: Option<Problem>,
}

impl From<Outcome<Viewer>> for SessionPayload {
    fn from(outcome: Outcome<Viewer>) -> Self {
        match outcome {
            Ok(viewer) => Self { viewer: Some(ViewerNode(viewer)), problem: None },
            Err(problem) => Self { viewer: None, problem: Some(problem) },
        }
    }
}

/// The answer to signing out.
#[derive(SimpleObject)]
pub struct SignOutPayload {
    /// The session is gone.
    ok: bool,
}

/// The answer to asking for a reset link.
#[derive(SimpleObject)]
pub struct RequestPasswordResetPayload {
    /// Always true: a link was sent if the address has an account.
    ok: bool,
}

/// The answer to giving the password again.
#[derive(SimpleObject)]
pub struct ConfirmPasswordPayload {
    /// It was right: acts that need a recent proof pass for ten minutes.
    ok: bool,
    /// What the person can do about it.
    problem: Option<Problem>,
}

/// What the first run asks for.
#[derive(InputObject)]
pub struct SetUpInput {
    /// From the link that Switchboard printed.
    token: String,
    /// How the first workspace is called.
    workspace_name: String,
    /// The first owner's name.
    name: String,
    /// Their mail address.
    email: String,
    /// Their password.
    password: String,
    /// Make it a demo workspace, with people to play on a page of phones.
    demo: Option<bool>,
}

/// Everything that opens, moves or ends a session.
#[derive(Default)]
pub struct AuthMutations;

#[Object]
impl AuthMutations {
    /// The first run: makes the first owner and the first workspace, once.
    async fn set_up(&self, ctx: &Context<'_>, input: SetUpInput) -> Result<SessionPayload, GraphqlError> {
        let input = workspaces::found::SetUp {
            token: input.token,
            workspace_name: input.workspace_name,
            name: input.name,
            email: input.email,
            password: SecretString::from(input.password),
            demo: input.demo.unwrap_or_default(),
        };
        let outcome = workspaces::found::set_up(ctx.app(), session(ctx)?, ctx.request(), input).await?;
        Ok(outcome.into())
    }

    /// Signs in.
    async fn sign_in(
        &self,
        ctx: &Context<'_>,
        email: String,
        password: String,
    ) -> Result<SessionPayload, GraphqlError> {
        let password = SecretString::from(password);
        let outcome =
            super::sign_in::sign_in(ctx.app(), session(ctx)?, ctx.request(), &email, password).await?;
        Ok(outcome.into())
    }

    /// Signs out.
    async fn sign_out(&self, ctx: &Context<'_>) -> Result<SignOutPayload, GraphqlError> {
        super::sign_in::sign_out(ctx.app(), session(ctx)?, ctx.viewer_if_any()).await?;
        Ok(SignOutPayload { ok: true })
    }

    /// Asks for a link that sets a new password. The answer does not tell whether the address is known.
    async fn request_password_reset(
        &self,
        ctx: &Context<'_>,
        email: String,
    ) -> Result<RequestPasswordResetPayload, GraphqlError> {
        super::request_reset(ctx.app(), &ctx.request(), &email)?;
        Ok(RequestPasswordResetPayload { ok: true })
    }

    /// Sets a new password through such a link, and signs in.
    async fn reset_password(
        &self,
        ctx: &Context<'_>,
        token: String,
        password: String,
    ) -> Result<SessionPayload, GraphqlError> {
        let password = SecretString::from(password);
        let outcome =
            super::reset_password(ctx.app(), session(ctx)?, ctx.request(), &token, password).await?;
        Ok(outcome.into())
    }

    /// Sets another password and ends every other session of the person.
    async fn change_password(
        &self,
        ctx: &Context<'_>,
        current_password: String,
        new_password: String,
    ) -> Result<SessionPayload, GraphqlError> {
        let (current, new) = (SecretString::from(current_password), SecretString::from(new_password));
        let outcome = super::change_password(ctx.app(), session(ctx)?, ctx.viewer()?, current, new).await?;
        Ok(outcome.into())
    }

    /// Proves again who sits at the browser. Acts that could take a workspace over fail with `PROOF_REQUIRED`
    /// unless the password was given within the last ten minutes.
    async fn confirm_password(
        &self,
        ctx: &Context<'_>,
        password: String,
    ) -> Result<ConfirmPasswordPayload, GraphqlError> {
        let password = SecretString::from(password);
        let outcome =
            super::proof::confirm_password(ctx.app(), session(ctx)?, ctx.viewer()?, password).await?;
        Ok(ConfirmPasswordPayload { ok: outcome.is_ok(), problem: outcome.err() })
    }

    /// Makes one more workspace, owned by the viewer, and goes on in it; a demo has people to play on a page of phones.
    async fn create_workspace(
        &self,
        ctx: &Context<'_>,
        name: String,
        demo: Option<bool>,
    ) -> Result<SessionPayload, GraphqlError> {
        let (app, session, viewer) = (ctx.app(), session(ctx)?, ctx.viewer()?);
        let outcome =
            workspaces::found::create_workspace(app, session, viewer, &name, demo.unwrap_or_default())
                .await?;
        Ok(outcome.into())
    }

    /// Goes on in another of the viewer's workspaces.
    async fn switch_workspace(
        &self,
        ctx: &Context<'_>,
        workspace_id: WorkspaceId,
    ) -> Result<SessionPayload, GraphqlError> {
        let viewer =
            workspaces::found::switch_workspace(ctx.app(), session(ctx)?, ctx.viewer()?, workspace_id)
                .await?;
        Ok(Ok(viewer).into())
    }

    /// Accepts an invitation and goes on in its workspace. `name` and `password` make an account where there is
    /// none; where there is one, `password` is its password, unless that person is signed in already.
    async fn accept_invitation(
        &self,
        ctx: &Context<'_>,
        token: String,
        name: Option<String>,
        password: Option<String>,
    ) -> Result<SessionPayload, GraphqlError> {
        let acceptance = Acceptance { token, name, password: password.map(SecretString::from) };
        let outcome = accept::accept_invitation(
            ctx.app(),
            session(ctx)?,
            ctx.viewer_if_any(),
            ctx.request(),
            acceptance,
        )
        .await?;
        Ok(outcome.into())
    }
}
