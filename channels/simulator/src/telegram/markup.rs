//! Inline keyboards.

use serde_json::Value;

use super::error::TelegramError;
use crate::phones::{Actions, Button};

/// Checks a `reply_markup`.
///
/// # Errors
/// 400 for keyboards that Telegram refuses.
pub fn check(markup: &Value) -> Result<(), TelegramError> {
    let Some(rows) = markup.get("inline_keyboard") else { return Ok(()) };
    let Some(rows) = rows.as_array() else {
        return Err(TelegramError::bad_request("can't parse inline keyboard: must be an Array of Arrays"));
    };
    for button in rows.iter().flat_map(|row| row.as_array().into_iter().flatten()) {
        let Some(text) = button.get("text").and_then(Value::as_str) else {
            return Err(TelegramError::bad_request(
                "can't parse inline keyboard button: Can't find field \"text\"",
            ));
        };
        if text.is_empty() {
            return Err(TelegramError::bad_request("inline keyboard button text is empty"));
        }
        match (button.get("callback_data").and_then(Value::as_str), button.get("url").and_then(Value::as_str))
        {
            (Some(data), _) if data.is_empty() || data.len() > 64 => {
                return Err(TelegramError::bad_request("BUTTON_DATA_INVALID"));
            }
            (None, Some(url)) if url::Url::parse(url).is_err() => {
                return Err(TelegramError::bad_request("BUTTON_URL_INVALID"));
            }
            (None, None) if button.as_object().is_some_and(|button| button.len() == 1) => {
                return Err(TelegramError::bad_request("text buttons are unallowed in the inline keyboard"));
            }
            _ => {}
        }
    }
    Ok(())
}

/// What can be tapped.
#[must_use]
pub fn actions(markup: Option<&Value>) -> Actions {
    let rows: Vec<Vec<Button>> = markup
        .and_then(|markup| markup.get("inline_keyboard"))
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .map(|row| row.as_array().into_iter().flatten().filter_map(button).collect())
        .filter(|row: &Vec<Button>| !row.is_empty())
        .collect();
    if rows.is_empty() { Actions::None } else { Actions::Buttons { rows } }
}

fn button(button: &Value) -> Option<Button> {
    let text = |key: &str| button.get(key).and_then(Value::as_str).map(str::to_owned);
    Some(Button { label: text("text")?, id: text("callback_data"), url: text("url") })
}
