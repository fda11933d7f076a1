//! Buttons and menus under a text, while they are written.

use shared::Capabilities;

use crate::api::messages::{ButtonInput, ListInput, ListRowInput, ListSectionInput};

/// What stands under a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choices {
    /// Buttons.
    Buttons(Vec<ButtonInput>),
    /// A menu of choices.
    List(ListInput),
}

impl Choices {
    /// One line about it: what can be tapped.
    #[must_use]
    pub fn words(&self) -> String {
        let titles: Vec<&str> = match self {
            Self::Buttons(buttons) => buttons.iter().map(|button| button.title.as_str()).collect(),
            Self::List(list) => {
                list.sections.iter().flat_map(|section| &section.rows).map(|row| row.title.as_str()).collect()
            }
        };
        titles.join(" · ")
    }
}

/// Reads buttons from lines: `title` answers, `title https://…` opens an address.
///
/// # Errors
/// What is wrong, in words.
pub fn buttons(can: &Capabilities, lines: &str) -> Result<Choices, String> {
    let limits = can.buttons.ok_or("This channel has no buttons.")?;
    let mut buttons: Vec<ButtonInput> = Vec::new();
    for line in written(lines) {
        let at = line.find("https://").or_else(|| line.find("http://"));
        let (title, url) = line.split_at(at.unwrap_or(line.len()));
        let title = fitting(title, limits.title_chars_max)?;
        if !url.is_empty() && !limits.links {
            return Err("Buttons of this channel open no addresses.".to_owned());
        }
        if buttons.iter().any(|button| button.title == title) {
            return Err(format!("“{title}” is there twice."));
        }
        buttons.push(ButtonInput { title, url: Some(url.to_owned()).filter(|url| !url.is_empty()) });
    }
    match buttons.len() {
        0 => Err("Write one button a line.".to_owned()),
        count if count > limits.max => Err(format!("At most {} buttons.", limits.max)),
        _ => Ok(Choices::Buttons(buttons)),
    }
}

/// Reads a menu from lines: `# title` begins a group, `title | description` is a choice.
///
/// # Errors
/// What is wrong, in words.
pub fn list(can: &Capabilities, button: &str, lines: &str) -> Result<Choices, String> {
    let limits = can.lists.ok_or("This channel has no menus.")?;
    let button =
        fitting(button, 20).map_err(|_| "Name what opens the menu, in up to 20 characters.".to_owned())?;
    let mut sections: Vec<ListSectionInput> = Vec::new();
    for line in written(lines) {
        if let Some(title) = line.strip_prefix('#') {
            let title = fitting(title, limits.title_chars_max)?;
            sections.push(ListSectionInput { title, rows: Vec::new() });
            continue;
        }
        let (title, description) = line.split_once('|').unwrap_or((line, ""));
        let description = Some(description.trim()).filter(|text| !text.is_empty());
        let description = description.map(|text| fitting(text, limits.description_chars_max)).transpose()?;
        let row = ListRowInput { title: fitting(title, limits.title_chars_max)?, description };
        if sections.is_empty() {
            sections.push(ListSectionInput::default());
        }
        if let Some(section) = sections.last_mut() {
            section.rows.push(row);
        }
    }
    let rows: Vec<&str> =
        sections.iter().flat_map(|section| &section.rows).map(|row| row.title.as_str()).collect();
    let twice = rows.iter().enumerate().find(|(at, row)| rows.iter().take(*at).any(|before| before == *row));
    if let Some((_, row)) = twice {
        return Err(format!("“{row}” is there twice."));
    }
    if rows.is_empty() || sections.iter().any(|section| section.rows.is_empty()) {
        return Err("Write one choice a line; each group needs one.".to_owned());
    }
    if rows.len() > limits.rows_max || sections.len() > limits.sections_max {
        return Err(format!("At most {} choices in {} groups.", limits.rows_max, limits.sections_max));
    }
    if sections.len() > 1 && sections.iter().any(|section| section.title.is_empty()) {
        return Err("Each of several groups needs a title.".to_owned());
    }
    Ok(Choices::List(ListInput { button, sections }))
}

