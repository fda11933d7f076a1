//! Connected accounts and the settings of the web chat.

mod alerts;
mod connect;
mod health;

use serde::Serialize;
use shared::{ChannelId, ChannelKind, ChannelState};

use super::Timestamp;
use super::failure::{PROBLEM, Problem};
use super::json::{FromJson, Json, object, words};
use super::operation::{NoVariables, Operation};
use super::session::{Answer, Input};

pub use alerts::*;
pub use connect::*;
pub use health::*;

/// A connected account as lists and rows show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChannelSummary {
    pub id: ChannelId,
    pub kind: ChannelKind,
    pub name: String,
    /// One that is switched off sends nothing for as long.
    pub active: bool,
    /// How its connection stands.
    pub state: ChannelState,
}

object!(ChannelSummary { id, kind, name, active, state });

/// What [`ChannelSummary`] is selected with.
pub const CHANNEL_SUMMARY: &str = "fragment ChannelSummaryParts on Channel { id kind name active state }";

/// A connected account with its settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Channel {
    pub id: ChannelId,
    pub kind: ChannelKind,
    pub name: String,
    pub active: bool,
    pub created_at: Timestamp,
    pub state: ChannelState,
    /// Why it is in that state, in words.
    pub state_reason: Option<String>,
    /// Its user name or number, as displayed.
    pub handle: Option<String>,
    /// Where people can write to it.
    pub link: Option<String>,
    pub platform_account_id: String,
    pub parent_account_id: Option<String>,
    pub credentials: Vec<CredentialInfo>,
    /// Set when there is a provider behind it.
    pub provider: Option<ProviderSettings>,
    pub health: Option<ChannelHealth>,
    /// Set when this is a web chat.
    pub web_chat: Option<WebChat>,
}

object!(Channel {
    id,
    kind,
    name,
    active,
    created_at,
    state,
    state_reason,
    handle,
    link,
    platform_account_id,
    parent_account_id,
    credentials,
    provider,
    health,
    web_chat
});

/// The settings of one web chat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebChat {
    pub widget_id: String,
    /// HTML to paste into the customer's site.
    pub snippet: String,
    /// The "Try it" page.
    pub try_url: String,
    /// `#RRGGBB`
    pub color: String,
    pub position: WidgetPosition,
    pub welcome_title: String,
    pub welcome_text: String,
    /// May be empty.
    pub reply_time_text: String,
    pub allowed_origins: Vec<String>,
    pub pre_chat: Vec<PreChatField>,
    /// None: always open.
    pub hours: Option<OfficeHours>,
    pub offline_text: String,
    pub identity_mode: IdentityMode,
    /// The end of the secret in use, to tell it from another.
    pub identity_secret_last4: Option<String>,
    pub attachments_enabled: bool,
    pub emoji_enabled: bool,
}

object!(WebChat {
    widget_id,
    snippet,
    try_url,
    color,
    position,
    welcome_title,
    welcome_text,
    reply_time_text,
    allowed_origins,
    pre_chat,
    hours,
    offline_text,
    identity_mode,
    identity_secret_last4,
    attachments_enabled,
    emoji_enabled
});

/// The side of the page the launcher sits on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum WidgetPosition {
    Right,
    Left,
}

words!(WidgetPosition { Right, Left });

/// Whether visitors must prove who they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum IdentityMode {
    Off,
    Optional,
    Required,
}

words!(IdentityMode { Off, Optional, Required });

/// How a question before the chat is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PreChatFieldType {
    Text,
    Email,
    Phone,
    LongText,
}

words!(PreChatFieldType { Text, Email, Phone, LongText });

/// One question before the chat.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PreChatField {
    pub key: String,
    pub label: String,
    #[serde(rename = "type")]
    pub kind: PreChatFieldType,
    pub required: bool,
}

impl FromJson for PreChatField {
    fn from_json(json: Json<'_>) -> Self {
        Self {
            key: json.field("key"),
            label: json.field("label"),
            kind: json.field("type"),
            required: json.field("required"),
        }
    }
}

/// When someone answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OfficeHours {
    /// IANA name, such as `Europe/Istanbul`.
    pub time_zone: String,
    pub days: Vec<OfficeDay>,
}

object!(OfficeHours { time_zone, days });

/// One day's hours.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OfficeDay {
    /// ISO: Monday is 1.
    pub weekday: u8,
    /// `09:00`
    pub opens_at: String,
    /// `17:30`
    pub closes_at: String,
}

object!(OfficeDay { weekday, opens_at, closes_at });

