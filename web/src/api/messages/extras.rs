//! What a message to a contact can be besides text and files.

use serde::Serialize;
use shared::AttachmentId;

/// A template with its blanks filled in.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TemplateInput {
    pub template_id: String,
    #[serde(flatten)]
    pub parts: TemplatePartInput,
    pub cards: Vec<TemplatePartInput>,
}

/// The blanks of a template, or of one card of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct TemplatePartInput {
    pub header: Option<TemplateHeaderInput>,
    pub body: Vec<String>,
    pub buttons: Vec<TemplateButtonInput>,
}

/// What stands above the text: one of these.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TemplateHeaderInput {
    pub text: Option<String>,
    pub attachment_id: Option<AttachmentId>,
    pub location: Option<LocationInput>,
}

/// What a button needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TemplateButtonInput {
    /// Its place among all buttons.
    pub index: usize,
    pub value: String,
}

/// A place.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct LocationInput {
    pub latitude: f64,
    pub longitude: f64,
    pub name: Option<String>,
    pub address: Option<String>,
}

/// A button under a text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ButtonInput {
    pub title: String,
    /// Opens this address; without it, a tap comes back to us.
    pub url: Option<String>,
}

/// A menu of choices under a text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ListInput {
    /// What opens it.
    pub button: String,
    pub sections: Vec<ListSectionInput>,
}

/// A group of choices.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ListSectionInput {
    pub title: String,
    pub rows: Vec<ListRowInput>,
}

/// One choice.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ListRowInput {
    pub title: String,
    pub description: Option<String>,
}