/// The lines that have something on them.
fn written(lines: &str) -> impl Iterator<Item = &str> {
    lines.lines().map(str::trim).filter(|line| !line.is_empty())
}

fn fitting(text: &str, chars_max: usize) -> Result<String, String> {
    let text = text.trim();
    match text.chars().count() {
        0 => Err("An address needs words before it.".to_owned()),
        count if count > chars_max => Err(format!("“{text}” has {count} characters; {chars_max} fit.")),
        _ => Ok(text.to_owned()),
    }
}

/// As it is written in lines: the inverse of reading it.
#[must_use]
pub fn lines(choices: &Choices) -> String {
    let mut lines = Vec::new();
    match choices {
        Choices::Buttons(buttons) => lines.extend(buttons.iter().map(|button| match &button.url {
            Some(url) => format!("{} {url}", button.title),
            None => button.title.clone(),
        })),
        Choices::List(list) => {
            for section in &list.sections {
                if !section.title.is_empty() {
                    lines.push(format!("# {}", section.title));
                }
                lines.extend(section.rows.iter().map(|row| match &row.description {
                    Some(description) => format!("{} | {description}", row.title),
                    None => row.title.clone(),
                }));
            }
        }
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    const CAN: Capabilities = Capabilities::WHATSAPP;

    #[test]
    fn a_line_is_a_button_and_one_with_an_address_opens_it() {
        let read = buttons(&CAN, "Yes\n\n  See the map https://rad.example/k \n").unwrap();
        let Choices::Buttons(found) = &read else { panic!("{read:?}") };
        assert_eq!(found[0], ButtonInput { title: "Yes".into(), url: None });
        assert_eq!(found[1].url.as_deref(), Some("https://rad.example/k"));
        assert_eq!(buttons(&CAN, &lines(&read)), Ok(read.clone()));
        assert_eq!(read.words(), "Yes · See the map");
    }

    #[test]
    fn what_a_channel_does_not_take_is_said() {
        assert!(buttons(&CAN, "1\n2\n3\n4").unwrap_err().contains("3 buttons"));
        assert!(buttons(&CAN, "A title of twenty-one").unwrap_err().contains("20 fit"));
        assert!(buttons(&CAN, "Yes\nYes").unwrap_err().contains("twice"));
        assert!(buttons(&CAN, "https://rad.example").is_err());
        assert!(buttons(&CAN, " \n").is_err());
        assert!(buttons(&Capabilities::WEB_CHAT, "Yes").is_err());
        assert!(list(&Capabilities::TELEGRAM, "Open", "A").is_err());
    }

    #[test]
    fn a_menu_has_groups_and_descriptions() {
        let read = list(&CAN, "Choose", "# Days\nMonday | until six\nTuesday\n# Other\nLater").unwrap();
        let Choices::List(found) = &read else { panic!("{read:?}") };
        assert_eq!(found.sections.len(), 2);
        assert_eq!(found.sections[0].rows[0].description.as_deref(), Some("until six"));
        assert_eq!(list(&CAN, "Choose", &lines(&read)), Ok(read.clone()));
    }

    #[test]
    fn a_menu_that_would_be_refused_is_not_sent() {
        assert!(list(&CAN, "", "A").is_err());
        assert!(list(&CAN, "Open", "# Empty").is_err());
        assert!(list(&CAN, "Open", "A\n# Named\nB").unwrap_err().contains("title"));
        assert!(list(&CAN, "Open", "A\nA").unwrap_err().contains("twice"));
        let eleven = (0..11).map(|n| n.to_string()).collect::<Vec<_>>().join("\n");
        assert!(list(&CAN, "Open", &eleven).unwrap_err().contains("10 choices"));
    }
}
