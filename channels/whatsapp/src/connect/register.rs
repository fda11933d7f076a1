//! Registering a number at the Cloud API.

use channel_core::CallError;
use channel_meta::subscription::done;
use channel_meta::{Failed, Graph};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;

use crate::business_number::BusinessNumber;

/// Registers a number that is not, and says what is missing for it. One that the WhatsApp Business app uses as well is
/// registered by that app, and one that is connected already costs an attempt for nothing.
pub async fn if_needed(
    graph: &Graph<'_>,
    number: &BusinessNumber,
    pin: Option<&SecretString>,
) -> Result<Vec<String>, CallError> {
    if number.is_registered() || number.in_business_app {
        return Ok(Vec::new());
    }
    let Some(pin) = pin else {
        return Ok(vec![
            "The number is not registered at the Cloud API: connect it again with its PIN of six digits."
                .to_owned(),
        ]);
    };
    let digits = pin.expose_secret();
    if digits.len() != 6 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(CallError::refused("The PIN has six digits."));
    }
    let body = json!({ "messaging_product": "whatsapp", "pin": digits });
    let answer = graph.post(&[&number.id, "register"], &body).await.map_err(refusal)?;
    done(&answer)?;
    Ok(Vec::new())
}

/// What went wrong concerns the PIN, not the token.
fn refusal(failed: Failed) -> CallError {
    match failed {
        Failed::Refused(error) if error.code == 100 && error.says("pin") => CallError::Refused {
            words: "WhatsApp does not take this PIN: it has six digits.".to_owned(),
            code: Some(error.shown()),
        },
        other => other.into(),
    }
}
