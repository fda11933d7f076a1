//! What an admin sets for a web chat. Kept as jsonb in the channel's row, shown to members, never a secret.

use async_graphql::{Enum, SimpleObject};
use channel_webchat::OriginRule;
use serde::{Deserialize, Serialize};

use super::hours::OfficeHours;
use crate::graphql::Problem;

const ORIGINS_MAX: usize = 50;
const FIELDS_MAX: usize = 10;

/// A web chat's settings. A setting that an older version did not know has its default.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct WebChatSettings {
    /// `#RRGGBB`.
    pub color: String,
    /// Which corner.
    pub position: WidgetPosition,
    /// The first line a visitor reads.
    pub welcome_title: String,
    /// And what follows.
    pub welcome_text: String,
    /// When to expect an answer; may be empty.
    pub reply_time_text: String,
    /// Sites that may carry the widget; none: nobody.
    pub allowed_origins: Vec<String>,
    /// Questions before the first message.
    pub pre_chat: Vec<PreChatField>,
    /// None: always open.
    pub hours: Option<OfficeHours>,
    /// Shown while closed.
    pub offline_text: String,
    /// Whether visitors prove who they are.
    pub identity_mode: IdentityMode,
    /// Visitors may send files.
    pub attachments_enabled: bool,
    /// The widget offers emoji.
    pub emoji_enabled: bool,
}

impl Default for WebChatSettings {
    fn default() -> Self {
        Self {
            color: "#0B6E69".to_owned(),
            position: WidgetPosition::Right,
            welcome_title: "Hello".to_owned(),
            welcome_text: "Ask us anything. We are happy to help.".to_owned(),
            reply_time_text: "We usually answer within a few minutes".to_owned(),
            allowed_origins: Vec::new(),
            pre_chat: Vec::new(),
            hours: None,
            offline_text: "We are away right now. Leave a message and we will answer when we are back."
                .to_owned(),
            identity_mode: IdentityMode::Off,
            attachments_enabled: true,
            emoji_enabled: true,
        }
    }
}

/// The corner of the launcher.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Enum)]
#[serde(rename_all = "lowercase")]
pub enum WidgetPosition {
    /// Bottom right.
    Right,
    /// Bottom left.
    Left,
}

/// Whether visitors prove who they are, by the business's own back end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Enum)]
#[serde(rename_all = "lowercase")]
pub enum IdentityMode {
    /// Everybody is anonymous; a proof is not asked for and not believed.
    Off,
    /// Those who can.
    Optional,
    /// Nobody chats without.
    Required,
}

/// The kind of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Enum)]
#[serde(rename_all = "snake_case")]
pub enum PreChatFieldType {
    /// One line.
    Text,
    /// A mail address.
    Email,
    /// A telephone number.
    Phone,
    /// Several lines.
    LongText,
}

/// A question before the first message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, SimpleObject)]
pub struct PreChatField {
    /// What the answer is called in data: `name`, `order_number`.
    pub key: String,
    /// What the visitor reads.
    pub label: String,
    /// The kind of answer.
    #[graphql(name = "type")]
    #[serde(rename = "type")]
    pub kind: PreChatFieldType,
    /// The chat does not start without.
    pub required: bool,
}

/// Changes to a web chat; what is absent stays.
#[derive(Debug, Clone, Default)]
pub struct WebChatChange {
    /// The channel's name.
    pub name: Option<String>,
    /// See [`WebChatSettings`], also for what follows.
    pub color: Option<String>,
    #[expect(missing_docs, reason = "as in the settings")]
    pub position: Option<WidgetPosition>,
    #[expect(missing_docs, reason = "as in the settings")]
    pub welcome_title: Option<String>,
    #[expect(missing_docs, reason = "as in the settings")]
    pub welcome_text: Option<String>,
    #[expect(missing_docs, reason = "as in the settings")]
    pub reply_time_text: Option<String>,
    #[expect(missing_docs, reason = "as in the settings")]
    pub allowed_origins: Option<Vec<String>>,
    #[expect(missing_docs, reason = "as in the settings")]
    pub pre_chat: Option<Vec<PreChatField>>,
    #[expect(missing_docs, reason = "as in the settings")]
    pub hours: Option<OfficeHours>,
    /// Takes the hours away.
    pub always_open: bool,
    #[expect(missing_docs, reason = "as in the settings")]
    pub offline_text: Option<String>,
    #[expect(missing_docs, reason = "as in the settings")]
    pub identity_mode: Option<IdentityMode>,
    #[expect(missing_docs, reason = "as in the settings")]
    pub attachments_enabled: Option<bool>,
    #[expect(missing_docs, reason = "as in the settings")]
    pub emoji_enabled: Option<bool>,
}

