//! What happens to a business account, its numbers and its templates.

mod notices;
mod templates;

use channel_core::{AccountEvent, InboundEvent};
use channel_meta::Object;

use super::{broken, unsupported};

/// A change of any field that is not about persons; `at` is where its value is.
pub fn read(field: &str, value: Object<'_>, at: &str) -> Option<InboundEvent> {
    let event = match field {
        "message_template_status_update" => templates::status(value),
        "message_template_quality_update" => templates::quality(value),
        "template_category_update" => templates::category(value),
        "message_template_components_update" => templates::components(value),
        "account_update" => notices::account(value),
        "phone_number_quality_update" => number_quality(value),
        "phone_number_name_update" => number_name(value),
        "business_username_update" => username(value),
        // Among them old chats and the address book of a number that comes from the WhatsApp Business app: they
        // are no news, and stay out of the inbox.
        _ => return Some(unsupported(field)),
    };
    Some(match event {
        Some(event) => InboundEvent::Account(Box::new(event)),
        None => broken(at, "it does not say what happened to what"),
    })
}

/// How well people take what the number sends, and how many of them it may write to. No id of the number comes along.
fn number_quality(value: Object<'_>) -> Option<AccountEvent> {
    let limit = value.owned("max_daily_conversations_per_business").or_else(|| value.owned("current_limit"));
    Some(AccountEvent::Quality {
        what: value.owned("event")?,
        display_number: value.id("display_phone_number"),
        limit,
        limit_before: value.owned("old_limit"),
    })
}

/// What people see as the number's name was decided on.
fn number_name(value: Object<'_>) -> Option<AccountEvent> {
    Some(AccountEvent::Name {
        what: value.owned("decision").or_else(|| value.owned("event"))?,
        display_number: value.id("display_phone_number"),
        name: value.owned("requested_verified_name"),
    })
}

/// The user name of the number.
fn username(value: Object<'_>) -> Option<AccountEvent> {
    Some(AccountEvent::Name {
        what: value.owned("status").or_else(|| value.owned("event"))?,
        display_number: value.id("display_phone_number"),
        name: value.owned("username"),
    })
}
