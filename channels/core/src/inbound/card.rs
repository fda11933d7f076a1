//! What a message can be besides text and files.

use serde::{Deserialize, Serialize};

/// What a message is besides text and files.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Card {
    /// A place.
    Location(Location),
    /// People or businesses.
    Contacts(Vec<ContactCard>),
    /// A button or row of ours was tapped; the message's text is its title.
    Reply(ButtonReply),
    /// Products wanted.
    Order(Order),
    /// A shared post, reel, story or link.
    Link(LinkCard),
    /// Something that reads well as lines (a poll, a checklist, a die): the message's text has them.
    AsText {
        /// The platform's word for it.
        what: String,
    },
    /// Something that we cannot show, or that the platform does not pass on.
    Unsupported {
        /// The platform's word for it: "what the platform sent".
        what: String,
        /// The platform's reason, if it gave one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
}

/// A place.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Location {
    /// Degrees, north is positive.
    pub latitude: f64,
    /// Degrees, east is positive.
    pub longitude: f64,
    /// What it is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Where it is, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// More about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// How exact, in metres.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accuracy_m: Option<f64>,
    /// It moves for so many seconds after sending; later positions come as edits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub live_seconds: Option<u32>,
}

/// A card with a person's addresses.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactCard {
    /// As shown.
    pub name: String,
    /// Given name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_name: Option<String>,
    /// Family name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_name: Option<String>,
    /// Company and position.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organisation: Option<String>,
    /// Telephone numbers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub phones: Vec<LabelledValue>,
    /// Mail addresses.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub emails: Vec<LabelledValue>,
    /// Postal addresses, each on one line.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub addresses: Vec<LabelledValue>,
    /// Web addresses.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub urls: Vec<LabelledValue>,
    /// As given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub birthday: Option<String>,
    /// The platform's id of the person, if they are on the platform.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform_id: Option<String>,
    /// The sender's own card, vouched for by the platform: its number is theirs.
    #[serde(default)]
    pub own: bool,
}

/// A value and what it is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabelledValue {
    /// The value.
    pub value: String,
    /// `WORK`, `HOME` …, as given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// The platform's id behind the value (WhatsApp's `wa_id` of a number).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform_id: Option<String>,
}

/// What was tapped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ButtonReply {
    /// On what.
    pub kind: ReplyKind,
    /// The id or payload that we gave it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payload: Option<String>,
    /// What it said.
    pub title: String,
    /// The line under the title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The answers of a form, as JSON text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub form: Option<String>,
}

/// What can be tapped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReplyKind {
    /// A button under a message.
    Button,
    /// A row of a list.
    List,
    /// A button of a template.
    Template,
    /// A suggested answer.
    QuickReply,
    /// A form was filled in.
    Form,
}

/// Products wanted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Order {
    /// The catalogue.
    pub catalog_id: String,
    /// What of it.
    pub items: Vec<OrderItem>,
}

/// One line of an order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderItem {
    /// The business's id of the product.
    pub product_id: String,
    /// How many.
    pub quantity: f64,
    /// Price of one, as the platform gives it.
    pub price: f64,
    /// ISO 4217.
    pub currency: String,
}

/// Something shared from elsewhere on the platform or the web.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkCard {
    /// The platform's word: `ig_post`, `reel`, `story_mention`, `fallback` …
    pub what: String,
    /// Its title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Where; may expire.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The platform's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform_id: Option<String>,
}
