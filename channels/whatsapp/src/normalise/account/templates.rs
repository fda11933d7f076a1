//! Templates that changed at WhatsApp.

use channel_core::{AccountEvent, TemplateChange};
use channel_meta::Object;

use crate::normalise::moment::moment;

/// Events that say all there is to say. Others are newer than this version: the template is read again.
const KNOWN: &[&str] = &[
    "APPROVED",
    "REJECTED",
    "PENDING",
    "PAUSED",
    "DISABLED",
    "FLAGGED",
    "REINSTATED",
    "IN_APPEAL",
    "LIMIT_EXCEEDED",
    "LOCKED",
    "DELETED",
    "PENDING_DELETION",
    "ARCHIVED",
    "UNARCHIVED",
];

/// `message_template_status_update`.
pub fn status(value: Object<'_>) -> Option<AccountEvent> {
    let event = value.owned("event")?;
    Some(AccountEvent::Template(TemplateChange {
        reload: !KNOWN.contains(&event.as_str()),
        status: Some(event),
        category: value.owned("message_template_category"),
        reason: reason(value),
        ..which(value)?
    }))
}

/// `message_template_quality_update`.
pub fn quality(value: Object<'_>) -> Option<AccountEvent> {
    let quality = Some(value.owned("new_quality_score")?);
    Some(AccountEvent::Template(TemplateChange { quality, ..which(value)? }))
}

/// `template_category_update`: another category has another price.
pub fn category(value: Object<'_>) -> Option<AccountEvent> {
    let category = Some(value.owned("new_category")?);
    Some(AccountEvent::Template(TemplateChange { category, ..which(value)? }))
}

/// `message_template_components_update`: its parts come in another form than the one that is kept.
pub fn components(value: Object<'_>) -> Option<AccountEvent> {
    Some(AccountEvent::Template(TemplateChange { reload: true, ..which(value)? }))
}

fn which(value: Object<'_>) -> Option<TemplateChange> {
    Some(TemplateChange {
        template_id: value.id("message_template_id")?,
        name: value.owned("message_template_name"),
        // `en-US` here, `en_US` everywhere else.
        language: value.text("message_template_language").map(|language| language.replace('-', "_")),
        ..TemplateChange::default()
    })
}

/// Why, in WhatsApp's words: the name of a reason, what was wrong, and what to do.
fn reason(value: Object<'_>) -> Option<String> {
    let mut all: Vec<String> = value.owned("reason").filter(|reason| reason != "NONE").into_iter().collect();
    for (part, keys) in
        [("rejection_info", ["reason", "recommendation"]), ("other_info", ["title", "description"])]
    {
        let part = value.object(part);
        all.extend(keys.iter().filter_map(|key| part?.owned(key)));
    }
    if let Some(disabled) = value.object("disable_info") {
        let at = moment(disabled, "disable_date").map(|at| at.format("%Y-%m-%d").to_string());
        all.extend(at.or_else(|| disabled.owned("disable_date")));
    }
    (!all.is_empty()).then(|| all.join(": "))
}
