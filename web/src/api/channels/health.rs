//! How a channel with a provider is doing.

use serde::Serialize;
use shared::{ChannelId, ContactId};

use super::super::Timestamp;
use super::super::failure::{PROBLEM, Problem};
use super::super::json::{object, words};
use super::super::operation::Operation;
use super::super::session::Answer;
use super::{CHANNEL, ChannelPayload, OfChannel};

/// How something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HealthState {
    Good,
    /// Works, but somebody should look.
    Warning,
    Broken,
}

words!(HealthState { Good, Warning, Broken });

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HealthCheck {
    /// `token`, `webhook`, `quality` …
    pub name: String,
    pub state: HealthState,
    /// What that means and what can be done.
    pub words: String,
}

object!(HealthCheck { name, state, words });

/// A permission that messaging needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PermissionInfo {
    pub name: String,
    pub granted: bool,
    /// What does not work without it.
    pub serves: String,
}

object!(PermissionInfo { name, granted, serves });

/// What the provider said last, and our own figures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChannelHealth {
    pub state: HealthState,
    pub checked_at: Option<Timestamp>,
    /// Worst first.
    pub checks: Vec<HealthCheck>,
    pub permissions: Vec<PermissionInfo>,
    pub last_inbound_at: Option<Timestamp>,
    pub last_outbound_at: Option<Timestamp>,
    pub inbound24h: i32,
    pub sent24h: i32,
    pub failed24h: i32,
    /// Where the provider delivers to.
    pub webhook_host: Option<String>,
    pub webhook_ours: Option<bool>,
    pub webhook_waiting: Option<i32>,
    pub webhook_failure: Option<String>,
    pub token_expires_at: Option<Timestamp>,
    pub quality: Option<String>,
    pub messaging_limit: Option<String>,
    /// Deliveries that failed or wait.
    pub not_processed: i32,
    /// Outgoing ones that wait.
    pub queued: i32,
    /// Outgoing ones that were given up.
    pub dead_letters: i32,
}

object!(ChannelHealth {
    state,
    checked_at,
    checks,
    permissions,
    last_inbound_at,
    last_outbound_at,
    inbound24h,
    sent24h,
    failed24h,
    webhook_host,
    webhook_ours,
    webhook_waiting,
    webhook_failure,
    token_expires_at,
    quality,
    messaging_limit,
    not_processed,
    queued,
    dead_letters
});

/// A credential; its secret is never readable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CredentialInfo {
    pub purpose: CredentialPurpose,
    pub last4: Option<String>,
    pub created_at: Timestamp,
    pub expires_at: Option<Timestamp>,
}

object!(CredentialInfo { purpose, last4, created_at, expires_at });

/// What a credential is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CredentialPurpose {
    IdentitySecret,
    AccessToken,
    SigningSecret,
    AppSecret,
    VerifyToken,
    Pin,
}

words!(CredentialPurpose { IdentitySecret, AccessToken, SigningSecret, AppSecret, VerifyToken, Pin });

/// What contacts see of us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProviderSettings {
    pub read_receipts: bool,
    pub typing: bool,
}

object!(ProviderSettings { read_receipts, typing });

/// What to change of [`ProviderSettings`].
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ChangedProviderSettings {
    pub channel_id: ChannelId,
    pub read_receipts: Option<bool>,
    pub typing: Option<bool>,
}

/// Sets what contacts see of us.
pub const UPDATE_PROVIDER_SETTINGS: Operation<ChangedProviderSettings, Answer<ChannelPayload>> =
    Operation::new(
        "mutation UpdateProviderSettings($channelId: ID!, $readReceipts: Boolean, $typing: Boolean) { payload: \
     updateProviderSettings(channelId: $channelId, readReceipts: $readReceipts, typing: $typing) \
     { channel { ...ChannelParts } problem { ...ProblemParts } } }",
        &[CHANNEL, PROBLEM],
    );

/// Asks the provider now.
pub const CHECK_CHANNEL: Operation<OfChannel, Answer<ChannelPayload>> = Operation::new(
    "mutation CheckChannel($channelId: ID!) { payload: checkChannel(channelId: $channelId) \
     { channel { ...ChannelParts } problem { ...ProblemParts } } }",
    &[CHANNEL, PROBLEM],
);

/// Reads the templates from the provider now.
pub const SYNC_TEMPLATES: Operation<OfChannel, Answer<ChannelPayload>> = Operation::new(
    "mutation SyncTemplates($channelId: ID!) { payload: syncTemplates(channelId: $channelId) \
     { channel { ...ChannelParts } problem { ...ProblemParts } } }",
    &[CHANNEL, PROBLEM],
);

/// Puts what was given up back in line.
pub const RESUME_OUTBOX: Operation<OfChannel, Answer<ChannelPayload>> = Operation::new(
    "mutation ResumeOutbox($channelId: ID!) { payload: resumeOutbox(channelId: $channelId) \
     { channel { ...ChannelParts } problem { ...ProblemParts } } }",
    &[CHANNEL, PROBLEM],
);

/// Takes the webhook back and destroys the credentials.
pub const DISCONNECT_CHANNEL: Operation<OfChannel, Answer<ChannelPayload>> = Operation::new(
    "mutation DisconnectChannel($channelId: ID!) { payload: disconnectChannel(channelId: $channelId) \
     { channel { ...ChannelParts } problem { ...ProblemParts } } }",
    &[CHANNEL, PROBLEM],
);

/// Which channel, and its new name.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RenamedChannel {
    pub channel_id: ChannelId,
    pub name: String,
}

/// Gives a channel another name.
pub const RENAME_CHANNEL: Operation<RenamedChannel, Answer<ChannelPayload>> = Operation::new(
    "mutation RenameChannel($channelId: ID!, $name: String!) { payload: renameChannel(channelId: $channelId, \
     name: $name) { channel { ...ChannelParts } problem { ...ProblemParts } } }",
    &[CHANNEL, PROBLEM],
);

/// Through which channel, and to whom.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TestTo {
    pub channel_id: ChannelId,
    pub contact_id: ContactId,
}

/// What the provider said.
#[derive(Debug)]
pub struct SendTestPayload {
    pub words: Option<String>,
    pub problem: Option<Problem>,
}

object!(SendTestPayload { words, problem });

/// Sends a test to a person who has written on the channel.
pub const SEND_TEST: Operation<TestTo, Answer<SendTestPayload>> = Operation::new(
    "mutation SendTest($channelId: ID!, $contactId: ID!) { payload: sendTest(channelId: $channelId, \
     contactId: $contactId) { words problem { ...ProblemParts } } }",
    &[PROBLEM],
);
