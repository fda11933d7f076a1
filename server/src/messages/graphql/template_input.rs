//! A template with what fills its blanks, as clients give it.

use async_graphql::InputObject;
use shared::{AttachmentId, TemplateId};

use super::inputs::LocationInput;
use crate::error::AppError;
use crate::messages::{TemplateChoice, TemplatePart, TemplateTop};

/// A template with what fills its blanks.
#[derive(InputObject)]
pub struct TemplateInput {
    template_id: TemplateId,
    /// What stands above the text, where the template wants something there.
    header: Option<TemplateHeaderInput>,
    /// The blanks of the text, in the order in which the template names them.
    body: Vec<String>,
    /// Values of the buttons that need one.
    buttons: Option<Vec<TemplateButtonInput>>,
    /// Each card, in order.
    cards: Option<Vec<TemplateCardInput>>,
}

/// What stands above a template's text: one of these.
#[derive(InputObject)]
pub struct TemplateHeaderInput {
    /// Fills the blank of a text.
    text: Option<String>,
    /// An upload of the member's: a picture, a video or a document, as the template says.
    attachment_id: Option<AttachmentId>,
    /// A place.
    location: Option<LocationInput>,
}

/// The value of a template's button.
#[derive(InputObject)]
pub struct TemplateButtonInput {
    /// The button's place among all of them, from 0.
    index: i32,
    /// The ending of its address, or the code to copy.
    value: String,
}

/// What fills the blanks of one card.
#[derive(InputObject)]
pub struct TemplateCardInput {
    /// Its picture or video.
    header: Option<TemplateHeaderInput>,
    /// The blanks of its text.
    body: Vec<String>,
    /// Values of its buttons that need one.
    buttons: Option<Vec<TemplateButtonInput>>,
}

impl TemplateInput {
    /// As the server takes it.
    ///
    /// # Errors
    /// `INVALID` for a header that is several things, or a button at no place.
    pub fn choice(self) -> Result<TemplateChoice, AppError> {
        let cards = self.cards.unwrap_or_default().into_iter();
        let cards = cards.map(|card| part(card.header, card.body, card.buttons));
        Ok(TemplateChoice {
            template_id: self.template_id,
            cards: cards.collect::<Result<_, _>>()?,
            part: part(self.header, self.body, self.buttons)?,
        })
    }
}

fn part(
    header: Option<TemplateHeaderInput>,
    body: Vec<String>,
    buttons: Option<Vec<TemplateButtonInput>>,
) -> Result<TemplatePart, AppError> {
    let button = |button: TemplateButtonInput| {
        let index = usize::try_from(button.index);
        let index = index.map_err(|_| AppError::invalid("template", "a button's index is 0 or more"))?;
        Ok::<_, AppError>((index, button.value))
    };
    let buttons = buttons.unwrap_or_default().into_iter().map(button);
    Ok(TemplatePart {
        header: header.map(top).transpose()?,
        body,
        buttons: buttons.collect::<Result<_, _>>()?,
    })
}

fn top(input: TemplateHeaderInput) -> Result<TemplateTop, AppError> {
    match (input.text, input.attachment_id, input.location) {
        (Some(text), None, None) => Ok(TemplateTop::Text(text)),
        (None, Some(id), None) => Ok(TemplateTop::File(id)),
        (None, None, Some(location)) => Ok(TemplateTop::Location(location.into())),
        _ => Err(AppError::invalid("template", "a header is one of text, attachment and location")),
    }
}
