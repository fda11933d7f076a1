//! A template while its blanks are filled: what is missing, and what the customer will read.

mod search;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use super::place::PlaceDraft;
use crate::api::messages::{
    Attachment, TemplateButtonInput, TemplateHeaderInput, TemplateInput, TemplatePartInput,
};
use crate::api::templates::{Template, TemplateButtonKind, TemplateHeaderKind, TemplatePart};
pub use search::{category_name, find, quality_name, status_name};

/// More spaces in a row are refused.
const SPACES_MAX: usize = 4;
/// The longest value of one blank.
const VALUE_CHARS_MAX: usize = 1_024;

/// A template and what fills it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filling {
    /// The template.
    pub template: Arc<Template>,
    /// The main part first, then each card.
    parts: Vec<PartFilling>,
}

/// What fills one part.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct PartFilling {
    header: String,
    file: Option<Attachment>,
    place: PlaceDraft,
    body: Vec<String>,
    buttons: Vec<String>,
}

/// One thing to fill: in which part, and what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot {
    /// 0 is the main part, the others are cards.
    pub part: usize,
    /// What.
    pub what: SlotKind,
}

/// What is to be filled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SlotKind {
    /// The blank of the header's text.
    Header,
    /// The header's picture, video or document.
    File(TemplateHeaderKind),
    /// The header's place: what it is, what it is called, where.
    Place(PlaceField),
    /// A blank of the text.
    Body(usize),
    /// What a button needs.
    Button(usize),
}

/// A field of a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlaceField {
    /// Coordinates, or the address of a map.
    Point,
    /// Its name.
    Name,
    /// Its address.
    Address,
}

impl Filling {
    /// Nothing is filled yet.
    #[must_use]
    pub fn new(template: Arc<Template>) -> Self {
        let empty = |part: &TemplatePart| PartFilling {
            body: vec![String::new(); part.body_parameters.len()],
            buttons: vec![String::new(); part.buttons.len()],
            ..PartFilling::default()
        };
        let parts = std::iter::once(&template.main).chain(&template.cards).map(empty).collect();
        Self { template, parts }
    }

    fn part(&self, part: usize) -> Option<&TemplatePart> {
        match part.checked_sub(1) {
            None => Some(&self.template.main),
            Some(card) => self.template.cards.get(card),
        }
    }

    /// Everything to fill, in the order it is read.
    #[must_use]
    pub fn slots(&self) -> Vec<Slot> {
        let mut slots = Vec::new();
        for (part, template) in std::iter::once(&self.template.main).chain(&self.template.cards).enumerate() {
            let mut add = |what| slots.push(Slot { part, what });
            match &template.header {
                Some(header) if header.kind == TemplateHeaderKind::Location => {
                    for field in [PlaceField::Point, PlaceField::Name, PlaceField::Address] {
                        add(SlotKind::Place(field));
                    }
                }
                Some(header) if header.kind != TemplateHeaderKind::Text => add(SlotKind::File(header.kind)),
                Some(header) if header.parameter.is_some() => add(SlotKind::Header),
                _ => {}
            }
            (0..template.body_parameters.len()).for_each(|blank| add(SlotKind::Body(blank)));
            for (at, button) in template.buttons.iter().enumerate() {
                if button.needs_value {
                    add(SlotKind::Button(at));
                }
            }
        }
        slots
    }

    /// What a field is called.
    #[must_use]
    pub fn label(&self, slot: Slot) -> String {
        let part = self.part(slot.part);
        let own = match slot.what {
            SlotKind::Header => {
                let name = part.and_then(|part| part.header.as_ref()?.parameter.as_deref());
                format!("Heading, {}", blank_name(name.unwrap_or_default()))
            }
            SlotKind::File(TemplateHeaderKind::Image) => "Picture".to_owned(),
            SlotKind::File(TemplateHeaderKind::Video) => "Video".to_owned(),
            SlotKind::File(_) => "Document".to_owned(),
            SlotKind::Place(PlaceField::Point) => "Place: coordinates or a map link".to_owned(),
            SlotKind::Place(PlaceField::Name) => "Name of the place".to_owned(),
            SlotKind::Place(PlaceField::Address) => "Address of the place".to_owned(),
            SlotKind::Body(blank) => {
                blank_name(part.and_then(|part| part.body_parameters.get(blank)).map_or("", String::as_str))
            }
            SlotKind::Button(at) => {
                let button = part.and_then(|part| part.buttons.get(at));
                let what = match button.map(|button| button.kind) {
                    Some(TemplateButtonKind::Url) => "end of the address",
                    Some(TemplateButtonKind::CopyCode) => "code",
                    _ => "value",
                };
                format!("“{}”: {what}", button.map_or("", |button| &button.title))
            }
        };
        if slot.part == 0 { own } else { format!("Card {}: {own}", slot.part) }
    }

