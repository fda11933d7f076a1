//! What a message is besides text and files, whichever way it went.

use channel_core::{Buttons, Card, List, Location};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What the `card` column keeps.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum MessageCard {
    /// As the platform tells it; a place or contacts may be ours, too.
    Told(Card),
    /// Only we send it.
    Sent(SentCard),
}

/// What only answers of ours can be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SentCard {
    /// A template, filled in; its words are the message's text.
    Template(SentTemplate),
    /// Words with buttons under them.
    Buttons(Buttons),
    /// Words with a menu of choices.
    List(List),
}

/// A template as the person sees it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SentTemplate {
    /// Its name.
    pub name: String,
    /// Its language, as the platform writes it (`en_US`).
    pub language: String,
    /// The words above the text, filled in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header: Option<String>,
    /// The place above the text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<Location>,
    /// The small line below.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub footer: Option<String>,
    /// Buttons below, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub buttons: Vec<SentButton>,
    /// Cards side by side.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cards: Vec<SentTemplateCard>,
}

/// A button of a template as the person sees it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentButton {
    /// What it says.
    pub title: String,
    /// The number it calls, the code it copies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The address it opens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// A card of a carousel as the person sees it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentTemplateCard {
    /// Its text, filled in.
    pub text: String,
    /// Its buttons.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub buttons: Vec<SentButton>,
}

impl MessageCard {
    /// From the column; none for one that a newer version wrote.
    #[must_use]
    pub fn from_value(value: &Value) -> Option<Self> {
        Self::deserialize(value).ok()
    }

    /// As the column keeps it.
    #[must_use]
    pub fn to_value(&self) -> Value {
        serde_json::to_value(self).unwrap_or_default()
    }

    /// The place, if it is one.
    #[must_use]
    pub const fn location(&self) -> Option<&Location> {
        match self {
            Self::Told(Card::Location(place)) => Some(place),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cards_of_both_ways_are_read_back_as_what_they_are() {
        let told = MessageCard::Told(Card::AsText { what: "poll".to_owned() });
        let list = List { button: "Choose".to_owned(), ..List::default() };
        let template = SentTemplate { name: "ready".to_owned(), ..SentTemplate::default() };
        for card in [
            told,
            MessageCard::Sent(SentCard::Template(template)),
            MessageCard::Sent(SentCard::List(list)),
            MessageCard::Sent(SentCard::Buttons(Buttons::default())),
        ] {
            assert_eq!(MessageCard::from_value(&card.to_value()), Some(card));
        }
        assert_eq!(MessageCard::from_value(&serde_json::json!({ "hologram": {} })), None);
    }
}
