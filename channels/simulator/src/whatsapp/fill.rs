//! A template sent: checked against its parameters and rendered as the phone shows it.

use serde_json::Value;

use super::content::{Shown, media_of};
use super::error::GraphError;
use super::media::Fetched;
use super::templates::{Template, is};
use crate::phones::{Actions, Body, Button};
use crate::sim::Sim;
use crate::world::World;

/// The template a message names.
///
/// # Errors
/// 132001 when there is none that is approved in that language, 132015 and 132016 when paused or disabled.
pub fn find<'world>(
    world: &'world World,
    business_account: &str,
    sent: &Value,
) -> Result<&'world Template, GraphError> {
    let name =
        sent.get("name").and_then(Value::as_str).ok_or_else(|| GraphError::missing("template['name']"))?;
    let language = sent
        .pointer("/language/code")
        .and_then(Value::as_str)
        .ok_or_else(|| GraphError::missing("template['language']['code']"))?;
    let missing = || {
        GraphError::of_code(132_001)
            .status(404)
            .details(format!("template name ({name}) does not exist in {language}"))
    };
    let template = world
        .whatsapp
        .business_accounts
        .get(business_account)
        .and_then(|account| {
            account.templates.iter().find(|known| known.name == name && known.language == language)
        })
        .ok_or_else(missing)?;
    match template.status.as_str() {
        "APPROVED" => Ok(template),
        "PAUSED" => Err(GraphError::of_code(132_015)),
        "DISABLED" => Err(GraphError::of_code(132_016)),
        _ => Err(missing()),
    }
}

/// Fills a template.
///
/// # Errors
/// 132000 for a wrong number of parameters, 132012 for one of the wrong kind, 131008 and 131009 for empty ones.
pub fn fill(
    sim: &Sim,
    world: &World,
    template: &Template,
    sent: &Value,
    fetched: &Fetched,
) -> Result<Shown, GraphError> {
    let given: Vec<&Value> = sent.get("components").and_then(Value::as_array).into_iter().flatten().collect();
    let of = |kind: &str| given.iter().find(|part| is(part, kind)).copied();
    let mut shown = Shown::new(Body::text(""));
    let (mut header, mut media, mut text, mut footer) = (None, None, String::new(), None);
    for component in &template.components {
        if is(component, "HEADER") {
            match component.get("format").and_then(Value::as_str).unwrap_or("TEXT") {
                "TEXT" => header = Some(filled(component, of("header"), template.named, "header")?),
                format => {
                    media =
                        Some(Box::new(header_media(sim, world, format, of("header"), fetched, &mut shown)?))
                }
            }
        } else if is(component, "BODY") {
            text = filled(component, of("body"), template.named, "body")?;
        } else if is(component, "FOOTER") {
            footer = component.get("text").and_then(Value::as_str).map(str::to_owned);
        } else if is(component, "BUTTONS") {
            shown.actions = buttons(component, &given)?;
        } else if is(component, "CAROUSEL") {
            let cards = component.get("cards").and_then(Value::as_array).map_or(0, Vec::len);
            let sent_cards = of("carousel")
                .and_then(|part| part.get("cards"))
                .and_then(Value::as_array)
                .map_or(0, Vec::len);
            if cards != sent_cards {
                let words =
                    format!("number of cards ({sent_cards}) does not match the expected number ({cards})");
                return Err(GraphError::of_code(132_012).details(words));
            }
            footer = Some(format!("{cards} cards"));
        }
    }
    shown.body = Body::Card { card: "template".to_owned(), header, media, text, footer };
    Ok(shown)
}

/// The text of a component with its variables filled in.
fn filled(component: &Value, given: Option<&Value>, named: bool, part: &str) -> Result<String, GraphError> {
    let text = component.get("text").and_then(Value::as_str).unwrap_or_default();
    let names = placeholders(text);
    let parameters: Vec<&Value> = given
        .and_then(|given| given.get("parameters"))
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .collect();
    if parameters.len() != names.len() {
        let words = format!(
            "{part}: number of localizable_params ({}) does not match the expected number of params ({})",
            parameters.len(),
            names.len()
        );
        return Err(GraphError::of_code(132_000).details(words));
    }
    let mut text = text.to_owned();
    for (at, name) in names.iter().enumerate() {
        let parameter = if named {
            parameters
                .iter()
                .find(|one| one.get("parameter_name").and_then(Value::as_str) == Some(name.as_str()))
        } else {
            parameters.get(at)
        };
        let parameter = parameter.ok_or_else(|| {
            GraphError::new(100, "Invalid parameter")
                .details(format!("{part}: parameter_name {name} is missing"))
        })?;
        let value = words_of(parameter)?;
        text = text.replace(&format!("{{{{{name}}}}}"), &value);
    }
    Ok(text)
}

