//! Cutting a message into calls.

mod choices;
mod files;
mod template;

use channel_core::{Act, MediaPart, OutboundMessage, Refusal, RefusalReason};
use shared::{Capabilities, MediaKind, RichText};

use crate::markup;

pub use choices::{Choice, choice};
pub use files::upload_type;

pub const LIMITS: Capabilities = Capabilities::WHATSAPP;
/// Longest text of a message with buttons or a list (`protocols/whatsapp.md` 6).
const INTERACTIVE_CHARS_MAX: usize = 1_024;
/// Most cards of people in one message.
const CONTACTS_MAX: usize = 257;

/// Plans a message: files first, with the text under the first one where it fits; then what is left of the text, with
/// its buttons or its list; then a place and contact cards.
pub fn plan(message: &OutboundMessage) -> Result<Vec<Act>, Refusal> {
    if let Some(template) = &message.template {
        template::check(template)?;
        return Ok(vec![Act::Template(template.clone())]);
    }
    if message.buttons.is_some() && message.list.is_some() {
        return Err(refuse(RefusalReason::KindNotTaken, "A message has buttons or a list, not both."));
    }
    let mut acts = files::plan(&message.files)?;
    let text = (!message.text.plain.trim().is_empty()).then_some(&message.text);
    match (&message.buttons, &message.list) {
        (Some(buttons), _) => {
            let kind = choice(buttons)?;
            let text = interactive_text(text)?;
            match acts.as_mut_slice() {
                // Under the picture itself, where that can be.
                [Act::Media { part, buttons: place }]
                    if kind == Choice::Reply && takes_caption(part, text) =>
                {
                    part.caption = text.clone();
                    *place = Some(buttons.clone());
                }
                _ => acts.push(Act::Text { text: text.clone(), buttons: Some(buttons.clone()) }),
            }
        }
        (None, Some(list)) => {
            choices::check_list(list)?;
            acts.push(Act::List { text: interactive_text(text)?.clone(), list: list.clone() });
        }
        (None, None) => {
            if let Some(text) = text {
                say(&mut acts, text)?;
            }
        }
    }
    acts.extend(message.location.clone().map(Act::Location));
    acts.extend(message.contacts.chunks(CONTACTS_MAX).map(|cards| Act::Contacts(cards.to_vec())));
    if acts.is_empty() {
        return Err(refuse(RefusalReason::Empty, "Write something, or attach a file."));
    }
    Ok(acts)
}

fn refuse(reason: RefusalReason, words: impl Into<String>) -> Refusal {
    Refusal::new(reason, words)
}

/// As long as WhatsApp sees it, markers and addresses included.
fn length(text: &RichText) -> usize {
    LIMITS.text_unit.length(&markup::write(text))
}

fn interactive_text(text: Option<&RichText>) -> Result<&RichText, Refusal> {
    let text =
        text.ok_or_else(|| refuse(RefusalReason::Empty, "Buttons and lists need a text above them."))?;
    if length(text) > INTERACTIVE_CHARS_MAX {
        let words = format!("With buttons or a list, a text has up to {INTERACTIVE_CHARS_MAX} characters.");
        return Err(refuse(RefusalReason::TooLong, words));
    }
    Ok(text)
}

fn takes_caption(part: &MediaPart, text: &RichText) -> bool {
    let max = LIMITS.media(part.file.kind).map_or(0, |limit| limit.caption_chars_max);
    length(text) <= max
}

/// Under the first file if it fits there, else after the files, in pieces.
fn say(acts: &mut Vec<Act>, text: &RichText) -> Result<(), Refusal> {
    if let Some(Act::Media { part, .. }) = acts.first_mut()
        && matches!(part.file.kind, MediaKind::Image | MediaKind::Video | MediaKind::File)
        && takes_caption(part, text)
    {
        part.caption = text.clone();
        return Ok(());
    }
    acts.extend(pieces(text)?.into_iter().map(|text| Act::Text { text, buttons: None }));
    Ok(())
}

/// Pieces that fit with their markers: these make a text longer, so pieces get shorter until all fit.
fn pieces(text: &RichText) -> Result<Vec<RichText>, Refusal> {
    let mut max = LIMITS.text_chars_max;
    while max >= 256 {
        let pieces = text.split(max, LIMITS.text_unit);
        if pieces.iter().all(|piece| length(piece) <= LIMITS.text_chars_max) {
            return Ok(pieces);
        }
        max = max * 3 / 4;
    }
    Err(refuse(
        RefusalReason::TooLong,
        "With its links and formatting, the text is longer than WhatsApp takes.",
    ))
}

#[cfg(test)]
mod tests;
