//! Recorded deliveries, read by the adapter and compared.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use channel_core::{ChannelAdapter, Inbound, InboundEvent};
use serde_json::Value;
use shared::RichText;

use crate::case::Case;
use crate::scripts::scripts;

/// Of a text fixture, the text that the suite replaces by others.
const PLACEHOLDER: &str = "\"Hello\"";
/// The fixture whose text is replaced.
const TEMPLATE: &str = "text__plain";
/// A text far longer than any platform sends, in characters.
const LONG_TEXT_CHARS: usize = 65_536;

/// An adapter and the folder of its recorded deliveries.
pub struct Fixtures<'a> {
    adapter: &'a dyn ChannelAdapter,
    folder: PathBuf,
    problems: Vec<String>,
}

impl<'a> Fixtures<'a> {
    /// The deliveries in `folder`.
    #[must_use]
    pub fn new(adapter: &'a dyn ChannelAdapter, folder: impl AsRef<Path>) -> Self {
        Self { adapter, folder: folder.as_ref().to_owned(), problems: Vec::new() }
    }

    /// Runs everything.
    ///
    /// # Errors
    /// Every problem found, a line each.
    pub fn run(mut self) -> Result<(), String> {
        let deliveries = self.load()?;
        self.check_completeness(&deliveries);
        for (name, (case, body)) in &deliveries {
            self.check_one(name, *case, body);
        }
        if let Some((_, template)) = deliveries.get(TEMPLATE) {
            self.check_scripts(template);
        }
        if self.problems.is_empty() { Ok(()) } else { Err(self.problems.join("\n")) }
    }

    fn load(&self) -> Result<BTreeMap<String, (Case, Vec<u8>)>, String> {
        let folder =
            fs::read_dir(&self.folder).map_err(|error| format!("{}: {error}", self.folder.display()))?;
        let mut deliveries = BTreeMap::new();
        for entry in folder.filter_map(Result::ok) {
            let file = entry.file_name().to_string_lossy().into_owned();
            let Some(name) = file.strip_suffix(".json").filter(|name| !name.ends_with(".events")) else {
                continue;
            };
            let case_name = name.split("__").next().unwrap_or_default();
            let case = Case::all().into_iter().find(|case| case.name() == case_name);
            let case = case.ok_or_else(|| format!("{file}: there is no case called {case_name}"))?;
            let body = fs::read(entry.path()).map_err(|error| format!("{file}: {error}"))?;
            deliveries.insert(name.to_owned(), (case, body));
        }
        Ok(deliveries)
    }

    fn problem(&mut self, name: &str, words: impl AsRef<str>) {
        self.problems.push(format!("{name}: {}", words.as_ref()));
    }

    /// The adapter's capabilities say which cases there must be.
    fn check_completeness(&mut self, deliveries: &BTreeMap<String, (Case, Vec<u8>)>) {
        let can = self.adapter.capabilities();
        for case in Case::all().into_iter().filter(|case| case.is_required(&can)) {
            if !deliveries.values().any(|(there, _)| *there == case) {
                self.problem(case.name(), "the adapter can do this, but has no fixture of it");
            }
        }
        if !deliveries.contains_key(TEMPLATE) {
            self.problem(TEMPLATE, "is missing; its text is replaced by texts in every script");
        }
    }

    fn check_one(&mut self, name: &str, case: Case, body: &[u8]) {
        let events = match self.adapter.normalise(body) {
            Ok(events) => events,
            Err(unreadable) => return self.problem(name, unreadable.to_string()),
        };
        if let Err(words) = case.check(&events) {
            self.problem(name, words);
        }
        // Pure: read again, the same; and a repeat can be known for one.
        if self.adapter.normalise(body).as_ref() != Ok(&events) {
            self.problem(name, "a second reading differs from the first");
        }
        let routes = self.adapter.route(body);
        if routes.is_empty() {
            self.problem(name, "belongs to nobody: there is no route");
        }
        let unrouted = events.iter().find(|inbound| routes.iter().all(|route| route.to != inbound.to));
        if let Some(inbound) = unrouted {
            self.problem(name, format!("an event goes to {:?}, which no route names", inbound.to));
        }
        for inbound in &events {
            if let Some(words) = flaw(&inbound.event) {
                self.problem(name, words);
            }
        }
        self.compare(name, &events);
    }

