//! Texts that a platform has approved for writing outside the reply window.

use serde::Serialize;
use shared::ChannelId;

use super::json::{FromJson, Json, object, words};
use super::operation::Operation;

/// A template as the platform keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    pub id: String,
    pub name: String,
    /// As the platform writes it: `en_US`.
    pub language: String,
    pub status: TemplateStatus,
    /// The platform's word.
    pub status_word: String,
    /// `MARKETING`, `UTILITY`, `AUTHENTICATION` …
    pub category: String,
    /// `GREEN`, `YELLOW`, `RED`.
    pub quality: Option<String>,
    /// Header, text, buttons.
    pub main: TemplatePart,
    /// For the text's blanks, in their order.
    pub body_examples: Vec<String>,
    /// The small line below.
    pub footer: Option<String>,
    /// Cards side by side.
    pub cards: Vec<TemplatePart>,
    pub can_be_sent: bool,
    /// Why it cannot.
    pub why_not: Option<String>,
}

impl FromJson for Template {
    fn from_json(json: Json<'_>) -> Self {
        Self {
            id: json.field("id"),
            name: json.field("name"),
            language: json.field("language"),
            status: json.field("status"),
            status_word: json.field("status_word"),
            category: json.field("category"),
            quality: json.field("quality"),
            main: TemplatePart::from_json(json),
            body_examples: json.field("body_examples"),
            footer: json.field("footer"),
            cards: json.field("cards"),
            can_be_sent: json.field("can_be_sent"),
            why_not: json.field("why_not"),
        }
    }
}

/// The text with what is above and below it; of the whole, or of one card.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TemplatePart {
    pub header: Option<TemplateHeader>,
    /// With its blanks as `{{1}}` or `{{name}}`.
    pub body: String,
    /// Names of the blanks, in order.
    pub body_parameters: Vec<String>,
    pub buttons: Vec<TemplateButton>,
}

object!(TemplatePart { header, body, body_parameters, buttons });

/// Whether it can be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TemplateStatus {
    Approved,
    Pending,
    Rejected,
    Paused,
    Disabled,
    Other,
}

words!(TemplateStatus { Approved, Pending, Rejected, Paused, Disabled, Other });

/// What stands above the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateHeader {
    pub kind: TemplateHeaderKind,
    pub text: Option<String>,
    /// Name of its blank.
    pub parameter: Option<String>,
}

object!(TemplateHeader { kind, text, parameter });

/// See [`TemplateHeader`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TemplateHeaderKind {
    Text,
    Image,
    Video,
    Document,
    Location,
}

words!(TemplateHeaderKind { Text, Image, Video, Document, Location });

/// A button below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateButton {
    pub title: String,
    pub kind: TemplateButtonKind,
    /// Its address or number.
    pub value: Option<String>,
    /// It needs a value of ours.
    pub needs_value: bool,
}

object!(TemplateButton { title, kind, value, needs_value });

/// What a button does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TemplateButtonKind {
    QuickReply,
    Url,
    Phone,
    CopyCode,
    Other,
}

words!(TemplateButtonKind { QuickReply, Url, Phone, CopyCode, Other });

/// Of which channel.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TemplatesOf {
    pub channel_id: ChannelId,
}

/// All of a channel's.
#[derive(Debug)]
pub struct TemplateList {
    pub templates: Vec<Template>,
}

object!(TemplateList { templates });

/// Every template of a channel: few enough to search in the browser.
pub const TEMPLATES: Operation<TemplatesOf, TemplateList> = Operation::new(
    "query Templates($channelId: ID!) { templates(channelId: $channelId) { id name language status statusWord category \
     quality header { kind text parameter } body bodyParameters bodyExamples footer buttons { title kind value needsValue } \
     cards { header { kind text parameter } body bodyParameters buttons { title kind value needsValue } } \
     canBeSent whyNot } }",
    &[],
);