/// What [`Channel`] is selected with.
const CHANNEL: &str = "fragment ChannelParts on Channel { id kind name active createdAt state stateReason handle link \
    platformAccountId parentAccountId credentials { purpose last4 createdAt expiresAt } provider { readReceipts typing } \
    health { state checkedAt checks { name state words } permissions { name granted serves } lastInboundAt lastOutboundAt \
    inbound24h sent24h failed24h webhookHost webhookOurs webhookWaiting webhookFailure tokenExpiresAt quality \
    messagingLimit notProcessed queued deadLetters } webChat { widgetId snippet \
    tryUrl color position welcomeTitle welcomeText replyTimeText allowedOrigins preChat { key label type required } \
    hours { timeZone days { weekday opensAt closesAt } } offlineText identityMode identitySecretLast4 \
    attachmentsEnabled emojiEnabled } }";

/// Every channel of the workspace, and what somebody should look at.
#[derive(Clone, Debug)]
pub struct ChannelList {
    pub channels: Vec<Channel>,
    pub channel_alerts: Vec<ChannelEvent>,
}

object!(ChannelList { channels, channel_alerts });

/// Answers [`ChannelList`].
pub const CHANNELS: Operation<NoVariables, ChannelList> = Operation::new(
    "query Channels { channels { ...ChannelParts } channelAlerts { ...ChannelEventParts } }",
    &[CHANNEL, CHANNEL_EVENT, CHANNEL_SUMMARY],
);

/// Which channel.
#[derive(Clone, Debug, Serialize)]
pub struct WhichChannel {
    pub id: ChannelId,
}

/// None: not here.
#[derive(Debug)]
pub struct ChannelAnswer {
    pub channel: Option<Channel>,
}

object!(ChannelAnswer { channel });

/// One channel with its settings.
pub const CHANNEL_SETTINGS: Operation<WhichChannel, ChannelAnswer> =
    Operation::new("query ChannelSettings($id: ID!) { channel(id: $id) { ...ChannelParts } }", &[CHANNEL]);

/// What to change; absent stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WebChatInput {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub color: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<WidgetPosition>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub welcome_title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub welcome_text: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply_time_text: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allowed_origins: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pre_chat: Option<Vec<PreChatField>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hours: Option<OfficeHours>,
    /// True drops the hours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub always_open: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offline_text: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identity_mode: Option<IdentityMode>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attachments_enabled: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub emoji_enabled: Option<bool>,
}

/// The changed channel.
#[derive(Debug)]
pub struct ChannelPayload {
    pub channel: Option<Channel>,
    pub problem: Option<Problem>,
}

object!(ChannelPayload { channel, problem });

/// Adds a web chat.
pub const CREATE_WEB_CHAT: Operation<Input<WebChatInput>, Answer<ChannelPayload>> = Operation::new(
    "mutation CreateWebChat($input: WebChatInput!) { payload: createWebChat(input: $input) \
     { channel { ...ChannelParts } problem { ...ProblemParts } } }",
    &[CHANNEL, PROBLEM],
);

/// Which channel, and what to change.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ChangedWebChat {
    pub channel_id: ChannelId,
    pub input: WebChatInput,
}

/// Changes a web chat's settings.
pub const UPDATE_WEB_CHAT: Operation<ChangedWebChat, Answer<ChannelPayload>> = Operation::new(
    "mutation UpdateWebChat($channelId: ID!, $input: WebChatInput!) { payload: updateWebChat(channelId: $channelId, \
     input: $input) { channel { ...ChannelParts } problem { ...ProblemParts } } }",
    &[CHANNEL, PROBLEM],
);

/// Which channel, on or off.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ChannelSwitch {
    pub channel_id: ChannelId,
    pub active: bool,
}

/// Switches a channel on or off.
pub const SET_CHANNEL_ACTIVE: Operation<ChannelSwitch, Answer<ChannelPayload>> = Operation::new(
    "mutation SetChannelActive($channelId: ID!, $active: Boolean!) { payload: setChannelActive(channelId: $channelId, \
     active: $active) { channel { ...ChannelParts } problem { ...ProblemParts } } }",
    &[CHANNEL, PROBLEM],
);

/// Of which channel.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OfChannel {
    pub channel_id: ChannelId,
}

/// The new secret, which no later answer repeats.
#[derive(Debug)]
pub struct IdentitySecretPayload {
    pub channel: Option<Channel>,
    pub secret: Option<String>,
    pub problem: Option<Problem>,
}

object!(IdentitySecretPayload { channel, secret, problem });

/// Makes a new identity secret; the old one stops working.
pub const ROTATE_IDENTITY_SECRET: Operation<OfChannel, Answer<IdentitySecretPayload>> = Operation::new(
    "mutation RotateIdentitySecret($channelId: ID!) { payload: rotateIdentitySecret(channelId: $channelId) \
     { channel { ...ChannelParts } secret problem { ...ProblemParts } } }",
    &[CHANNEL, PROBLEM],
);
