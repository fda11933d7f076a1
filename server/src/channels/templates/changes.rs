//! What changed among templates, as events.

use std::collections::BTreeMap;

use channel_core::{CheckState, Template, TemplateChange, TemplateStatus};
use serde_json::json;
use shared::TemplateId;

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

/// What is known of a template that was made at the platform since it was last asked: what the report says.
pub fn unknown(change: &TemplateChange) -> Known {
    Known {
        id: TemplateId::new(),
        name: change.name.clone().unwrap_or_else(|| change.template_id.clone()),
        language: change.language.clone().unwrap_or_else(|| "any language".to_owned()),
        status: String::new(),
        category: change.category.clone().unwrap_or_default(),
        quality: change.quality.clone(),
        gone: false,
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn report(status: &str) -> TemplateChange {
        TemplateChange {
            template_id: "1".to_owned(),
            name: Some("ready".to_owned()),
            language: Some("de".to_owned()),
            status: Some(status.to_owned()),
            reason: Some("INVALID_FORMAT".to_owned()),
            ..TemplateChange::default()
        }
    }

    #[test]
    fn a_report_is_told_even_of_a_template_that_nobody_knew() {
        let change = report("REJECTED");
        let event = of(&unknown(&change), &change).unwrap();
        assert_eq!(event.severity, CheckState::Warning);
        assert_eq!(event.words, "The template ready (de) is now rejected: INVALID_FORMAT.");
        let known = Known { status: "REJECTED".to_owned(), ..unknown(&change) };
        assert!(of(&known, &change).is_none(), "told already");
    }

    #[test]
    fn many_changes_are_told_as_one() {
        let change = report("PAUSED");
        let many: Vec<_> = (0..40).filter_map(|_| of(&unknown(&change), &change)).collect();
        let told = bounded(many);
        assert_eq!(told.len(), 1);
        assert!(told[0].words.starts_with("40 templates") && told[0].severity == CheckState::Warning);
    }
}
