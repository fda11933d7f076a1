//! What connecting has to know of a provider: who speaks to it, through which application, and what its answers mean.

use std::sync::Arc;

use channel_core::{AccountInfo, CallError, ChannelAdapter};
use secrecy::SecretString;
use shared::{ChannelKind, WorkspaceId};

use super::Outcome;
use super::store::connect as store;
use super::typed::Typed;
use crate::app::App;
use crate::db::WorkspaceTx;
use crate::error::AppError;
use crate::graphql::Problem;

/// The application at the provider that an account is connected through.
pub(super) enum Through {
    /// The provider has no such thing.
    Nothing,
    /// The installation's own: its secrets are in the configuration, all its accounts share one endpoint.
    Installation,
    /// One of whoever connects the account.
    Own {
        /// Its id, as far as the provider tells.
        app_id: String,
        /// Its secret: deliveries are signed with it.
        secret: SecretString,
    },
}

impl Through {
    /// The id of an application that is not the installation's.
    pub fn own_app_id(&self) -> Option<&str> {
        match self {
            Self::Own { app_id, .. } => Some(app_id),
            Self::Nothing | Self::Installation => None,
        }
    }
}

/// The adapter that calls the provider of a workspace's accounts of this kind.
pub(super) fn adapter_of(
    app: &App,
    workspace_id: WorkspaceId,
    kind: ChannelKind,
) -> Outcome<Arc<dyn ChannelAdapter>> {
    let adapter =
        app.adapters.calling(workspace_id, kind).filter(|adapter| adapter.capabilities().has_provider);
    adapter.ok_or_else(|| {
        Problem::of_field("kind", "UNSUPPORTED", "Accounts of this kind cannot be connected by this version.")
    })
}

/// Finds out which application credentials belong to: deliveries are proven with its secret.
pub(super) fn through(
    app: &App,
    workspace_id: WorkspaceId,
    adapter: &dyn ChannelAdapter,
    typed: &Typed,
    info: &AccountInfo,
) -> Outcome<Through> {
    if !adapter.signs_with_application() {
        return Ok(Through::Nothing);
    }
    let at_provider = !app.demo.plays(workspace_id); // the stage has no application of ours
    let installation = app.config.providers.meta.app_id.as_ref().filter(|_| at_provider);
    let told = info.app_id.as_ref();
    if typed.code.is_some() || (told.is_some() && told == installation) {
        return Ok(Through::Installation);
    }
    match (&typed.app_secret, installation) {
        (Some(secret), _) => Ok(Through::Own {
            app_id: told.cloned().unwrap_or_else(|| "unknown".to_owned()),
            secret: secret.clone(),
        }),
        (None, Some(_)) if told.is_none() => Err(Problem::of_field(
            "appSecret",
            "REQUIRED",
            "Meta does not say which app this token was made for: give that app's secret, too. What arrives is signed \
             with it.",
        )),
        (None, Some(_)) => Err(Problem::of_field(
            "appSecret",
            "REQUIRED",
            "This token was made for another app than Switchboard's own: give that app's secret, too. What arrives is \
             signed with it.",
        )),
        (None, None) => Err(Problem::of_field(
            "appSecret",
            "REQUIRED",
            "Give the secret of the app that the token was made for: what arrives is signed with it.",
        )),
    }
}

/// Why an account of the installation's own application cannot be connected here: another workspace has it, and its
/// events can go to one only. Other workspaces wait until this transaction ends.
pub(super) async fn taken_elsewhere(
    tx: &mut WorkspaceTx,
    kind: ChannelKind,
    info: &AccountInfo,
) -> Result<Option<Problem>, AppError> {
    store::lock_across_workspaces(tx, kind, &info.platform_account_id).await?;
    let all = store::of_installation(tx, kind, Some(&info.platform_account_id), None).await?;
    let here = tx.workspace_id();
    let elsewhere = all.iter().any(|(workspace_id, _)| *workspace_id != here);
    Ok(elsewhere.then(|| {
        Problem::new(
            "TAKEN",
            "This number is connected to another workspace of this Switchboard. Whoever manages that one has to \
             disconnect it first.",
        )
    }))
}

/// A provider's "no" in words for whoever asked.
pub(super) fn call_problem(error: CallError) -> Problem {
    match error {
        CallError::Unauthorised(words) => Problem::of_field("token", "WRONG_TOKEN", sentence(&words)),
        CallError::Refused { words, .. } => Problem::new("REFUSED", sentence(&words)),
        CallError::Temporary(wait) => Problem::new(
            "PROVIDER_BUSY",
            format!("That did not work just now: {}. Try again in a moment.", wait.reason),
        ),
    }
}

/// Ends like a sentence.
fn sentence(words: &str) -> String {
    let ended = words.ends_with(['.', '!', '?']);
    if ended { words.to_owned() } else { format!("{words}.") }
}
