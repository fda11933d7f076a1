//! GraphQL of connecting accounts at providers. For admins.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};
use secrecy::SecretString;
use shared::{ChannelId, ChannelKind, ContactId, Role};
use url::Url;

use super::ChannelPayload;
use crate::auth::graphql::session;
use crate::auth::proof;
use crate::channels::inspect::{AccountPreview, inspect_channel};
use crate::channels::permissions::PermissionInfo;
use crate::channels::send_test::send_test;
use crate::channels::store::Channel;
use crate::channels::typed::Typed;
use crate::channels::{connect, disconnect, health, manage, templates};
use crate::config::Config;
use crate::graphql::{ContextExt, GraphqlError, Problem};
use crate::http::origin::is_loopback;

/// What somebody typed, or a provider's window gave, to connect an account.
#[derive(InputObject)]
pub struct ConnectChannelInput {
    /// What kind of account.
    kind: ChannelKind,
    /// A token; or `code`.
    token: Option<String>,
    /// The code of the provider's sign-up window: good once, for some seconds.
    code: Option<String>,
    /// The platform's id of the account, where the token alone does not say.
    account_id: Option<String>,
    /// The platform's id of what is above it.
    parent_account_id: Option<String>,
    /// Where the window was told to come back to.
    redirect_uri: Option<String>,
    /// The secret of the application that the token was made for.
    app_secret: Option<String>,
    /// Six digits to register a number with.
    pin: Option<String>,
    /// What members are to call the channel; without it, as the platform does.
    name: Option<String>,
}

impl From<ConnectChannelInput> for Typed {
    fn from(input: ConnectChannelInput) -> Self {
        Self {
            kind: input.kind,
            token: input.token.map(SecretString::from),
            code: input.code.map(SecretString::from),
            account_id: input.account_id,
            parent_account_id: input.parent_account_id,
            redirect_uri: input.redirect_uri,
            app_secret: input.app_secret.map(SecretString::from),
            pin: input.pin.map(SecretString::from),
            name: input.name,
        }
    }
}

/// Whose credentials are, and what connecting would change.
#[Object]
impl AccountPreview {
    /// The platform's id.
    async fn platform_account_id(&self) -> &str {
        &self.info.platform_account_id
    }

    /// What the platform keeps above it.
    async fn parent_account_id(&self) -> Option<&str> {
        self.info.parent_account_id.as_deref()
    }

    /// What people see.
    async fn name(&self) -> &str {
        &self.info.name
    }

    /// Its user name or number, as displayed.
    async fn handle(&self) -> Option<&str> {
        self.info.handle.as_deref()
    }

    /// Where people can write to it.
    async fn link(&self) -> Option<&str> {
        self.info.link.as_deref()
    }

    /// Until when the token works; null is for ever, or unknown.
    async fn token_expires_at(&self) -> Option<DateTime<Utc>> {
        self.info.token_expires_at
    }

    /// What messaging needs to be permitted; empty where the provider has no such thing, or does not tell.
    async fn permissions(&self) -> &[PermissionInfo] {
        &self.permissions
    }

    /// What is missing or odd.
    async fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// The host that events go to at present, when it is not ours: connecting takes the account away from it.
    async fn taken_by(&self) -> Option<&str> {
        self.taken_by.as_deref()
    }

    /// This workspace has it already: connecting revives that channel.
    async fn existing_channel(&self) -> Option<&Channel> {
        self.existing.as_ref()
    }
}

/// Whose credentials are, or what is wrong with them.
#[derive(SimpleObject)]
pub struct InspectChannelPayload {
    account: Option<AccountPreview>,
    problem: Option<Problem>,
}

/// What the provider said, or why it was not asked.
#[derive(SimpleObject)]
pub struct SendTestPayload {
    words: Option<String>,
    problem: Option<Problem>,
}

/// What the connect page offers.
#[derive(SimpleObject)]
pub struct ConnectOptions {
    /// The address that providers call begins with this.
    webhook_url: String,
    /// Providers can reach it: https, and not this machine.
    webhook_reachable: bool,
    /// Embedded Signup; null when the installation has no application at Meta.
    whatsapp_signup: Option<WhatsappSignup>,
    /// A number can only be connected with the secret of the app that its token was made for.
    whatsapp_needs_app_secret: bool,
    /// The page of phones, when the providers are a simulator.
    simulator: Option<String>,
}

/// What the window of Embedded Signup is opened with.
#[derive(SimpleObject)]
pub struct WhatsappSignup {
    /// The installation's application.
    app_id: String,
    /// Its configuration.
    config_id: String,
    /// The version of Graph.
    version: String,
    /// Where the window is.
    dialog_url: String,
}

