//! Templates, filled in so that WhatsApp takes them (`protocols/whatsapp.md` 7).

use channel_core::{HeaderValue, Refusal, RefusalReason, TemplateButtonKind, TemplateMessage};
use shared::MediaKind;

use super::files::kind_to_send;
use super::refuse;

/// Most cards of a carousel.
const CARDS_MAX: usize = 10;
/// Most buttons of a template.
const BUTTONS_MAX: usize = 10;

/// Checks what can be checked without knowing the template.
pub fn check(template: &TemplateMessage) -> Result<(), Refusal> {
    if template.name.is_empty() || template.language.is_empty() {
        return Err(refuse(RefusalReason::Template, "A template has a name and a language."));
    }
    if template.cards.len() > CARDS_MAX {
        return Err(unfit(format!("A carousel has up to {CARDS_MAX} cards.")));
    }
    check_parts(template)?;
    for card in &template.cards {
        if !matches!(&card.header, Some(HeaderValue::Media(_))) || !card.cards.is_empty() {
            return Err(unfit("Each card of a carousel needs its picture or video."));
        }
        check_parts(card)?;
    }
    Ok(())
}

fn check_parts(part: &TemplateMessage) -> Result<(), Refusal> {
    match &part.header {
        Some(HeaderValue::Text(blank)) => fill(&blank.text)?,
        Some(HeaderValue::Media(file)) => {
            let kind = kind_to_send(file)?;
            if !matches!(kind, MediaKind::Image | MediaKind::Video | MediaKind::File) {
                return Err(unfit("Above a template stands a picture, a video or a document."));
            }
            if kind != header_kind(file.kind) {
                let words =
                    format!("“{}” is not of the kind that this template has above its text.", file.name);
                return Err(unfit(words));
            }
        }
        Some(HeaderValue::Location(place)) if place.name.is_none() || place.address.is_none() => {
            return Err(unfit("The place above a template needs a name and an address."));
        }
        _ => {}
    }
    for blank in &part.body {
        fill(&blank.text)?;
    }
    let named = part.body.iter().filter(|blank| blank.name.is_some()).count();
    if named != 0 && named != part.body.len() {
        return Err(unfit("Either all blanks have names, or none."));
    }
    for button in &part.buttons {
        if button.index >= BUTTONS_MAX || button.value.trim().is_empty() {
            return Err(unfit("Fill in every button of the template."));
        }
        if let TemplateButtonKind::Phone(_) | TemplateButtonKind::Other(_) = button.kind {
            return Err(unfit("This kind of button cannot be filled in here."));
        }
    }
    Ok(())
}

/// What the sender means the header to be.
pub const fn header_kind(kind: MediaKind) -> MediaKind {
    match kind {
        MediaKind::VideoNote | MediaKind::Animation => MediaKind::Video,
        other => other,
    }
}

fn fill(text: &str) -> Result<(), Refusal> {
    if text.trim().is_empty() {
        return Err(unfit("Fill in every blank of the template."));
    }
    if text.contains(['\n', '\r', '\t']) || text.contains("     ") {
        return Err(unfit(
            "WhatsApp takes no line breaks, tabs or more than four spaces in a row in a template's blanks.",
        ));
    }
    Ok(())
}

fn unfit(words: impl Into<String>) -> Refusal {
    refuse(RefusalReason::TemplateParameters, words)
}
