//! Filling in a template's blanks, checked before anything is sent.

use channel_core::{
    HeaderValue, Location, MediaFile, Template, TemplateButton, TemplateButtonKind, TemplateButtonValue,
    TemplateHeader, TemplateMessage, TemplateParameter,
};
use shared::{ChannelId, MediaKind, TemplateId};

use super::status::why_not;
use crate::channels::Outcome;
use crate::channels::store::templates as store;
use crate::db::WorkspaceTx;
use crate::graphql::Problem;

/// Spaces in a row that a blank may have.
const SPACES_MAX: usize = 4;
/// Longest text of one blank, in characters: more than any template's body can hold.
const BLANK_CHARS_MAX: usize = 1024;

/// What somebody put into the blanks.
#[derive(Debug, Clone)]
pub struct Filling {
    /// Of which template.
    pub template_id: TemplateId,
    /// Header, text and buttons.
    pub part: FilledPart,
    /// The same of each card, in order.
    pub cards: Vec<FilledPart>,
}

/// What somebody put into the blanks of a template, or of one of its cards.
#[derive(Debug, Clone, Default)]
pub struct FilledPart {
    /// What stands above the text.
    pub header: Option<FilledHeader>,
    /// The blanks of the text, in the order in which the template names them.
    pub body: Vec<String>,
    /// Values of buttons, by the button's place among all of them.
    pub buttons: Vec<(usize, String)>,
}

/// What stands above the text.
#[derive(Debug, Clone)]
pub enum FilledHeader {
    /// Fills the blank of a text.
    Text(String),
    /// A picture, a video or a document.
    File(Box<MediaFile>),
    /// A place.
    Location(Location),
}

/// A template that is ready to be sent.
#[derive(Debug, Clone)]
pub struct Filled {
    /// For the channel's adapter.
    pub message: TemplateMessage,
    /// What sets the price, and what people can opt out of: `MARKETING` …
    pub category: String,
    /// The line above the text, where it is a text.
    pub header: Option<String>,
    /// The text, as the person reads it.
    pub body: String,
    /// The small line below.
    pub footer: Option<String>,
    /// What the buttons say.
    pub buttons: Vec<String>,
    /// The texts of the cards, with what their buttons say.
    pub cards: Vec<(String, Vec<String>)>,
}

/// Fills in a channel's template.
///
/// # Errors
/// When the database refuses. What does not fit is a problem.
pub async fn fill(
    tx: &mut WorkspaceTx,
    channel_id: ChannelId,
    filling: &Filling,
) -> sqlx::Result<Outcome<Filled>> {
    let stored = store::one(tx, channel_id, filling.template_id).await?;
    Ok(match stored {
        Some(stored) => fill_in(&stored.template(), filling),
        None => Err(Problem::of_field("template", "TEMPLATE", "This template is not there any more.")),
    })
}

fn fill_in(template: &Template, filling: &Filling) -> Outcome<Filled> {
    if let Some(why) = why_not(template) {
        return Err(Problem::of_field("template", "TEMPLATE", why));
    }
    if template.cards.len() != filling.cards.len() {
        return Err(unfit(format!("The template has {} cards: fill in each.", template.cards.len())));
    }
    let shape = Shape {
        header: template.header.as_ref(),
        body: &template.body,
        blanks: &template.body_parameters,
        buttons: &template.buttons,
        named: template.named_parameters,
    };
    let whole = shape.fill(&filling.part)?;
    let mut rendered: Vec<&str> = Vec::new();
    rendered.extend(whole.header_text.as_deref());
    rendered.push(&whole.body_text);
    rendered.extend(template.footer.as_deref());
    let mut cards = Vec::with_capacity(filling.cards.len());
    let mut card_texts = Vec::with_capacity(filling.cards.len());
    for (card, filled) in template.cards.iter().zip(&filling.cards) {
        let shape = Shape {
            header: card.header.as_ref(),
            body: &card.body,
            blanks: &card.body_parameters,
            buttons: &card.buttons,
            named: template.named_parameters,
        };
        let part = shape.fill(filled)?;
        card_texts.push(part.body_text);
        cards.push(part.message);
    }
    rendered.extend(card_texts.iter().map(String::as_str).filter(|text| !text.is_empty()));
    let rendered = rendered.join("\n\n");
    Ok(Filled {
        message: TemplateMessage {
            name: template.name.clone(),
            language: template.language.clone(),
            cards,
            rendered,
            ..whole.message
        },
        category: template.category.clone(),
        header: whole.header_text,
        body: whole.body_text,
        footer: template.footer.clone(),
        buttons: template.buttons.iter().map(|button| button.title.clone()).collect(),
        cards: template
            .cards
            .iter()
            .zip(&card_texts)
            .map(|(card, text)| {
                (text.clone(), card.buttons.iter().map(|button| button.title.clone()).collect())
            })
            .collect(),
    })
}