fn options(config: &Config, stage: Option<String>) -> ConnectOptions {
    let meta = &config.providers.meta;
    let webhook_url = config.webhook_origin();
    let reachable = |url: &Url| url.scheme() == "https" && !is_loopback(url);
    let app_id = meta.app_id.clone().filter(|_| stage.is_none());
    let needs_app_secret = app_id.is_none();
    let signup = app_id.zip(meta.signup_config_id.clone());
    ConnectOptions {
        webhook_reachable: Url::parse(&webhook_url).is_ok_and(|url| reachable(&url)),
        webhook_url,
        whatsapp_signup: signup.map(|(app_id, config_id)| WhatsappSignup {
            app_id,
            config_id,
            version: meta.version.clone(),
            dialog_url: meta.dialog_url(),
        }),
        whatsapp_needs_app_secret: needs_app_secret,
        simulator: stage.or_else(|| config.providers.simulator_url.as_ref().map(ToString::to_string)),
    }
}

/// What is asked before connecting.
#[derive(Default)]
pub struct ConnectQueries;

#[Object]
impl ConnectQueries {
    /// What the connect page offers. For admins.
    async fn connect_options(&self, ctx: &Context<'_>) -> Result<ConnectOptions, GraphqlError> {
        let viewer = ctx.viewer_as(Role::Admin)?;
        let app = ctx.app();
        let stage = app.demo.url().filter(|_| app.demo.plays(viewer.workspace_id));
        Ok(options(&app.config, stage.map(ToString::to_string)))
    }
}

/// Everything that changes channels with a provider. For admins.
#[derive(Default)]
pub struct ProviderMutations;

#[Object]
impl ProviderMutations {
    /// Tries credentials on their provider and changes nothing: asked as they are typed.
    async fn inspect_channel(
        &self,
        ctx: &Context<'_>,
        input: ConnectChannelInput,
    ) -> Result<InspectChannelPayload, GraphqlError> {
        let viewer = ctx.viewer_as(Role::Admin)?;
        Ok(match inspect_channel(ctx.app(), viewer, input.into()).await? {
            Ok(account) => InspectChannelPayload { account: Some(account), problem: None },
            Err(problem) => InspectChannelPayload { account: None, problem: Some(problem) },
        })
    }

    /// Connects an account. One that was here before is the same channel as before, with its history.
    async fn connect_channel(
        &self,
        ctx: &Context<'_>,
        input: ConnectChannelInput,
    ) -> Result<ChannelPayload, GraphqlError> {
        let viewer = ctx.viewer_as(Role::Admin)?;
        proof::require(session(ctx)?).await?;
        Ok(connect::connect_channel(ctx.app(), viewer, input.into()).await?.into())
    }

    /// Gives a channel new credentials for the same account; history and settings stay.
    async fn reconnect_channel(
        &self,
        ctx: &Context<'_>,
        channel_id: ChannelId,
        input: ConnectChannelInput,
    ) -> Result<ChannelPayload, GraphqlError> {
        let viewer = ctx.viewer_as(Role::Admin)?;
        proof::require(session(ctx)?).await?;
        Ok(connect::reconnect_channel(ctx.app(), viewer, channel_id, input.into()).await?.into())
    }

    /// Disconnects a channel: its webhook is taken back, its credentials are destroyed, its history stays.
    async fn disconnect_channel(
        &self,
        ctx: &Context<'_>,
        channel_id: ChannelId,
    ) -> Result<ChannelPayload, GraphqlError> {
        let viewer = ctx.viewer_as(Role::Admin)?;
        proof::require(session(ctx)?).await?;
        Ok(disconnect::disconnect_channel(ctx.app(), viewer, channel_id).await?.into())
    }

    /// Sets what contacts see of us; what is absent stays.
    async fn update_provider_settings(
        &self,
        ctx: &Context<'_>,
        channel_id: ChannelId,
        read_receipts: Option<bool>,
        typing: Option<bool>,
    ) -> Result<ChannelPayload, GraphqlError> {
        let viewer = ctx.viewer_as(Role::Admin)?;
        let app = ctx.app();
        Ok(manage::update_provider_settings(app, viewer, channel_id, read_receipts, typing).await?.into())
    }

    /// Asks the provider now how a channel is doing.
    async fn check_channel(
        &self,
        ctx: &Context<'_>,
        channel_id: ChannelId,
    ) -> Result<ChannelPayload, GraphqlError> {
        let viewer = ctx.viewer_as(Role::Admin)?;
        Ok(health::check_channel(ctx.app(), viewer, channel_id).await?.into())
    }

    /// Sends a test to a person who has written on this channel, and says what the provider said.
    async fn send_test(
        &self,
        ctx: &Context<'_>,
        channel_id: ChannelId,
        contact_id: ContactId,
    ) -> Result<SendTestPayload, GraphqlError> {
        let viewer = ctx.viewer_as(Role::Admin)?;
        Ok(match send_test(ctx.app(), viewer, channel_id, contact_id).await? {
            Ok(words) => SendTestPayload { words: Some(words), problem: None },
            Err(problem) => SendTestPayload { words: None, problem: Some(problem) },
        })
    }

    /// Reads a channel's templates from its provider now.
    async fn sync_templates(
        &self,
        ctx: &Context<'_>,
        channel_id: ChannelId,
    ) -> Result<ChannelPayload, GraphqlError> {
        let viewer = ctx.viewer_as(Role::Admin)?;
        Ok(templates::sync_templates(ctx.app(), viewer, channel_id).await?.into())
    }
}
