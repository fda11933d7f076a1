//! Buttons and menus under our messages.

use serde::{Deserialize, Serialize};

/// Buttons under a message.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Buttons {
    /// A line above the text, where the platform has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header: Option<String>,
    /// A small line below the text, where the platform has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub footer: Option<String>,
    /// The buttons, in rows where the platform has rows.
    pub rows: Vec<Vec<Button>>,
}

/// One button.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Button {
    /// What it says.
    pub title: String,
    /// What it does.
    pub action: ButtonAction,
}

/// What a button does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ButtonAction {
    /// Tells us, with this id.
    Reply(String),
    /// Opens an http or https address.
    Open(String),
    /// Asks the person for their place.
    AskLocation,
    /// Asks the person for their telephone number.
    AskPhone,
}

/// A menu of choices.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct List {
    /// What opens it.
    pub button: String,
    /// A line above the text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header: Option<String>,
    /// A small line below the text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub footer: Option<String>,
    /// The choices, in groups.
    pub sections: Vec<ListSection>,
}

/// A group of choices.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListSection {
    /// Its title; may be empty when it is the only group.
    pub title: String,
    /// The choices.
    pub rows: Vec<ListRow>,
}

/// One choice.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListRow {
    /// Comes back when it is chosen.
    pub id: String,
    /// What it says.
    pub title: String,
    /// A smaller line under it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}
