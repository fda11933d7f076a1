//! GraphQL of web chats.

use async_graphql::{InputObject, Object};

use crate::channels::hours::{OfficeDay, OfficeHours};
use crate::channels::settings::{
    IdentityMode, PreChatField, PreChatFieldType, WebChatChange, WebChatSettings, WidgetPosition,
};
use crate::channels::store::Channel;
use crate::config::Config;

/// A web chat's settings.
pub struct WebChat {
    channel: Channel,
    settings: WebChatSettings,
    origin: String,
    widget_origin: String,
}

impl WebChat {
    /// The settings of a channel that is a web chat.
    pub fn of(channel: &Channel, config: &Config) -> Self {
        Self {
            settings: channel.web_chat_settings(),
            channel: channel.clone(),
            origin: config.origin(),
            widget_origin: config.widget_origin(),
        }
    }
}

#[Object]
impl WebChat {
    /// The uuid in the snippet.
    async fn widget_id(&self) -> &str {
        &self.channel.platform_account_id
    }

    /// HTML for the customer's site.
    async fn snippet(&self) -> String {
        let (origin, widget_id) = (&self.widget_origin, &self.channel.platform_account_id);
        format!(r#"<script src="{origin}/widget.js" data-widget="{widget_id}" async></script>"#)
    }

    /// A page that carries the widget, to try it.
    async fn try_url(&self) -> String {
        format!("{}/try/{}", self.origin, self.channel.platform_account_id)
    }

    /// `#RRGGBB`.
    async fn color(&self) -> &str {
        &self.settings.color
    }

    /// Which corner.
    async fn position(&self) -> WidgetPosition {
        self.settings.position
    }

    /// The first line a visitor reads.
    async fn welcome_title(&self) -> &str {
        &self.settings.welcome_title
    }

    /// And what follows.
    async fn welcome_text(&self) -> &str {
        &self.settings.welcome_text
    }

    /// When to expect an answer; may be empty.
    async fn reply_time_text(&self) -> &str {
        &self.settings.reply_time_text
    }

    /// Sites that may carry the widget.
    async fn allowed_origins(&self) -> &[String] {
        &self.settings.allowed_origins
    }

    /// Questions before the first message.
    async fn pre_chat(&self) -> &[PreChatField] {
        &self.settings.pre_chat
    }

    /// Null: always open.
    async fn hours(&self) -> Option<&OfficeHours> {
        self.settings.hours.as_ref()
    }

    /// Shown while closed.
    async fn offline_text(&self) -> &str {
        &self.settings.offline_text
    }

    /// Whether visitors prove who they are.
    async fn identity_mode(&self) -> IdentityMode {
        self.settings.identity_mode
    }

    /// The end of the identity secret; null: there is none yet.
    async fn identity_secret_last4(&self) -> Option<&str> {
        self.channel.identity_secret_last4.as_deref()
    }

    /// Visitors may send files.
    async fn attachments_enabled(&self) -> bool {
        self.settings.attachments_enabled
    }

    /// The widget offers emoji.
    async fn emoji_enabled(&self) -> bool {
        self.settings.emoji_enabled
    }
}

/// What to set for a web chat. What is absent stays as it is; a new one needs a name.
#[derive(InputObject)]
pub struct WebChatInput {
    name: Option<String>,
    color: Option<String>,
    position: Option<WidgetPosition>,
    welcome_title: Option<String>,
    welcome_text: Option<String>,
    reply_time_text: Option<String>,
    allowed_origins: Option<Vec<String>>,
    pre_chat: Option<Vec<PreChatFieldInput>>,
    hours: Option<OfficeHoursInput>,
    always_open: Option<bool>,
    offline_text: Option<String>,
    identity_mode: Option<IdentityMode>,
    attachments_enabled: Option<bool>,
    emoji_enabled: Option<bool>,
}

/// A question before the first message.
#[derive(InputObject)]
pub struct PreChatFieldInput {
    key: String,
    label: String,
    #[graphql(name = "type")]
    kind: PreChatFieldType,
    required: bool,
}

/// When a team answers.
#[derive(InputObject)]
pub struct OfficeHoursInput {
    time_zone: String,
    days: Vec<OfficeDayInput>,
}

/// One open day of the week.
#[derive(InputObject)]
pub struct OfficeDayInput {
    weekday: i32,
    opens_at: String,
    closes_at: String,
}

impl From<WebChatInput> for WebChatChange {
    fn from(input: WebChatInput) -> Self {
        let fields = input.pre_chat.map(|fields| {
            let field = |f: PreChatFieldInput| PreChatField {
                key: f.key,
                label: f.label,
                kind: f.kind,
                required: f.required,
            };
            fields.into_iter().map(field).collect()
        });
        let hours = input.hours.map(|hours| OfficeHours {
            time_zone: hours.time_zone,
            days: hours
                .days
                .into_iter()
                .map(|day| OfficeDay {
                    weekday: day.weekday,
                    opens_at: day.opens_at,
                    closes_at: day.closes_at,
                })
                .collect(),
        });
        Self {
            name: input.name,
            color: input.color,
            position: input.position,
            welcome_title: input.welcome_title,
            welcome_text: input.welcome_text,
            reply_time_text: input.reply_time_text,
            allowed_origins: input.allowed_origins,
            pre_chat: fields,
            hours,
            always_open: input.always_open.unwrap_or(false),
            offline_text: input.offline_text,
            identity_mode: input.identity_mode,
            attachments_enabled: input.attachments_enabled,
            emoji_enabled: input.emoji_enabled,
        }
    }
}
