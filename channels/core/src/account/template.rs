//! Templates as the platform keeps them.

use serde::{Deserialize, Serialize};

/// A text that the platform approved for writing outside the window. Known by name **and** language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Template {
    /// The platform's id.
    pub id: String,
    /// Its name, shared by its languages.
    pub name: String,
    /// As the platform writes it (`en_US`).
    pub language: String,
    /// Whether it can be sent.
    pub status: TemplateStatus,
    /// `MARKETING`, `UTILITY`, `AUTHENTICATION`: sets the price.
    pub category: String,
    /// `GREEN`, `YELLOW`, `RED`, `UNKNOWN`.
    #[serde(default)]
    pub quality: Option<String>,
    /// Why it was rejected.
    #[serde(default)]
    pub rejected_reason: Option<String>,
    /// Blanks have names, not numbers.
    pub named_parameters: bool,
    /// What stands above the text.
    #[serde(default)]
    pub header: Option<TemplateHeader>,
    /// The text, with its blanks as `{{1}}` or `{{name}}`.
    pub body: String,
    /// Names of the text's blanks, in order of appearance: `1`, `2` … or names.
    #[serde(default)]
    pub body_parameters: Vec<String>,
    /// Examples for the text's blanks, in the same order.
    #[serde(default)]
    pub body_examples: Vec<String>,
    /// The small line below.
    #[serde(default)]
    pub footer: Option<String>,
    /// All buttons, in order: their place is what a send names.
    #[serde(default)]
    pub buttons: Vec<TemplateButton>,
    /// Cards side by side.
    #[serde(default)]
    pub cards: Vec<TemplateCarouselCard>,
    /// Parts that this version does not know: it is shown, but cannot be filled.
    #[serde(default)]
    pub unknown_parts: Vec<String>,
}

/// Whether a template can be sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TemplateStatus {
    /// It can.
    Approved,
    /// Not yet.
    Pending,
    /// It cannot.
    Rejected,
    /// Not for now.
    Paused,
    /// No more.
    Disabled,
    /// The platform's word for anything else: it cannot.
    Other(String),
}

/// What stands above the text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TemplateHeader {
    /// Text, with at most one blank.
    Text(String),
    /// A picture.
    Image,
    /// A video.
    Video,
    /// A document.
    Document,
    /// A place.
    Location,
}

/// A button of a template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateButton {
    /// What it says.
    pub title: String,
    /// What it does.
    pub kind: TemplateButtonKind,
}

/// What a button of a template does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TemplateButtonKind {
    /// Answers, with a payload of ours.
    QuickReply,
    /// Opens an address; one that ends in `{{1}}` needs its ending.
    Url(String),
    /// Calls a number.
    Phone(String),
    /// Copies a code of ours.
    CopyCode,
    /// Anything else, by the platform's word.
    Other(String),
}

/// One card of a carousel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateCarouselCard {
    /// Its picture or video.
    pub header: Option<TemplateHeader>,
    /// Its text.
    pub body: String,
    /// Names of the text's blanks.
    #[serde(default)]
    pub body_parameters: Vec<String>,
    /// Its buttons.
    #[serde(default)]
    pub buttons: Vec<TemplateButton>,
}

impl Template {
    /// It can be sent, and we know how to fill all of it.
    #[must_use]
    pub fn can_be_sent(&self) -> bool {
        self.status == TemplateStatus::Approved && self.unknown_parts.is_empty()
    }
}