impl WebChatChange {
    /// The settings after this change.
    ///
    /// # Errors
    /// The first problem, with the field it is about.
    pub fn apply(&self, settings: &WebChatSettings) -> Result<WebChatSettings, Problem> {
        let mut after = settings.clone();
        if let Some(color) = &self.color {
            let digits = color.strip_prefix('#').unwrap_or_default();
            if digits.len() != 6 || !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
                return Err(invalid("color", "Write a colour as #RRGGBB."));
            }
            after.color = color.to_uppercase();
        }
        text("welcomeTitle", self.welcome_title.as_ref(), 100, &mut after.welcome_title)?;
        text("welcomeText", self.welcome_text.as_ref(), 500, &mut after.welcome_text)?;
        text("replyTimeText", self.reply_time_text.as_ref(), 200, &mut after.reply_time_text)?;
        text("offlineText", self.offline_text.as_ref(), 500, &mut after.offline_text)?;
        if let Some(origins) = &self.allowed_origins {
            after.allowed_origins = checked_origins(origins)?;
        }
        if let Some(fields) = &self.pre_chat {
            after.pre_chat = checked_fields(fields)?;
        }
        if let Some(hours) = &self.hours {
            hours.check().map_err(|reason| invalid("hours", reason))?;
            after.hours = Some(hours.clone());
        }
        if self.always_open {
            after.hours = None;
        }
        after.position = self.position.unwrap_or(after.position);
        after.identity_mode = self.identity_mode.unwrap_or(after.identity_mode);
        after.attachments_enabled = self.attachments_enabled.unwrap_or(after.attachments_enabled);
        after.emoji_enabled = self.emoji_enabled.unwrap_or(after.emoji_enabled);
        Ok(after)
    }

    /// The new name, if there is one.
    ///
    /// # Errors
    /// When it is empty or too long.
    pub fn checked_name(&self) -> Result<Option<String>, Problem> {
        checked_name(self.name.as_deref())
    }
}

/// A channel's name, if there is one, without blanks around it.
///
/// # Errors
/// When it is empty or too long.
pub fn checked_name(name: Option<&str>) -> Result<Option<String>, Problem> {
    let Some(name) = name else { return Ok(None) };
    let name = name.trim();
    if name.is_empty() || name.chars().count() > 120 || name.chars().any(char::is_control) {
        return Err(invalid("name", "A name has 1 to 120 characters."));
    }
    Ok(Some(name.to_owned()))
}

fn invalid(field: &str, reason: impl Into<String>) -> Problem {
    Problem::of_field(field, "INVALID", reason)
}

fn text(field: &str, given: Option<&String>, chars_max: usize, target: &mut String) -> Result<(), Problem> {
    let Some(given) = given else { return Ok(()) };
    let given = given.trim();
    if given.chars().count() > chars_max {
        return Err(invalid(field, format!("At most {chars_max} characters.")));
    }
    *target = given.replace('\0', "");
    Ok(())
}

fn checked_origins(origins: &[String]) -> Result<Vec<String>, Problem> {
    if origins.len() > ORIGINS_MAX {
        return Err(invalid("allowedOrigins", format!("At most {ORIGINS_MAX} sites.")));
    }
    let mut checked: Vec<String> = Vec::with_capacity(origins.len());
    for origin in origins.iter().filter(|origin| !origin.trim().is_empty()) {
        let rule = OriginRule::parse(origin)
            .map_err(|why| invalid("allowedOrigins", format!("{} is no site: {why}.", origin.trim())))?
            .to_string();
        if !checked.contains(&rule) {
            checked.push(rule);
        }
    }
    Ok(checked)
}

fn checked_fields(fields: &[PreChatField]) -> Result<Vec<PreChatField>, Problem> {
    if fields.len() > FIELDS_MAX {
        return Err(invalid("preChat", format!("At most {FIELDS_MAX} questions.")));
    }
    for (at, field) in fields.iter().enumerate() {
        let key = &field.key;
        let good = (1..=40).contains(&key.len())
            && key.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
        if !good {
            return Err(invalid("preChat", "A key has 1 to 40 of a-z, 0-9 and _."));
        }
        if fields.iter().skip(at + 1).any(|other| other.key == *key) {
            return Err(invalid("preChat", format!("The key {key} stands there twice.")));
        }
        let label = field.label.trim();
        if label.is_empty() || label.chars().count() > 100 || label.chars().any(char::is_control) {
            return Err(invalid("preChat", "A question has 1 to 100 characters."));
        }
    }
    Ok(fields
        .iter()
        .map(|field| PreChatField { label: field.label.trim().to_owned(), ..field.clone() })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_of_an_older_version_have_defaults_for_the_rest() {
        let settings: WebChatSettings = serde_json::from_str(r##"{"color":"#112233"}"##).unwrap();
        assert_eq!(settings.color, "#112233");
        assert_eq!(settings.position, WidgetPosition::Right);
    }

    #[test]
    fn what_is_absent_stays_and_what_is_wrong_names_its_field() {
        let settings = WebChatSettings::default();
        let change = WebChatChange { color: Some("#abcdef".to_owned()), ..WebChatChange::default() };
        assert_eq!(
            change.apply(&settings).unwrap(),
            WebChatSettings { color: "#ABCDEF".to_owned(), ..settings.clone() }
        );

        let field_of = |change: WebChatChange| change.apply(&settings).unwrap_err().field.unwrap();
        assert_eq!(field_of(WebChatChange { color: Some("red".to_owned()), ..Default::default() }), "color");
        assert_eq!(
            field_of(WebChatChange { welcome_title: Some("x".repeat(101)), ..Default::default() }),
            "welcomeTitle"
        );
        assert_eq!(
            field_of(WebChatChange {
                allowed_origins: Some(vec!["https://*".to_owned()]),
                ..Default::default()
            }),
            "allowedOrigins"
        );
    }

    #[test]
    fn origins_are_kept_as_browsers_write_them_and_once() {
        let origins = Some(vec![
            "https://Shop.example/".to_owned(),
            "https://shop.example:443".to_owned(),
            " ".to_owned(),
        ]);
        let change = WebChatChange { allowed_origins: origins, ..Default::default() };
        assert_eq!(
            change.apply(&WebChatSettings::default()).unwrap().allowed_origins,
            ["https://shop.example"]
        );
    }
}
