//! Whether a template can be sent, in the platform's word and in ours.

use channel_core::{Template, TemplateStatus};

/// The word that is stored.
pub fn word(status: &TemplateStatus) -> &str {
    match status {
        TemplateStatus::Approved => "APPROVED",
        TemplateStatus::Pending => "PENDING",
        TemplateStatus::Rejected => "REJECTED",
        TemplateStatus::Paused => "PAUSED",
        TemplateStatus::Disabled => "DISABLED",
        TemplateStatus::Other(word) => word,
    }
}

/// And back.
pub fn read(word: &str) -> TemplateStatus {
    match word {
        "APPROVED" | "REINSTATED" => TemplateStatus::Approved,
        "PENDING" | "IN_APPEAL" => TemplateStatus::Pending,
        "REJECTED" => TemplateStatus::Rejected,
        "PAUSED" => TemplateStatus::Paused,
        "DISABLED" => TemplateStatus::Disabled,
        other => TemplateStatus::Other(other.to_owned()),
    }
}

/// Why a template cannot be sent; `None` when it can.
#[must_use]
pub fn why_not(template: &Template) -> Option<String> {
    let words = match &template.status {
        TemplateStatus::Approved if template.unknown_parts.is_empty() => return None,
        TemplateStatus::Approved => {
            format!("It has parts that cannot be filled in here: {}.", template.unknown_parts.join(", "))
        }
        TemplateStatus::Pending => "The platform has not approved it yet.".to_owned(),
        TemplateStatus::Rejected => match &template.rejected_reason {
            Some(reason) => format!("The platform rejected it: {reason}."),
            None => "The platform rejected it.".to_owned(),
        },
        TemplateStatus::Paused => {
            "The platform has paused it, since people did not like it. It may come back by itself.".to_owned()
        }
        TemplateStatus::Disabled => "The platform has switched it off for good.".to_owned(),
        TemplateStatus::Other(word) => format!("The platform calls its state {word}."),
    };
    Some(words)
}
