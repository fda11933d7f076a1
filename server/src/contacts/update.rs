//! What members write about a contact.

use serde_json::json;
use shared::{AuditAction, ContactId, TargetKind};

use super::store::{self, Contact};
use crate::app::App;
use crate::audit::Entry;
use crate::error::AppError;
use crate::graphql::Problem;
use crate::realtime::Event;
use crate::viewer::Viewer;

/// What is to change; absent: stays as it is. An empty e-mail or phone is removed.
#[derive(Debug, Clone, Default)]
pub struct ContactChange {
    /// Up to 200 characters.
    pub name: Option<String>,
    /// An address.
    pub email: Option<String>,
    /// A number, as typed.
    pub phone: Option<String>,
}

/// Changes a contact's details. Nothing happens when they are so already.
///
/// # Errors
/// `NOT_FOUND` for a contact of another workspace.
pub async fn update(
    app: &App,
    by: &Viewer,
    id: ContactId,
    change: ContactChange,
) -> Result<Result<Contact, Problem>, AppError> {
    let change = ContactChange {
        name: change.name.map(tidy),
        email: change.email.map(tidy),
        phone: change.phone.map(tidy),
    };
    if let Some(problem) = unfit(&change) {
        return Ok(Err(problem));
    }
    let mut tx = app.db.workspace(by.workspace_id).await?;
    let before = store::lock(&mut tx, id).await?.ok_or(AppError::NotFound("contact"))?;
    let mut after = before.clone();
    let or_none = |text: String| (!text.is_empty()).then_some(text);
    if let Some(name) = change.name {
        after.name = name;
    }
    if let Some(email) = change.email {
        after.email = or_none(email);
    }
    if let Some(phone) = change.phone {
        after.phone = or_none(phone);
    }
    if after == before {
        return Ok(Ok(after));
    }
    store::save(&mut tx, &after).await?;
    tx.audit(Entry::new(by.actor(), AuditAction::ContactUpdated).on(TargetKind::Contact, id.0).with(json!({
        "before": { "name": before.name, "email": before.email, "phone": before.phone },
        "after": { "name": after.name, "email": after.email, "phone": after.phone },
    })));
    // Lists show the name: each conversation that is on somebody's screen changed.
    for conversation in store::shown_conversations(&mut tx, id).await? {
        tx.publish(Event::conversation(conversation));
    }
    tx.commit().await?;
    Ok(Ok(after))
}

/// Without control characters, and without spaces around it.
fn tidy(text: String) -> String {
    text.replace(char::is_control, " ").trim().to_owned()
}

fn unfit(change: &ContactChange) -> Option<Problem> {
    let is_longer = |text: &Option<String>, max| text.as_ref().is_some_and(|text| text.chars().count() > max);
    if is_longer(&change.name, 200) {
        return Some(Problem::of_field("name", "TOO_LONG", "A name can have up to 200 characters."));
    }
    if is_longer(&change.phone, 40) {
        return Some(Problem::of_field("phone", "TOO_LONG", "A phone number can have up to 40 characters."));
    }
    let is_address = |email: &str| match email.split_once('@') {
        Some((name, host)) => {
            !name.is_empty()
                && !host.is_empty()
                && !host.contains('@')
                && !email.contains(char::is_whitespace)
        }
        None => email.is_empty(),
    };
    if is_longer(&change.email, 320) || change.email.as_deref().is_some_and(|email| !is_address(email)) {
        return Some(Problem::of_field("email", "INVALID", "This is not an e-mail address."));
    }
    None
}
