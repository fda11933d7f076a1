//! What a business sends: checked against Meta's limits, and shown as the phone shows it.

use serde_json::Value;

use super::error::GraphError;
use super::media::{self, Fetched};
use crate::files::File;
use crate::phones::{Actions, Body, Button, ListRow, ListSection};
use crate::sim::Sim;
use crate::world::World;

/// What the phone will show.
pub struct Shown {
    /// The bubble.
    pub body: Body,
    /// What can be tapped.
    pub actions: Actions,
    /// Fails after it was accepted, with this code (a link that could not be fetched).
    pub fails_later: Option<u32>,
}

impl Shown {
    /// A bubble without buttons.
    #[must_use]
    pub fn new(body: Body) -> Self {
        Self { body, actions: Actions::None, fails_later: None }
    }
}

fn text_at<'value>(value: &'value Value, path: &str) -> Option<&'value str> {
    value.pointer(path).and_then(Value::as_str)
}

fn too_long(what: &str, text: &str, chars_max: usize) -> Result<(), GraphError> {
    if text.chars().count() > chars_max {
        return Err(GraphError::new(
            100,
            &format!("Param {what} must be at most {chars_max} characters long."),
        ));
    }
    Ok(())
}

/// Reads a message of any type but `template` and `reaction`.
///
/// # Errors
/// 100, 131008 or 131009 for what Meta refuses.
pub fn read(
    sim: &Sim,
    world: &World,
    kind: &str,
    message: &Value,
    fetched: &Fetched,
) -> Result<Shown, GraphError> {
    let value = message.get(kind).ok_or_else(|| GraphError::missing(kind))?;
    match kind {
        "text" => {
            let body = text_at(value, "/body").filter(|body| !body.is_empty());
            let body = body.ok_or_else(|| GraphError::missing("text['body']"))?;
            too_long("text['body']", body, 4096)?;
            Ok(Shown::new(Body::text(body)))
        }
        "image" | "video" | "audio" | "document" | "sticker" => {
            let mut shown = Shown::new(Body::text(""));
            shown.body = media_of(sim, world, kind, value, fetched, &mut shown)?;
            Ok(shown)
        }
        "location" => Ok(Shown::new(location(value)?)),
        "contacts" => {
            let card = value.get(0).ok_or_else(|| GraphError::missing("contacts"))?;
            let name = text_at(card, "/name/formatted_name")
                .ok_or_else(|| GraphError::missing("contacts[0]['name']['formatted_name']"))?;
            let phones = card.get("phones").and_then(Value::as_array).into_iter().flatten();
            let phones = phones.filter_map(|phone| text_at(phone, "/phone")).map(str::to_owned).collect();
            Ok(Shown::new(Body::Contact { name: name.to_owned(), phones }))
        }
        "interactive" => interactive(sim, world, value, fetched),
        other => {
            Err(GraphError::new(100, &format!("Param type must be one of the supported types, not {other}")))
        }
    }
}

/// A pin.
///
/// # Errors
/// 131008 without coordinates.
pub fn location(value: &Value) -> Result<Body, GraphError> {
    let degrees = |key: &str| match value.get(key) {
        Some(Value::String(text)) => text.parse().ok(),
        other => other.and_then(Value::as_f64),
    };
    let (Some(latitude), Some(longitude)) = (degrees("latitude"), degrees("longitude")) else {
        return Err(GraphError::of_code(131_008).details("location: latitude and longitude are required"));
    };
    let words = |key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
    Ok(Body::Location { latitude, longitude, name: words("name"), address: words("address") })
}

/// A file by id or link.
///
/// # Errors
/// 100 for an unknown id or a type that does not fit.
pub fn media_of(
    sim: &Sim,
    world: &World,
    kind: &str,
    value: &Value,
    fetched: &Fetched,
    shown: &mut Shown,
) -> Result<Body, GraphError> {
    let file = match (text_at(value, "/id"), text_at(value, "/link")) {
        (Some(id), _) => {
            let media = world.whatsapp.media.get(id).filter(|media| media.until_ms > sim.clock.now_ms());
            let file = media.and_then(|media| sim.files.get(&media.file));
            Some(file.ok_or_else(|| {
                GraphError::new(100, "Invalid parameter")
                    .details(format!("{id} is not a valid whatsapp business account media attachment ID"))
            })?)
        }
        (None, Some(link)) => match fetched.get(link) {
            Some(Some(file)) => Some(file.clone()),
            _ => {
                shown.fails_later = Some(131_053);
                None
            }
        },
        (None, None) => return Err(GraphError::missing(&format!("{kind}['id'] or {kind}['link']"))),
    };
    if let Some(file) = &file
        && !media::fits(kind, &file.mime, file.bytes.len())
    {
        shown.fails_later = Some(131_053);
    }
    let caption = text_at(value, "/caption").unwrap_or_default();
    too_long(&format!("{kind}['caption']"), caption, 1024)?;
    let voice = kind == "audio" && value.get("voice").and_then(Value::as_bool).unwrap_or(false);
    let name = text_at(value, "/filename").map(str::to_owned);
    let part = |pick: fn(&File) -> Option<u32>| file.as_ref().and_then(pick);
    Ok(Body::Media {
        media: match kind {
            "image" => "photo",
            "audio" if voice => "voice",
            other => other,
        }
        .to_owned(),
        url: file.as_ref().map(|file| format!("/shelf/{}", file.id)),
        name: name
            .or_else(|| file.as_ref().filter(|_| kind == "document").and_then(|file| file.name.clone())),
        mime: file.as_ref().map(|file| file.mime.clone()).unwrap_or_default(),
        size: file.as_ref().map(|file| file.bytes.len() as u64).unwrap_or_default(),
        caption: caption.to_owned(),
        entities: Vec::new(),
        duration_s: part(|file| file.duration_s),
        width: part(|file| file.width),
        height: part(|file| file.height),
        album: None,
    })
}