/// The blanks of a template, or of one of its cards.
struct Shape<'a> {
    header: Option<&'a TemplateHeader>,
    body: &'a str,
    blanks: &'a [String],
    buttons: &'a [TemplateButton],
    named: bool,
}

struct Part {
    message: TemplateMessage,
    header_text: Option<String>,
    body_text: String,
}

impl Shape<'_> {
    fn fill(&self, filled: &FilledPart) -> Outcome<Part> {
        if self.blanks.len() != filled.body.len() {
            let (wanted, given) = (self.blanks.len(), filled.body.len());
            return Err(unfit(format!("The text has {wanted} blanks, and {given} are filled in.")));
        }
        let mut values = Vec::with_capacity(filled.body.len());
        for (blank, text) in self.blanks.iter().zip(&filled.body) {
            values.push((blank.as_str(), checked(text)?));
        }
        let body_text = render(self.body, &values);
        let body = values.iter().map(|(blank, text)| self.parameter(blank, text)).collect();
        let (header, header_text) = self.header(filled.header.as_ref())?;
        let buttons = self.buttons(&filled.buttons)?;
        let message = TemplateMessage { header, body, buttons, ..TemplateMessage::default() };
        Ok(Part { message, header_text, body_text })
    }

    fn parameter(&self, blank: &str, text: &str) -> TemplateParameter {
        TemplateParameter { name: self.named.then(|| blank.to_owned()), text: text.to_owned() }
    }

    fn header(&self, filled: Option<&FilledHeader>) -> Outcome<(Option<HeaderValue>, Option<String>)> {
        let kind_of = |file: &MediaFile| match file.kind {
            MediaKind::Image => "a picture",
            MediaKind::Video | MediaKind::Animation | MediaKind::VideoNote => "a video",
            _ => "a document",
        };
        let wanted = match self.header {
            None => {
                return if filled.is_none() {
                    Ok((None, None))
                } else {
                    Err(unfit("Nothing stands above this template's text."))
                };
            }
            Some(TemplateHeader::Text(text)) => return self.text_header(text, filled),
            Some(TemplateHeader::Location) => {
                return match filled {
                    Some(FilledHeader::Location(place))
                        if place.name.is_some() && place.address.is_some() =>
                    {
                        Ok((Some(HeaderValue::Location(place.clone())), None))
                    }
                    _ => Err(unfit("Give the place above the text, with its name and address.")),
                };
            }
            Some(TemplateHeader::Image) => "a picture",
            Some(TemplateHeader::Video) => "a video",
            Some(TemplateHeader::Document) => "a document",
        };
        match filled {
            Some(FilledHeader::File(file)) if kind_of(file) == wanted => {
                Ok((Some(HeaderValue::Media((**file).clone())), None))
            }
            // Any file can go as a document.
            Some(FilledHeader::File(file)) if wanted == "a document" => {
                let file = MediaFile { kind: MediaKind::File, ..(**file).clone() };
                Ok((Some(HeaderValue::Media(file)), None))
            }
            _ => Err(unfit(format!("Above the text stands {wanted}: attach one."))),
        }
    }

    fn text_header(
        &self,
        text: &str,
        filled: Option<&FilledHeader>,
    ) -> Outcome<(Option<HeaderValue>, Option<String>)> {
        match (blank_of(text), filled) {
            (None, None) => Ok((None, Some(text.to_owned()))),
            (Some(blank), Some(FilledHeader::Text(value))) => {
                let value = checked(value)?;
                let shown = render(text, &[(&blank, value)]);
                Ok((Some(HeaderValue::Text(self.parameter(&blank, value))), Some(shown)))
            }
            (Some(_), _) => Err(unfit("Fill in the blank above the text.")),
            (None, Some(_)) => Err(unfit("The line above the text has no blank.")),
        }
    }

    fn buttons(&self, filled: &[(usize, String)]) -> Outcome<Vec<TemplateButtonValue>> {
        let mut values = Vec::new();
        for (index, button) in self.buttons.iter().enumerate() {
            let mut given = filled.iter().filter(|(at, _)| *at == index).map(|(_, value)| value);
            match (given.next(), given.next()) {
                (None, _) if needs_value(&button.kind) => {
                    return Err(unfit(format!("Fill in the button “{}”.", button.title)));
                }
                (None, _) => {}
                (Some(_), Some(_)) => {
                    return Err(unfit(format!("The button “{}” is filled in twice.", button.title)));
                }
                (Some(value), None) => {
                    if !takes_value(&button.kind) {
                        return Err(unfit(format!("The button “{}” has no blank.", button.title)));
                    }
                    let (kind, value) = (button.kind.clone(), checked(value)?.to_owned());
                    values.push(TemplateButtonValue { index, kind, value });
                }
            }
        }
        if filled.iter().any(|(index, _)| *index >= self.buttons.len()) {
            return Err(unfit("The template does not have so many buttons."));
        }
        Ok(values)
    }
}

