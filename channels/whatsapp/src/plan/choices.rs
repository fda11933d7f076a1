//! Buttons and lists within WhatsApp's limits (`protocols/whatsapp.md` 6).

use std::collections::HashSet;

use channel_core::{Button, ButtonAction, Buttons, List, Refusal, RefusalReason};
use shared::{ButtonLimits, ListLimits};

use super::{LIMITS, refuse};

/// Longest line above and below.
const LINE_CHARS_MAX: usize = 60;
/// Longest title of what opens a list.
const LIST_BUTTON_CHARS_MAX: usize = 20;
/// Longest title of a group of choices.
const SECTION_CHARS_MAX: usize = 24;
/// Longest id of a choice.
const ROW_ID_BYTES_MAX: usize = 200;

/// What a message's buttons are: WhatsApp has four kinds of messages for them, and none mixes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// One to three that answer.
    Reply,
    /// One that opens an address.
    Open,
    /// One that asks for a place.
    AskLocation,
    /// One that asks for a telephone number.
    AskPhone,
}

/// Checks buttons, and says of which kind they are.
pub fn choice(buttons: &Buttons) -> Result<Choice, Refusal> {
    lines(buttons.header.as_deref(), buttons.footer.as_deref())?;
    let all: Vec<&Button> = buttons.rows.iter().flatten().collect();
    let kind = match all.as_slice() {
        [] => return Err(malformed("There is no button.")),
        [only] => match &only.action {
            ButtonAction::Reply(_) => Choice::Reply,
            ButtonAction::Open(_) => Choice::Open,
            ButtonAction::AskLocation => return Ok(Choice::AskLocation), // WhatsApp has its own title for it
            ButtonAction::AskPhone => return Ok(Choice::AskPhone),
            _ => return Err(refuse(RefusalReason::KindNotTaken, "WhatsApp has no such button.")),
        },
        several if several.iter().all(|button| matches!(button.action, ButtonAction::Reply(_))) => {
            Choice::Reply
        }
        _ => {
            let words =
                "On WhatsApp a button that opens an address, or asks for a place or a number, stands alone.";
            return Err(refuse(RefusalReason::KindNotTaken, words));
        }
    };
    let limits =
        LIMITS.buttons.unwrap_or(ButtonLimits { max: 0, title_chars_max: 0, id_bytes_max: 0, links: false });
    if all.len() > limits.max {
        let words =
            format!("On WhatsApp a message has up to {} buttons; a list has more choices.", limits.max);
        return Err(refuse(RefusalReason::KindNotTaken, words));
    }
    let (mut titles, mut ids) = (HashSet::new(), HashSet::new());
    for button in all {
        within(&button.title, limits.title_chars_max, "A button's title")?;
        let good = match &button.action {
            ButtonAction::Reply(id) => (1..=limits.id_bytes_max).contains(&id.len()) && ids.insert(id),
            ButtonAction::Open(address) => is_web_address(address),
            _ => false,
        };
        if !good || !titles.insert(button.title.trim()) {
            let words = format!("“{}” needs a title and an id of its own, or a web address.", button.title);
            return Err(malformed(words));
        }
    }
    Ok(kind)
}

/// Checks a list.
pub fn check_list(list: &List) -> Result<(), Refusal> {
    let limits = LIMITS.lists.unwrap_or(ListLimits {
        sections_max: 0,
        rows_max: 0,
        title_chars_max: 0,
        description_chars_max: 0,
    });
    lines(list.header.as_deref(), list.footer.as_deref())?;
    within(&list.button, LIST_BUTTON_CHARS_MAX, "What opens the list")?;
    let rows = list.sections.iter().map(|section| section.rows.len()).sum::<usize>();
    let empty = list.sections.iter().any(|section| section.rows.is_empty());
    if list.sections.len() > limits.sections_max || !(1..=limits.rows_max).contains(&rows) || empty {
        let words =
            format!("A list has 1 to {} choices in all, and none of its groups is empty.", limits.rows_max);
        return Err(refuse(RefusalReason::KindNotTaken, words));
    }
    let mut ids = HashSet::new();
    for section in &list.sections {
        if list.sections.len() > 1 || !section.title.is_empty() {
            within(&section.title, SECTION_CHARS_MAX, "A group's title")?;
        }
        for row in &section.rows {
            within(&row.title, limits.title_chars_max, "A choice's title")?;
            if let Some(description) = row.description.as_deref().filter(|text| !text.is_empty()) {
                within(description, limits.description_chars_max, "A choice's description")?;
            }
            if !(1..=ROW_ID_BYTES_MAX).contains(&row.id.len()) || !ids.insert(&row.id) {
                return Err(malformed(format!("“{}” needs an id of its own.", row.title)));
            }
        }
    }
    Ok(())
}

fn lines(header: Option<&str>, footer: Option<&str>) -> Result<(), Refusal> {
    for line in [header, footer].into_iter().flatten() {
        within(line, LINE_CHARS_MAX, "The line above or below the text")?;
    }
    Ok(())
}

fn within(text: &str, chars_max: usize, what: &str) -> Result<(), Refusal> {
    if !text.trim().is_empty() && LIMITS.text_unit.length(text) <= chars_max {
        return Ok(());
    }
    Err(refuse(RefusalReason::TooLong, format!("{what} has 1 to {chars_max} characters.")))
}

fn malformed(words: impl Into<String>) -> Refusal {
    refuse(RefusalReason::Malformed, words)
}

fn is_web_address(address: &str) -> bool {
    address.len() <= 2_000
        && url::Url::parse(address).is_ok_and(|url| matches!(url.scheme(), "http" | "https"))
}
