//! What changed among templates, as events.

use std::collections::BTreeMap;

use channel_core::{CheckState, Template, TemplateChange, TemplateStatus};
use serde_json::json;

use super::status;
use crate::channels::events::{ChannelEventKind, NewChannelEvent};
use crate::channels::store::templates::Known;

/// So many changes of one reading are told one by one.
const TOLD_MAX: usize = 10;

/// Changes of status and category, and templates that are gone. New templates are no news.
pub fn between(known: &[Known], listed: &BTreeMap<(String, String), Template>) -> Vec<NewChannelEvent> {
    let mut events = Vec::new();
    for old in known {
        match listed.get(&(old.name.clone(), old.language.clone())) {
            Some(new) => {
                let word = status::word(&new.status);
                if old.status != word {
                    events.push(status_event(old, &new.status, new.rejected_reason.as_deref()));
                }
                if old.category != new.category {
                    events.push(category_event(old, &new.category));
                }
            }
            None if !old.gone => {
                let words = format!("The template {} is no longer there.", named(old));
                events.push(event(old, CheckState::Good, words));
            }
            None => {}
        }
    }
    events
}

/// One report of the platform, if it says anything new.
pub fn of(known: &Known, change: &TemplateChange) -> Option<NewChannelEvent> {
    let status = change.status.as_ref().filter(|word| **word != known.status);
    if let Some(word) = status {
        return Some(status_event(known, &status::read(word), change.reason.as_deref()));
    }
    if let Some(category) = change.category.as_ref().filter(|category| **category != known.category) {
        return Some(category_event(known, category));
    }
    let quality = change.quality.as_ref().filter(|quality| Some(*quality) != known.quality.as_ref())?;
    let severity = if quality == "RED" { CheckState::Warning } else { CheckState::Good };
    Some(event(known, severity, format!("The quality of the template {} is now {quality}.", named(known))))
}

/// No flood: a business account that is tidied up at the platform is one event.
pub fn bounded(events: Vec<NewChannelEvent>) -> Vec<NewChannelEvent> {
    if events.len() <= TOLD_MAX {
        return events;
    }
    let worst = events.iter().map(|event| event.severity).max().unwrap_or(CheckState::Good);
    let words = format!("{} templates changed at the platform.", events.len());
    vec![
        NewChannelEvent::new(ChannelEventKind::Template, worst, words)
            .with(json!({ "changes": events.len() })),
    ]
}

fn status_event(known: &Known, now: &TemplateStatus, reason: Option<&str>) -> NewChannelEvent {
    let (severity, state) = match now {
        TemplateStatus::Approved => (CheckState::Good, "approved".to_owned()),
        TemplateStatus::Pending => (CheckState::Good, "waiting for approval".to_owned()),
        TemplateStatus::Rejected => (CheckState::Warning, "rejected".to_owned()),
        TemplateStatus::Paused => (CheckState::Warning, "paused".to_owned()),
        TemplateStatus::Disabled => (CheckState::Warning, "disabled".to_owned()),
        TemplateStatus::Other(word) => (CheckState::Warning, format!("in the state {word}")),
    };
    let why = reason.filter(|reason| !reason.is_empty() && *reason != "NONE");
    let why = why.map(|reason| format!(": {reason}")).unwrap_or_default();
    event(known, severity, format!("The template {} is now {state}{why}.", named(known)))
}

fn category_event(known: &Known, category: &str) -> NewChannelEvent {
    let words = format!(
        "The platform moved the template {} from {} to {category}: that changes its price.",
        named(known),
        known.category
    );
    event(known, CheckState::Warning, words)
}

fn event(known: &Known, severity: CheckState, words: String) -> NewChannelEvent {
    NewChannelEvent::new(ChannelEventKind::Template, severity, words)
        .with(json!({ "template": known.name, "language": known.language }))
}

fn named(known: &Known) -> String {
    format!("{} ({})", known.name, known.language)
}
