//! Reading one template. A part that is not known is named, so that nobody sends the template without it.

use channel_core::{
    Template, TemplateButton, TemplateButtonKind, TemplateCarouselCard, TemplateHeader, TemplateStatus,
};
use channel_meta::Object;
use serde_json::Value;

/// Reads a template; `None` for what has no id, name or language.
pub fn template(node: Object<'_>) -> Option<Template> {
    let named = node.text("parameter_format").is_some_and(|format| format.eq_ignore_ascii_case("NAMED"));
    let mut parts = Parts::default();
    for component in node.list("components") {
        parts.take(component);
    }
    Some(Template {
        id: node.id("id")?,
        name: node.owned("name")?,
        language: node.owned("language")?.replace('-', "_"),
        status: status(node.text("status").unwrap_or_default()),
        category: node.owned("category").unwrap_or_default(),
        quality: quality(node),
        rejected_reason: node.owned("rejected_reason").filter(|reason| reason != "NONE"),
        named_parameters: named,
        body_parameters: placeholders(&parts.body),
        body_examples: parts.examples,
        header: parts.header,
        body: parts.body,
        footer: parts.footer,
        buttons: parts.buttons,
        cards: parts.cards,
        unknown_parts: parts.unknown,
    })
}

fn status(word: &str) -> TemplateStatus {
    match word.to_ascii_uppercase().as_str() {
        "APPROVED" => TemplateStatus::Approved,
        "PENDING" | "IN_APPEAL" => TemplateStatus::Pending,
        "REJECTED" => TemplateStatus::Rejected,
        "PAUSED" => TemplateStatus::Paused,
        "DISABLED" => TemplateStatus::Disabled,
        _ => TemplateStatus::Other(word.to_owned()),
    }
}

fn quality(node: Object<'_>) -> Option<String> {
    match node.value("quality_score")? {
        Value::String(score) => Some(score.clone()),
        score => Object::of(score)?.owned("score"),
    }
}

#[derive(Default)]
struct Parts {
    header: Option<TemplateHeader>,
    body: String,
    examples: Vec<String>,
    footer: Option<String>,
    buttons: Vec<TemplateButton>,
    cards: Vec<TemplateCarouselCard>,
    unknown: Vec<String>,
}

impl Parts {
    fn take(&mut self, component: Object<'_>) {
        let kind = component.text("type").unwrap_or_default().to_ascii_uppercase();
        match kind.as_str() {
            "HEADER" => match header(component) {
                Ok(header) => self.header = Some(header),
                Err(format) => self.unknown.push(format!("HEADER {format}")),
            },
            "BODY" => {
                self.body = component.owned("text").unwrap_or_default();
                self.examples = examples(component, &placeholders(&self.body));
            }
            "FOOTER" => self.footer = component.owned("text"),
            "BUTTONS" => {
                self.buttons = component.list("buttons").map(button).collect();
                self.unknown.extend(self.buttons.iter().filter_map(needs_more));
            }
            "CAROUSEL" => self.take_cards(component),
            _ => self.unknown.push(if kind.is_empty() { "a part without a type".to_owned() } else { kind }),
        }
    }

    fn take_cards(&mut self, component: Object<'_>) {
        for card in component.list("cards") {
            let mut parts = Self::default();
            for component in card.list("components") {
                parts.take(component);
            }
            self.unknown.extend(parts.unknown);
            self.cards.push(TemplateCarouselCard {
                header: parts.header,
                body_parameters: placeholders(&parts.body),
                body: parts.body,
                buttons: parts.buttons,
            });
        }
    }
}

fn header(component: Object<'_>) -> Result<TemplateHeader, String> {
    let format = component.text("format").unwrap_or("TEXT").to_ascii_uppercase();
    Ok(match format.as_str() {
        "TEXT" => TemplateHeader::Text(component.owned("text").unwrap_or_default()),
        "IMAGE" => TemplateHeader::Image,
        "VIDEO" => TemplateHeader::Video,
        "DOCUMENT" => TemplateHeader::Document,
        "LOCATION" => TemplateHeader::Location,
        _ => return Err(format),
    })
}

fn button(button: Object<'_>) -> TemplateButton {
    let kind = button.text("type").unwrap_or_default().to_ascii_uppercase();
    let title = button.owned("text").unwrap_or_default();
    let kind = match kind.as_str() {
        "QUICK_REPLY" => TemplateButtonKind::QuickReply,
        "URL" => TemplateButtonKind::Url(button.owned("url").unwrap_or_default()),
        "PHONE_NUMBER" => TemplateButtonKind::Phone(button.owned("phone_number").unwrap_or_default()),
        "COPY_CODE" => TemplateButtonKind::CopyCode,
        _ => TemplateButtonKind::Other(kind),
    };
    TemplateButton { title, kind }
}

/// Buttons that have to be filled with something this version has not.
fn needs_more(button: &TemplateButton) -> Option<String> {
    match &button.kind {
        TemplateButtonKind::Other(kind) if kind != "VOICE_CALL" => Some(format!("BUTTON {kind}")),
        _ => None,
    }
}

/// Examples for the blanks, in their order; without one for each, there are none.
fn examples(component: Object<'_>, blanks: &[String]) -> Vec<String> {
    let Some(example) = component.object("example") else { return Vec::new() };
    let by_name: Vec<(Option<&str>, Option<String>)> = example
        .list("body_text_named_params")
        .map(|one| (one.text("param_name"), one.owned("example")))
        .collect();
    if !by_name.is_empty() {
        let of = |blank: &String| {
            let found = by_name.iter().find(|(name, _)| *name == Some(blank.as_str()));
            found.and_then(|(_, example)| example.clone())
        };
        return blanks.iter().map(|blank| of(blank).unwrap_or_default()).collect();
    }
    let rows = example.values("body_text");
    let first = rows.first().and_then(Value::as_array).map_or(rows, Vec::as_slice);
    let examples: Vec<String> = first.iter().filter_map(Value::as_str).map(str::to_owned).collect();
    if examples.len() == blanks.len() { examples } else { Vec::new() }
}

/// The names in double braces, each once: in order of appearance, numbers in order of counting, which is the order in
/// which they are sent.
pub fn placeholders(text: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once("{{") {
        let Some((name, after)) = after.split_once("}}") else { break };
        let name = name.trim();
        if !name.is_empty() && names.iter().all(|known| known != name) {
            names.push(name.to_owned());
        }
        rest = after;
    }
    if names.iter().all(|name| name.parse::<u32>().is_ok()) {
        names.sort_by_key(|name| name.parse::<u32>().unwrap_or_default());
    }
    names
}

#[cfg(test)]
mod tests;
