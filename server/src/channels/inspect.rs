//! Trying credentials, as they are typed: whose they are, what they may do, and what connecting would change.

use channel_core::{AccountInfo, ChannelAdapter};
use serde_json::json;
use shared::{AuditAction, ChannelKind, ChannelState, WorkspaceId};
use url::Url;

use super::provider::{Through, adapter_of, call_problem, taken_elsewhere, through};
use super::store::Channel;
use super::typed::Typed;
use super::{Outcome, permissions, store};
use crate::app::App;
use crate::audit::Entry;
use crate::error::AppError;
use crate::graphql::Problem;
use crate::viewer::Viewer;

/// Whose credentials are.
pub struct AccountPreview {
    /// As the provider says.
    pub info: AccountInfo,
    /// What messaging needs, and whether it is granted; empty where the provider does not tell.
    pub permissions: Vec<permissions::PermissionInfo>,
    /// What is missing or odd.
    pub warnings: Vec<String>,
    /// The host that events go to at present, when it is not ours.
    pub taken_by: Option<String>,
    /// The workspace has the account already.
    pub existing: Option<Channel>,
}

/// Asks the provider, and changes nothing.
///
/// # Errors
/// When the database refuses.
pub async fn inspect_channel(
    app: &App,
    by: &Viewer,
    typed: Typed,
) -> Result<Outcome<AccountPreview>, AppError> {
    let kind = typed.kind;
    let outcome = match ask(app, by.workspace_id, typed).await {
        Ok((info, adapter, through)) => preview(app, by, kind, info, &*adapter, &through).await?,
        Err(problem) => Err(problem),
    };
    let told = outcome.as_ref().map_or_else(|problem| problem.code.as_str(), |_| "OK");
    let mut tx = app.db.workspace(by.workspace_id).await?;
    tx.audit(
        Entry::new(by.actor(), AuditAction::CredentialsInspected)
            .with(json!({ "kind": kind.as_str(), "outcome": told })),
    );
    tx.commit().await?;
    Ok(outcome)
}

type Asked = (AccountInfo, std::sync::Arc<dyn ChannelAdapter>, Through);

async fn ask(app: &App, workspace_id: WorkspaceId, typed: Typed) -> Outcome<Asked> {
    let typed = typed.checked()?;
    let adapter = adapter_of(app, workspace_id, typed.kind)?;
    if typed.code.is_some() {
        let words = "A sign-up's code works once: connect with it.";
        return Err(Problem::of_field("code", "INVALID", words));
    }
    let credentials =
        typed.credentials().ok_or_else(|| Problem::of_field("token", "REQUIRED", "Give the token."))?;
    let info = adapter.inspect(&credentials).await.map_err(call_problem)?;
    let through = through(app, workspace_id, &*adapter, &typed, &info)?;
    Ok((info, adapter, through))
}

async fn preview(
    app: &App,
    by: &Viewer,
    kind: ChannelKind,
    info: AccountInfo,
    adapter: &dyn ChannelAdapter,
    through: &Through,
) -> Result<Outcome<AccountPreview>, AppError> {
    let mut tx = app.db.workspace(by.workspace_id).await?;
    let existing = store::by_account(&mut tx, kind, &info.platform_account_id).await?;
    if matches!(through, Through::Installation)
        && let Some(problem) = taken_elsewhere(&mut tx, kind, &info).await?
    {
        return Ok(Err(problem));
    }
    let related = store::has_parent(&mut tx, kind, info.parent_account_id.as_deref()).await?;
    drop(tx);
    let mut warnings = info.warnings.clone();
    let connected = existing.as_ref().is_some_and(|channel| channel.state != ChannelState::Disconnected);
    let ours =
        Url::parse(&app.config.webhook_origin()).ok().and_then(|url| url.host_str().map(str::to_owned));
    let taken_by = info.registered_host.clone().filter(|host| Some(host) != ours.as_ref());
    if info.registered_host.is_some() && taken_by.is_none() && !connected && !related {
        warnings.push(
            "Its messages come to this Switchboard already, but not to this workspace. Connecting it here takes them \
             away from where they go now."
                .to_owned(),
        );
    }
    let permissions = permissions::of(adapter, &info.permissions);
    Ok(Ok(AccountPreview { permissions, warnings, taken_by, existing, info }))
}