    /// What the platform was shown as an example.
    #[must_use]
    pub fn example(&self, slot: Slot) -> String {
        match slot {
            Slot { part: 0, what: SlotKind::Body(blank) } => {
                self.template.body_examples.get(blank).cloned().unwrap_or_default()
            }
            Slot { what: SlotKind::Place(PlaceField::Point), .. } => "52.5163, 13.3777".to_owned(),
            _ => String::new(),
        }
    }

    /// What is in a field.
    #[must_use]
    pub fn value(&self, slot: Slot) -> &str {
        let found = self.parts.get(slot.part).and_then(|part| match slot.what {
            SlotKind::Header => Some(&part.header),
            SlotKind::File(_) => part.file.as_ref().map(|file| &file.name),
            SlotKind::Place(PlaceField::Point) => Some(&part.place.point),
            SlotKind::Place(PlaceField::Name) => Some(&part.place.name),
            SlotKind::Place(PlaceField::Address) => Some(&part.place.address),
            SlotKind::Body(blank) => part.body.get(blank),
            SlotKind::Button(at) => part.buttons.get(at),
        });
        found.map_or("", String::as_str)
    }

    /// Writes into a field.
    pub fn set(&mut self, slot: Slot, value: String) {
        let found = self.parts.get_mut(slot.part).and_then(|part| match slot.what {
            SlotKind::Header => Some(&mut part.header),
            SlotKind::File(_) => None,
            SlotKind::Place(PlaceField::Point) => Some(&mut part.place.point),
            SlotKind::Place(PlaceField::Name) => Some(&mut part.place.name),
            SlotKind::Place(PlaceField::Address) => Some(&mut part.place.address),
            SlotKind::Body(blank) => part.body.get_mut(blank),
            SlotKind::Button(at) => part.buttons.get_mut(at),
        });
        if let Some(found) = found {
            *found = value;
        }
    }

    /// The file of a part's header, once it is stored; none takes it out.
    pub fn set_file(&mut self, part: usize, file: Option<Attachment>) {
        if let Some(part) = self.parts.get_mut(part) {
            part.file = file;
        }
    }

    /// The file of a part's header.
    #[must_use]
    pub fn file(&self, part: usize) -> Option<&Attachment> {
        self.parts.get(part)?.file.as_ref()
    }

