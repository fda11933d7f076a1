//! Cutting a message into calls.

use channel_core::{
    Act, ButtonAction, Buttons, MediaFile, MediaPart, OutboundMessage, Refusal, RefusalReason,
};
use shared::{Capabilities, MediaKind, RichText};

const LIMITS: Capabilities = Capabilities::TELEGRAM;
/// Telegram's limits on the form of a picture (`sendPhoto`).
const PICTURE_SIDES_SUM_MAX: u64 = 10_000;
const PICTURE_RATIO_MAX: u64 = 20;

/// Plans a message: files first, grouped into albums, with the text as the first file's caption where it fits; then
/// what is left of the text; then places and contact cards.
pub fn plan(message: &OutboundMessage) -> Result<Vec<Act>, Refusal> {
    if message.template.is_some() {
        return Err(refuse(RefusalReason::KindNotTaken, "Telegram has no templates: write freely."));
    }
    if message.list.is_some() {
        return Err(refuse(RefusalReason::KindNotTaken, "Telegram has no lists: use buttons."));
    }
    if let Some(buttons) = &message.buttons {
        check_buttons(buttons)?;
    }
    let text = (!message.text.plain.trim().is_empty()).then_some(&message.text);
    let mut acts = files(&message.files)?;
    let rest = match text {
        Some(text) if caption_fits(text, &acts, message.buttons.is_some()) => {
            give_caption(&mut acts, text);
            None
        }
        other => other,
    };
    if let Some(text) = rest {
        let pieces = text.split(LIMITS.text_chars_max, LIMITS.text_unit);
        acts.extend(pieces.into_iter().map(|text| Act::Text { text, buttons: None }));
    }
    acts.extend(message.location.clone().map(Act::Location));
    for card in &message.contacts {
        if card.phones.is_empty() {
            return Err(refuse(
                RefusalReason::KindNotTaken,
                "Telegram sends contacts with a telephone number only.",
            ));
        }
        acts.push(Act::Contacts(vec![card.clone()]));
    }
    if let Some(buttons) = &message.buttons {
        hang_buttons(&mut acts, buttons)?;
    }
    if acts.is_empty() {
        return Err(refuse(RefusalReason::Empty, "Write something, or attach a file."));
    }
    Ok(acts)
}

fn refuse(reason: RefusalReason, words: impl Into<String>) -> Refusal {
    Refusal::new(reason, words)
}

/// Consecutive files that Telegram shows together become albums.
fn files(files: &[MediaFile]) -> Result<Vec<Act>, Refusal> {
    let mut groups: Vec<Vec<MediaPart>> = Vec::new();
    for file in files {
        let file = MediaFile { kind: kind_to_send(file)?, ..file.clone() };
        let part = MediaPart { caption: RichText::default(), file };
        match groups.last_mut() {
            Some(group) if group.len() < LIMITS.album_max && go_together(group, &part) => group.push(part),
            _ => groups.push(vec![part]),
        }
    }
    let act = |mut parts: Vec<MediaPart>| match parts.pop() {
        Some(part) if parts.is_empty() => Act::Media { part, buttons: None },
        last => {
            parts.extend(last);
            Act::Album { parts }
        }
    };
    Ok(groups.into_iter().map(act).collect())
}

/// Pictures and videos mix; documents and music only among themselves; the rest is always alone.
fn go_together(group: &[MediaPart], part: &MediaPart) -> bool {
    let class = |kind: MediaKind| match kind {
        MediaKind::Image | MediaKind::Video => Some(0),
        MediaKind::File => Some(1),
        MediaKind::Audio => Some(2),
        _ => None,
    };
    let class_of_part = class(part.file.kind);
    class_of_part.is_some() && group.iter().all(|other| class(other.file.kind) == class_of_part)
}

