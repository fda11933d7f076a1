//! A template with its blanks filled in.

use serde::{Deserialize, Serialize};

use super::MediaFile;
use crate::{Location, TemplateButtonKind};

/// A template with its blanks filled in.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct TemplateMessage {
    /// Its name.
    pub name: String,
    /// Its language, as the platform writes it (`en_US`).
    pub language: String,
    /// What stands above the text.
    #[serde(default)]
    pub header: Option<HeaderValue>,
    /// The blanks of the text, in order.
    #[serde(default)]
    pub body: Vec<TemplateParameter>,
    /// The variable part of buttons that have one, and payloads for those that answer.
    #[serde(default)]
    pub buttons: Vec<TemplateButtonValue>,
    /// Cards of a carousel, each with its own header, blanks and buttons.
    #[serde(default)]
    pub cards: Vec<TemplateMessage>,
    /// All of it in words, as the person reads it: nothing brings that back later.
    #[serde(default)]
    pub rendered: String,
}

/// One blank.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateParameter {
    /// Its name, in templates whose blanks have names.
    #[serde(default)]
    pub name: Option<String>,
    /// What fills it.
    pub text: String,
}

/// What a button of a template is filled with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateButtonValue {
    /// The button's place among **all** buttons, from 0.
    pub index: usize,
    /// What the button does, as the template has it: platforms want to hear it again.
    pub kind: TemplateButtonKind,
    /// The ending of its address, its payload, or the code to copy.
    pub value: String,
}

/// What stands above the text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HeaderValue {
    /// A blank in a text.
    Text(TemplateParameter),
    /// A picture, video or document.
    Media(MediaFile),
    /// A place.
    Location(Location),
}
