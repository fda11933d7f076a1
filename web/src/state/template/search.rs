//! Finding a template, and what its list says about it.

use std::sync::Arc;

use crate::api::templates::{Template, TemplateStatus};

/// The templates that have every word of `query` in their name, language, category or text; those that can be sent
/// first, then by name.
#[must_use]
pub fn find(all: &[Arc<Template>], query: &str) -> Vec<Arc<Template>> {
    let query = query.to_lowercase();
    let fits = |template: &&Arc<Template>| {
        let Template { name, language, category, main, .. } = template.as_ref();
        let text = format!("{name} {language} {category} {}", main.body).to_lowercase();
        query.split_whitespace().all(|word| text.contains(word))
    };
    let mut found: Vec<Arc<Template>> = all.iter().filter(fits).cloned().collect();
    let named = |template: &Template| template.name.to_lowercase().contains(query.trim());
    found.sort_by(|one, two| {
        let key = |template: &Template| (!template.can_be_sent, !named(template));
        key(one)
            .cmp(&key(two))
            .then_with(|| one.name.cmp(&two.name))
            .then_with(|| one.language.cmp(&two.language))
    });
    found
}

/// How it stands; none for one that can be sent.
#[must_use]
pub fn status_name(template: &Template) -> Option<&str> {
    match template.status {
        TemplateStatus::Approved => None,
        TemplateStatus::Pending => Some("in review"),
        TemplateStatus::Rejected => Some("rejected"),
        TemplateStatus::Paused => Some("paused"),
        TemplateStatus::Disabled => Some("disabled"),
        TemplateStatus::Other => Some(&template.status_word),
    }
}

/// What customers think of it; none while nobody knows, or nothing is wrong.
#[must_use]
pub fn quality_name(template: &Template) -> Option<&'static str> {
    match template.quality.as_deref() {
        Some("GREEN") => Some("good quality"),
        Some("YELLOW") => Some("fair quality"),
        Some("RED") => Some("poor quality"),
        _ => None,
    }
}

/// `MARKETING` as people write it.
#[must_use]
pub fn category_name(category: &str) -> String {
    let mut lower = category.to_lowercase().replace('_', " ");
    if let Some(first) = lower.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    lower
}