/// As what Telegram takes this file: as what it is, or else as a document.
fn kind_to_send(file: &MediaFile) -> Result<MediaKind, Refusal> {
    if file.size_bytes > LIMITS.file_bytes_max {
        let megabytes = file.size_bytes.div_ceil(1024 * 1024);
        let words = format!("Telegram takes files of up to 50 MB; “{}” has {megabytes} MB.", file.name);
        return Err(refuse(RefusalReason::TooLarge, words));
    }
    if file.size_bytes == 0 {
        return Err(refuse(RefusalReason::Empty, format!("“{}” is empty.", file.name)));
    }
    let content_type = file.content_type.split(';').next().unwrap_or_default().trim();
    let taken = LIMITS.media(file.kind).is_some_and(|limit| {
        file.size_bytes <= limit.bytes_max
            && (limit.content_types.is_empty() || limit.content_types.contains(&content_type))
    });
    let kind = if taken && has_good_form(file) { file.kind } else { MediaKind::File };
    Ok(kind)
}

fn has_good_form(file: &MediaFile) -> bool {
    let (MediaKind::Image, Some(width), Some(height)) = (file.kind, file.width, file.height) else {
        return true;
    };
    let (short, long) = (u64::from(width.min(height)), u64::from(width.max(height)));
    short + long <= PICTURE_SIDES_SUM_MAX && long <= short * PICTURE_RATIO_MAX
}

/// The whole text can be the caption of the first file. An album has no place for buttons: they need a text.
fn caption_fits(text: &RichText, acts: &[Act], buttons: bool) -> bool {
    let kind = match acts.first() {
        Some(Act::Media { part, .. }) => part.file.kind,
        Some(Act::Album { parts }) if !buttons => {
            parts.first().map_or(MediaKind::File, |part| part.file.kind)
        }
        _ => return false,
    };
    let last_takes_buttons = matches!(acts.last(), Some(Act::Media { .. }));
    let max = LIMITS.media(kind).map_or(0, |limit| limit.caption_chars_max);
    LIMITS.text_unit.length(&text.plain) <= max && (!buttons || last_takes_buttons)
}

fn give_caption(acts: &mut [Act], text: &RichText) {
    let part = match acts.first_mut() {
        Some(Act::Media { part, .. }) => Some(part),
        Some(Act::Album { parts }) => parts.first_mut(),
        _ => None,
    };
    if let Some(part) = part {
        part.caption = text.clone();
    }
}

/// Buttons go under the last text, or under the last file.
fn hang_buttons(acts: &mut [Act], buttons: &Buttons) -> Result<(), Refusal> {
    let place = acts.iter_mut().rev().find_map(|act| match act {
        Act::Text { buttons, .. } | Act::Media { buttons, .. } => Some(buttons),
        _ => None,
    });
    let place = place.ok_or_else(|| refuse(RefusalReason::Empty, "Buttons need a text above them."))?;
    *place = Some(buttons.clone());
    Ok(())
}

fn check_buttons(buttons: &Buttons) -> Result<(), Refusal> {
    let limits = LIMITS.buttons.unwrap_or(shared::ButtonLimits {
        max: 0,
        title_chars_max: 0,
        id_bytes_max: 0,
        links: false,
    });
    let all: Vec<_> = buttons.rows.iter().flatten().collect();
    if all.is_empty() || all.len() > limits.max {
        return Err(refuse(
            RefusalReason::KindNotTaken,
            format!("A message has 1 to {} buttons.", limits.max),
        ));
    }
    let asks = |action: &ButtonAction| matches!(action, ButtonAction::AskPhone | ButtonAction::AskLocation);
    if all.iter().any(|button| asks(&button.action)) && !all.iter().all(|button| asks(&button.action)) {
        let words = "Buttons that ask for a number or a place cannot stand beside others.";
        return Err(refuse(RefusalReason::KindNotTaken, words));
    }
    for button in all {
        if button.title.trim().is_empty() || button.title.chars().count() > limits.title_chars_max {
            let words = format!("A button's title has 1 to {} characters.", limits.title_chars_max);
            return Err(refuse(RefusalReason::TooLong, words));
        }
        let good = match &button.action {
            ButtonAction::Reply(id) => (1..=limits.id_bytes_max).contains(&id.len()),
            ButtonAction::Open(address) => {
                url::Url::parse(address).is_ok_and(|url| matches!(url.scheme(), "http" | "https" | "tg"))
            }
            _ => true,
        };
        if !good {
            let words = format!("“{}” needs an id of up to 64 bytes, or a web address.", button.title);
            return Err(refuse(RefusalReason::Malformed, words));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
