//! WhatsApp accounts: numbers, tokens, templates, signup, and what Meta does to them.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;
use serde_json::{Value, json};

use super::answer::{Answer, Refusal, read};
use crate::sim::Sim;
use crate::whatsapp;

/// Creates a number with its app, business account and token.
pub async fn create_number(State(sim): State<Arc<Sim>>, Json(new): Json<Value>) -> Answer {
    let made = whatsapp::create_number(&sim, read(new)?).map_err(Refusal::invalid)?;
    if let Some(business_account) = made.get("business_account_id").and_then(Value::as_str) {
        whatsapp::wake(&sim, business_account);
    }
    Ok(Json(made))
}

/// Changes a number; Meta's webhooks follow.
pub async fn change_number(
    State(sim): State<Arc<Sim>>,
    Path(id): Path<String>,
    Json(change): Json<Value>,
) -> Answer {
    if !whatsapp::change_number(&sim, &id, read(change)?) {
        return Err(Refusal::not_found("number"));
    }
    Ok(Json(whatsapp::describe(&sim.world(), &id, &sim.url)))
}

/// Makes a token.
pub async fn create_token(State(sim): State<Arc<Sim>>, Json(new): Json<Value>) -> Answer {
    whatsapp::new_token(&sim, read(new)?).map(Json).map_err(Refusal::invalid)
}

/// Which token, and why it dies.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Death {
    token: String,
    #[serde(default)]
    subcode: Option<u32>,
}

/// Kills a token, or with `"subcode": null` revives it.
pub async fn kill_token(State(sim): State<Arc<Sim>>, Json(death): Json<Value>) -> Answer {
    let death: Death = read(death)?;
    match whatsapp::kill_token(&sim, &death.token, death.subcode) {
        true => Ok(Json(json!({ "ok": true }))),
        false => Err(Refusal::not_found("token")),
    }
}

/// Goes through Embedded Signup: answers the code and the pop-up's message.
pub async fn sign_up(State(sim): State<Arc<Sim>>, Json(signup): Json<Value>) -> Answer {
    whatsapp::sign_up(&sim, read(signup)?).map(Json).map_err(Refusal::invalid)
}

/// Changes a template as Meta does: status, quality, category. The webhooks follow.
pub async fn change_template(
    State(sim): State<Arc<Sim>>,
    Path((business_account, id)): Path<(String, String)>,
    Json(change): Json<Value>,
) -> Answer {
    match whatsapp::change_template(&sim, &business_account, &id, read(change)?) {
        true => Ok(Json(json!({ "ok": true }))),
        false => Err(Refusal::not_found("template")),
    }
}

/// Any other event.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Event {
    business_account: String,
    field: String,
    value: Value,
}

/// Sends an event of a business account as it is: `account_update`, `security`, one that nobody knows.
pub async fn send_event(State(sim): State<Arc<Sim>>, Json(event): Json<Value>) -> Answer {
    let event: Event = read(event)?;
    whatsapp::send_event(&sim, &event.business_account, &event.field, event.value)
        .map_err(Refusal::invalid)?;
    Ok(Json(json!({ "ok": true })))
}