    /// Against the events that were recorded with it.
    fn compare(&mut self, name: &str, events: &[Inbound]) {
        let path = self.folder.join(format!("{name}.events.json"));
        let Ok(now) = serde_json::to_value(events) else {
            return self.problem(name, "its events cannot be written");
        };
        if std::env::var_os("UPDATE_EVENTS").is_some() {
            let written = serde_json::to_string_pretty(&now).map(|text| fs::write(&path, text + "\n"));
            if !matches!(written, Ok(Ok(()))) {
                self.problem(name, "its events could not be recorded");
            }
            return;
        }
        let recorded = fs::read(&path).ok().and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok());
        match recorded {
            None => self.problem(name, "has no recorded events; set UPDATE_EVENTS=1 and review them"),
            Some(recorded) if recorded != now => {
                self.problem(name, format!("reads as\n{now:#}\nand was recorded as\n{recorded:#}"));
            }
            Some(recorded) => {
                // What is stored must come back the same.
                if serde_json::from_value::<Vec<Inbound>>(recorded).ok().as_deref() != Some(events) {
                    self.problem(name, "its events do not survive being written down");
                }
            }
        }
    }

    /// Texts in every script, a very long one, and ones that JSON can hold but Postgres cannot.
    fn check_scripts(&mut self, template: &[u8]) {
        let template = String::from_utf8_lossy(template).into_owned();
        if !template.contains(PLACEHOLDER) {
            return self.problem(TEMPLATE, format!("has no text {PLACEHOLDER}"));
        }
        let mut texts: Vec<(String, String, String)> = Vec::new();
        for script in scripts() {
            let plain = Value::from(script.text.as_str()).to_string();
            // Meta escapes everything beyond ASCII.
            let escaped: String = plain
                .encode_utf16()
                .map(|unit| match u8::try_from(unit) {
                    Ok(byte) if byte.is_ascii() => char::from(byte).to_string(),
                    _ => format!("\\u{unit:04x}"),
                })
                .collect();
            texts.push((script.name.to_owned(), plain, script.text.clone()));
            texts.push((format!("{}, escaped", script.name), escaped, script.text));
        }
        let can = self.adapter.capabilities();
        if can.has_provider {
            let long = "Ж".repeat(LONG_TEXT_CHARS);
            texts.push(("64 Ki characters".to_owned(), format!("\"{long}\""), long));
        }
        texts.push(("NUL".to_owned(), r#""a\u0000b""#.to_owned(), "ab".to_owned()));
        texts.push((
            "half a character".to_owned(),
            r#""a\ud83db\udc00""#.to_owned(),
            "a\u{fffd}b\u{fffd}".to_owned(),
        ));
        for (name, json, expected) in texts {
            let body = template.replace(PLACEHOLDER, &json);
            match self.adapter.normalise(body.as_bytes()).map(|events| text_of(&events)) {
                Ok(Some(text)) if is_same(&text, &expected) => {}
                Ok(_) => self.problem(&name, "the text came out otherwise"),
                Err(unreadable) => self.problem(&name, unreadable.to_string()),
            }
        }
    }
}

fn text_of(events: &[Inbound]) -> Option<RichText> {
    events.iter().find_map(|inbound| match &inbound.event {
        InboundEvent::Message(message) => Some(message.text.clone()),
        _ => None,
    })
}

/// Nothing of the text is lost. Where a platform writes formatting into it, the markers may have become spans.
fn is_same(text: &RichText, expected: &str) -> bool {
    let unmarked = |text: &str| text.replace(['*', '_', '~', '`'], "");
    text.plain == expected || (!text.spans.is_empty() && unmarked(&text.plain) == unmarked(expected))
}

/// What no event may have.
fn flaw(event: &InboundEvent) -> Option<String> {
    let message = match event {
        InboundEvent::Message(message) => message,
        InboundEvent::Echo(echo) => &echo.message,
        InboundEvent::Edited(edit) => &edit.message,
        _ => return None,
    };
    if message.platform_message_id.is_empty() || message.sender.platform_id.is_empty() {
        return Some("a message without id or sender".to_owned());
    }
    if message.text.is_empty() && message.attachments.is_empty() && message.card.is_none() {
        return Some("a message that shows nothing".to_owned());
    }
    if message.text.plain.contains('\0') {
        return Some("a text with NUL".to_owned());
    }
    let bad =
        |span: &&shared::TextSpan| message.text.plain.get(span.start..span.end).is_none_or(str::is_empty);
    message.text.spans.iter().find(bad).map(|span| format!("a span that is no part of its text: {span:?}"))
}