fn words_of(parameter: &Value) -> Result<String, GraphError> {
    let kind = parameter.get("type").and_then(Value::as_str).unwrap_or_default();
    let value = match kind {
        "text" => parameter.get("text").and_then(Value::as_str),
        "currency" | "date_time" => {
            parameter.pointer(&format!("/{kind}/fallback_value")).and_then(Value::as_str)
        }
        _ => return Err(GraphError::of_code(132_012).details(format!("expected TEXT, received {kind}"))),
    };
    let value = value.unwrap_or_default();
    if value.is_empty() {
        return Err(GraphError::of_code(131_008).details("Parameter of type text is missing text value"));
    }
    if value.contains(['\n', '\t']) || value.contains("     ") {
        let words = "Param text cannot have new-line/tab characters or more than 4 consecutive spaces";
        return Err(GraphError::new(100, "Invalid parameter").details(words));
    }
    Ok(value.to_owned())
}

/// The names in double braces, each once, in order.
#[must_use]
pub fn placeholders(text: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once("{{") {
        let Some((name, after)) = after.split_once("}}") else { break };
        if !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
        rest = after;
    }
    names
}

fn header_media(
    sim: &Sim,
    world: &World,
    format: &str,
    given: Option<&Value>,
    fetched: &Fetched,
    shown: &mut Shown,
) -> Result<Body, GraphError> {
    let kind = format.to_ascii_lowercase();
    let wrong = |received: &str| {
        GraphError::of_code(132_012)
            .details(format!("header: Format mismatch, expected {format}, received {received}"))
    };
    let parameter = given.and_then(|given| given.pointer("/parameters/0")).ok_or_else(|| wrong("UNKNOWN"))?;
    if parameter.get("type").and_then(Value::as_str) != Some(kind.as_str()) {
        return Err(wrong(parameter.get("type").and_then(Value::as_str).unwrap_or("UNKNOWN")));
    }
    let value = parameter.get(&kind).ok_or_else(|| wrong("UNKNOWN"))?;
    if kind == "location" {
        return super::content::location(value);
    }
    media_of(sim, world, &kind, value, fetched, shown)
}

fn buttons(component: &Value, given: &[&Value]) -> Result<Actions, GraphError> {
    let mut rows = Vec::new();
    for (index, button) in
        component.get("buttons").and_then(Value::as_array).into_iter().flatten().enumerate()
    {
        let text = |key: &str| button.get(key).and_then(Value::as_str).map(str::to_owned);
        let parameter = given
            .iter()
            .find(|part| is(part, "button") && number_of(part.get("index")) == Some(index))
            .and_then(|part| part.pointer("/parameters/0"));
        let label = text("text").unwrap_or_default();
        let url = text("url");
        rows.push(vec![match url {
            Some(url) if !placeholders(&url).is_empty() => {
                let suffix = parameter.and_then(|parameter| parameter.get("text")).and_then(Value::as_str);
                let suffix = suffix.filter(|suffix| !suffix.is_empty()).ok_or_else(|| {
                    GraphError::of_code(131_008)
                        .details(format!("Button at index {index} of type Url requires a parameter"))
                })?;
                let filled = placeholders(&url)
                    .first()
                    .map_or_else(|| url.clone(), |name| url.replace(&format!("{{{{{name}}}}}"), suffix));
                Button { label, id: None, url: Some(filled) }
            }
            Some(url) => Button { label, id: None, url: Some(url) },
            None => {
                let payload =
                    parameter.and_then(|parameter| parameter.get("payload")).and_then(Value::as_str);
                Button { id: Some(payload.unwrap_or(label.as_str()).to_owned()), label, url: None }
            }
        }]);
    }
    Ok(if rows.is_empty() { Actions::None } else { Actions::Buttons { rows } })
}

fn number_of(value: Option<&Value>) -> Option<usize> {
    match value? {
        Value::String(text) => text.parse().ok(),
        other => usize::try_from(other.as_u64()?).ok(),
    }
}