/// The button cannot be sent without a value.
#[must_use]
pub fn needs_value(kind: &TemplateButtonKind) -> bool {
    match kind {
        TemplateButtonKind::Url(address) => address.contains("{{"),
        TemplateButtonKind::CopyCode => true,
        TemplateButtonKind::QuickReply | TemplateButtonKind::Phone(_) | TemplateButtonKind::Other(_) => false,
    }
}

fn takes_value(kind: &TemplateButtonKind) -> bool {
    matches!(kind, TemplateButtonKind::QuickReply) || needs_value(kind)
}

/// The name of the only blank of a line.
#[must_use]
pub fn blank_of(text: &str) -> Option<String> {
    let (_, after) = text.split_once("{{")?;
    let (name, _) = after.split_once("}}")?;
    Some(name.trim().to_owned())
}

/// A text that may stand in a blank.
fn checked(text: &str) -> Outcome<&str> {
    let text = text.trim();
    if text.is_empty() {
        return Err(unfit("Fill in every blank."));
    }
    if text.chars().count() > BLANK_CHARS_MAX {
        return Err(unfit(format!("A blank takes up to {BLANK_CHARS_MAX} characters.")));
    }
    if text.chars().any(char::is_control) || text.contains(&" ".repeat(SPACES_MAX + 1)) {
        return Err(unfit(format!(
            "A blank takes no line breaks, no tabs, and no more than {SPACES_MAX} spaces in a row."
        )));
    }
    Ok(text)
}

/// The text with its blanks filled in; in one pass, so that what is filled in is never taken for a blank.
fn render(text: &str, values: &[(&str, &str)]) -> String {
    let mut rendered = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        let Some((inside, behind)) = after.split_once("}}") else { break };
        rendered.push_str(before);
        match values.iter().find(|(name, _)| *name == inside.trim()) {
            Some((_, value)) => rendered.push_str(value),
            None => {
                rendered.push_str("{{");
                rendered.push_str(inside);
                rendered.push_str("}}");
            }
        }
        rest = behind;
    }
    rendered.push_str(rest);
    rendered
}

fn unfit(words: impl Into<String>) -> Problem {
    Problem::of_field("template", "TEMPLATE_PARAMETERS", words)
}

#[cfg(test)]
mod tests;