fn interactive(sim: &Sim, world: &World, value: &Value, fetched: &Fetched) -> Result<Shown, GraphError> {
    let kind = text_at(value, "/type").ok_or_else(|| GraphError::missing("interactive['type']"))?;
    let text = text_at(value, "/body/text").filter(|text| !text.is_empty());
    let text = text.ok_or_else(|| GraphError::missing("interactive['body']['text']"))?;
    too_long("interactive['body']['text']", text, if kind == "list" { 4096 } else { 1024 })?;
    let footer = text_at(value, "/footer/text").map(str::to_owned);
    too_long("interactive['footer']['text']", footer.as_deref().unwrap_or_default(), 60)?;
    let mut shown = Shown::new(Body::text(""));
    let (mut header, mut media) = (None, None);
    match text_at(value, "/header/type") {
        Some("text") => {
            let words = text_at(value, "/header/text").unwrap_or_default();
            too_long("interactive['header']['text']", words, 60)?;
            header = Some(words.to_owned());
        }
        Some(sort @ ("image" | "video" | "document")) => {
            let file = value.pointer(&format!("/header/{sort}")).cloned().unwrap_or_default();
            media = Some(Box::new(media_of(sim, world, sort, &file, fetched, &mut shown)?));
        }
        _ => {}
    }
    shown.actions = match kind {
        "button" => reply_buttons(value)?,
        "list" => list(value)?,
        "cta_url" => {
            let part = |key: &str| text_at(value, &format!("/action/parameters/{key}")).map(str::to_owned);
            let label =
                part("display_text").ok_or_else(|| GraphError::missing("parameters['display_text']"))?;
            Actions::Buttons { rows: vec![vec![Button { label, id: None, url: part("url") }]] }
        }
        "location_request_message" => one_button("Send location", "send_location"),
        "contact_request" => one_button("Share contact info", "request_contact_info"),
        other => return Err(GraphError::invalid(format!("interactive type {other} is not played here"))),
    };
    shown.body = Body::Card { card: kind.to_owned(), header, media, text: text.to_owned(), footer };
    Ok(shown)
}

fn one_button(label: &str, id: &str) -> Actions {
    Actions::Buttons {
        rows: vec![vec![Button { label: label.to_owned(), id: Some(id.to_owned()), url: None }]],
    }
}

fn reply_buttons(value: &Value) -> Result<Actions, GraphError> {
    let given: Vec<&Value> =
        value.pointer("/action/buttons").and_then(Value::as_array).into_iter().flatten().collect();
    if !(1..=3).contains(&given.len()) {
        return Err(GraphError::invalid("interactive: 1 to 3 buttons"));
    }
    let mut rows: Vec<Vec<Button>> = Vec::new();
    for button in given {
        let id =
            text_at(button, "/reply/id").ok_or_else(|| GraphError::missing("buttons[]['reply']['id']"))?;
        let label = text_at(button, "/reply/title")
            .ok_or_else(|| GraphError::missing("buttons[]['reply']['title']"))?;
        too_long("button title", label, 20)?;
        too_long("button id", id, 256)?;
        if rows.iter().flatten().any(|known| known.id.as_deref() == Some(id) || known.label == label) {
            return Err(GraphError::invalid("Duplicated button id or title"));
        }
        rows.push(vec![Button { label: label.to_owned(), id: Some(id.to_owned()), url: None }]);
    }
    Ok(Actions::Buttons { rows })
}

fn list(value: &Value) -> Result<Actions, GraphError> {
    let button = text_at(value, "/action/button").ok_or_else(|| GraphError::missing("action['button']"))?;
    too_long("list button", button, 20)?;
    let mut sections = Vec::new();
    for section in value.pointer("/action/sections").and_then(Value::as_array).into_iter().flatten() {
        let mut rows = Vec::new();
        for row in section.get("rows").and_then(Value::as_array).into_iter().flatten() {
            let id = text_at(row, "/id").ok_or_else(|| GraphError::missing("rows[]['id']"))?;
            let title = text_at(row, "/title").ok_or_else(|| GraphError::missing("rows[]['title']"))?;
            let description = text_at(row, "/description").map(str::to_owned);
            too_long("row id", id, 200)?;
            too_long("row title", title, 24)?;
            too_long("row description", description.as_deref().unwrap_or_default(), 72)?;
            rows.push(ListRow { id: id.to_owned(), title: title.to_owned(), description });
        }
        let title = text_at(section, "/title").unwrap_or_default().to_owned();
        sections.push(ListSection { title, rows });
    }
    let rows: Vec<&ListRow> = sections.iter().flat_map(|section| &section.rows).collect();
    if sections.len() > 10 || !(1..=10).contains(&rows.len()) {
        return Err(GraphError::invalid("list: at most 10 sections and 1 to 10 rows in all"));
    }
    for (at, row) in rows.iter().enumerate() {
        if rows.iter().skip(at + 1).any(|other| other.id == row.id) {
            return Err(GraphError::invalid("Duplicated row id"));
        }
    }
    Ok(Actions::List { button: button.to_owned(), sections })
}