    /// Why a field would be refused; none when it is fit to be sent.
    #[must_use]
    pub fn problem(&self, slot: Slot) -> Option<&'static str> {
        let value = self.value(slot);
        match slot.what {
            SlotKind::File(_) => return value.is_empty().then_some("Choose a file."),
            SlotKind::Place(PlaceField::Point) => {
                let place = self.parts.get(slot.part).and_then(|part| part.place.place());
                return place.is_none().then_some("Paste coordinates or a map link.");
            }
            _ => {}
        }
        if value.trim().is_empty() {
            Some("Fill this in.")
        } else if value.contains(['\n', '\r', '\t']) {
            Some("No line breaks or tabs here.")
        } else if value.contains(&" ".repeat(SPACES_MAX + 1)) {
            Some("At most 4 spaces in a row.")
        } else if matches!(slot.what, SlotKind::Button(_)) && value.contains(' ') {
            Some("No spaces here.")
        } else if value.chars().count() > VALUE_CHARS_MAX {
            Some("At most 1,024 characters.")
        } else {
            None
        }
    }

    /// Everything is filled as it must be.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.template.can_be_sent && self.slots().into_iter().all(|slot| self.problem(slot).is_none())
    }

    /// What the server is given.
    #[must_use]
    pub fn input(&self) -> TemplateInput {
        let slots = self.slots();
        let mut parts = self.parts.iter().enumerate().map(|(at, part)| TemplatePartInput {
            header: self.header_input(at, part),
            body: part.body.iter().map(|value| value.trim().to_owned()).collect(),
            buttons: slots
                .iter()
                .filter_map(|slot| match slot.what {
                    SlotKind::Button(index) if slot.part == at => {
                        let value = part.buttons.get(index)?.trim().to_owned();
                        Some(TemplateButtonInput { index, value })
                    }
                    _ => None,
                })
                .collect(),
        });
        let main = parts.next().unwrap_or_default();
        TemplateInput { template_id: self.template.id.clone(), parts: main, cards: parts.collect() }
    }

    fn header_input(&self, at: usize, part: &PartFilling) -> Option<TemplateHeaderInput> {
        let header = self.part(at)?.header.as_ref()?;
        let none = TemplateHeaderInput::default();
        match header.kind {
            TemplateHeaderKind::Text => {
                header.parameter.as_ref()?;
                Some(TemplateHeaderInput { text: Some(part.header.trim().to_owned()), ..none })
            }
            TemplateHeaderKind::Location => {
                Some(TemplateHeaderInput { location: part.place.place(), ..none })
            }
            _ => Some(TemplateHeaderInput { attachment_id: part.file.as_ref().map(|file| file.id), ..none }),
        }
    }

    /// A part's heading as the customer reads it, in pieces; none when it is no text.
    #[must_use]
    pub fn heading(&self, part: usize) -> Vec<Piece> {
        let Some(header) = self.part(part).and_then(|part| part.header.as_ref()) else { return Vec::new() };
        let value = self.value(Slot { part, what: SlotKind::Header });
        let text = header.text.as_deref().unwrap_or_default();
        pieces(text, |name| (Some(name) == header.parameter.as_deref()).then(|| value.to_owned()))
    }

    /// A part's text as the customer reads it, in pieces.
    #[must_use]
    pub fn text(&self, part: usize) -> Vec<Piece> {
        let (Some(template), Some(filled)) = (self.part(part), self.parts.get(part)) else {
            return Vec::new();
        };
        pieces(&template.body, |name| {
            let at = template.body_parameters.iter().position(|known| known == name)?;
            filled.body.get(at).cloned()
        })
    }

    /// All of it in words: what the message will say.
    #[must_use]
    pub fn words(&self) -> String {
        let plain = |pieces: Vec<Piece>| pieces.into_iter().map(|piece| piece.text).collect::<String>();
        let mut lines = vec![plain(self.heading(0)), plain(self.text(0))];
        lines.extend(self.template.footer.clone());
        lines.extend((1..self.parts.len()).map(|card| plain(self.text(card))));
        lines.retain(|line| !line.is_empty());
        lines.join("\n")
    }

    /// Files that go with it.
    #[must_use]
    pub fn files(&self) -> Vec<Attachment> {
        self.parts.iter().filter_map(|part| part.file.clone()).collect()
    }
}

fn blank_name(name: &str) -> String {
    if name.bytes().all(|byte| byte.is_ascii_digit()) {
        format!("Blank {name}")
    } else {
        name.replace('_', " ")
    }
}

/// A piece of a text with blanks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// What it says; an empty blank as it is written in the template.
    pub text: String,
    /// It is a blank that nobody has filled.
    pub empty: bool,
}

/// Cuts a text at its blanks; `value` knows what fills one by its name.
fn pieces(text: &str, value: impl Fn(&str) -> Option<String>) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut say = |text: &str, empty| {
        if !text.is_empty() {
            pieces.push(Piece { text: text.to_owned(), empty });
        }
    };
    let mut rest = text;
    while let Some((before, (inside, after))) =
        rest.split_once("{{").and_then(|(before, from)| Some((before, from.split_once("}}")?)))
    {
        say(before, false);
        match value(inside.trim()) {
            Some(filled) if !filled.trim().is_empty() => say(filled.trim(), false),
            Some(_) => say(&format!("{{{{{inside}}}}}"), true),
            None => say(&format!("{{{{{inside}}}}}"), false),
        }
        rest = after;
    }
    say(rest, false);
    pieces
}
