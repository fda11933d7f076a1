//! Buttons as Telegram's keyboards.

use channel_core::{Button, ButtonAction, Buttons, Refusal, RefusalReason};
use serde_json::{Value, json};
use teloxide::types::{InlineKeyboardButton, InlineKeyboardMarkup};
use url::Url;

/// Buttons that answer or open something hang under the message; those that ask for a number or a place stand where
/// the person's keyboard is, and go after one use.
pub fn write(buttons: &Buttons) -> Result<Value, Refusal> {
    let asks = |button: &Button| matches!(button.action, ButtonAction::AskPhone | ButtonAction::AskLocation);
    if buttons.rows.iter().flatten().any(asks) {
        return Ok(keyboard(buttons));
    }
    let rows = buttons.rows.iter().map(|row| row.iter().map(inline).collect::<Result<Vec<_>, _>>());
    let markup = InlineKeyboardMarkup::new(rows.collect::<Result<Vec<_>, _>>()?);
    serde_json::to_value(markup).map_err(|_| refuse("These buttons cannot be written."))
}

fn inline(button: &Button) -> Result<InlineKeyboardButton, Refusal> {
    match &button.action {
        ButtonAction::Reply(id) => Ok(InlineKeyboardButton::callback(&button.title, id)),
        ButtonAction::Open(address) => {
            let url = Url::parse(address).map_err(|_| refuse("A button's address is no web address."))?;
            Ok(InlineKeyboardButton::url(&button.title, url))
        }
        _ => Err(refuse("Telegram has no such button.")),
    }
}

fn keyboard(buttons: &Buttons) -> Value {
    let key = |button: &Button| match button.action {
        ButtonAction::AskPhone => json!({ "text": button.title, "request_contact": true }),
        ButtonAction::AskLocation => json!({ "text": button.title, "request_location": true }),
        _ => json!({ "text": button.title }),
    };
    let rows: Vec<Vec<Value>> = buttons.rows.iter().map(|row| row.iter().map(key).collect()).collect();
    json!({ "keyboard": rows, "one_time_keyboard": true, "resize_keyboard": true })
}

fn refuse(words: &str) -> Refusal {
    Refusal::new(RefusalReason::KindNotTaken, words)
}
