//! Connecting accounts at providers.

use serde::Serialize;
use shared::{ChannelId, ChannelKind};

use super::super::Timestamp;
use super::super::failure::{PROBLEM, Problem};
use super::super::json::object;
use super::super::operation::{NoVariables, Operation};
use super::super::session::{Answer, Input};
use super::{CHANNEL, CHANNEL_SUMMARY, ChannelPayload, ChannelSummary, PermissionInfo};

/// What the connect page offers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectOptions {
    /// The address that providers call begins with this.
    pub webhook_url: String,
    pub webhook_reachable: bool,
    /// None: the installation has no application at Meta.
    pub whatsapp_signup: Option<WhatsappSignup>,
    pub whatsapp_needs_app_secret: bool,
    /// The page of phones, when the providers are a simulator.
    pub simulator: Option<String>,
}

object!(ConnectOptions {
    webhook_url,
    webhook_reachable,
    whatsapp_signup,
    whatsapp_needs_app_secret,
    simulator
});

/// What the window of Embedded Signup is opened with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WhatsappSignup {
    pub app_id: String,
    pub config_id: String,
    pub dialog_url: String,
}

object!(WhatsappSignup { app_id, config_id, dialog_url });

/// The answer.
#[derive(Debug)]
pub struct ConnectOptionsAnswer {
    pub connect_options: ConnectOptions,
}

object!(ConnectOptionsAnswer { connect_options });

/// Answers [`ConnectOptions`].
pub const CONNECT_OPTIONS: Operation<NoVariables, ConnectOptionsAnswer> = Operation::new(
    "query ConnectOptions { connectOptions { webhookUrl webhookReachable whatsappSignup { appId configId dialogUrl } \
     whatsappNeedsAppSecret simulator } }",
    &[],
);

/// What somebody typed, or a provider's window gave.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ConnectChannelInput {
    pub kind: ChannelKind,
    pub token: Option<String>,
    pub code: Option<String>,
    pub account_id: Option<String>,
    pub parent_account_id: Option<String>,
    pub redirect_uri: Option<String>,
    pub app_secret: Option<String>,
    pub pin: Option<String>,
}

/// Whose credentials are, and what connecting would change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountPreview {
    pub name: String,
    pub handle: Option<String>,
    pub link: Option<String>,
    pub token_expires_at: Option<Timestamp>,
    pub permissions: Vec<PermissionInfo>,
    pub warnings: Vec<String>,
    /// The host that events go to at present.
    pub taken_by: Option<String>,
    /// This workspace has it already.
    pub existing_channel: Option<ChannelSummary>,
}

object!(AccountPreview {
    name,
    handle,
    link,
    token_expires_at,
    permissions,
    warnings,
    taken_by,
    existing_channel
});

/// Whose they are, or what is wrong with them.
#[derive(Debug)]
pub struct InspectChannelPayload {
    pub account: Option<AccountPreview>,
    pub problem: Option<Problem>,
}

object!(InspectChannelPayload { account, problem });

/// Tries credentials and changes nothing.
pub const INSPECT_CHANNEL: Operation<Input<ConnectChannelInput>, Answer<InspectChannelPayload>> =
    Operation::new(
        "mutation InspectChannel($input: ConnectChannelInput!) { payload: inspectChannel(input: $input) { account { name \
     handle link tokenExpiresAt permissions { name granted serves } warnings takenBy \
     existingChannel { ...ChannelSummaryParts } } problem { ...ProblemParts } } }",
        &[CHANNEL_SUMMARY, PROBLEM],
    );

/// Connects an account.
pub const CONNECT_CHANNEL: Operation<Input<ConnectChannelInput>, Answer<ChannelPayload>> = Operation::new(
    "mutation ConnectChannel($input: ConnectChannelInput!) { payload: connectChannel(input: $input) \
     { channel { ...ChannelParts } problem { ...ProblemParts } } }",
    &[CHANNEL, PROBLEM],
);

/// Which channel, and its new credentials.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Reconnection {
    pub channel_id: ChannelId,
    pub input: ConnectChannelInput,
}

/// New credentials for a channel; history stays.
pub const RECONNECT_CHANNEL: Operation<Reconnection, Answer<ChannelPayload>> = Operation::new(
    "mutation ReconnectChannel($channelId: ID!, $input: ConnectChannelInput!) { payload: reconnectChannel(channelId: \
     $channelId, input: $input) { channel { ...ChannelParts } problem { ...ProblemParts } } }",
    &[CHANNEL, PROBLEM],
);
