//! The way in: token, faults, method, answer.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::Request;
use axum::response::{IntoResponse as _, Response};
use http::{StatusCode, header};
use serde_json::{Value, json};

use super::error::TelegramError;
use super::params::Params;
use super::{chats, content, edit, file, send, webhook};
use crate::accept::Cut;
use crate::faults::{Fault, Occasion};
use crate::ledger::What;
use crate::sim::Sim;

/// Answers `/bot<token>/<method>`.
pub async fn api(sim: Arc<Sim>, token: &str, method: &str, request: Request) -> Response {
    let bot = {
        let world = sim.world();
        let id = token.split_once(':').and_then(|(id, _)| id.parse::<i64>().ok());
        id.and_then(|id| world.bots.get(&id))
            .filter(|bot| bot.token == token && !bot.revoked)
            .map(|bot| bot.id)
    };
    let Some(bot_id) = bot else {
        // Not shaped like a token at all: Telegram does not even find the path.
        let shaped = token.split_once(':').is_some_and(|(id, _)| id.parse::<u64>().is_ok());
        let error = if shaped { TelegramError::unauthorized() } else { TelegramError::new(404, "Not Found") };
        return error.into_response();
    };
    let cut = request.extensions().get::<Cut>().cloned();
    let params = match Params::read(request).await {
        Ok(params) => params,
        Err(error) => return error.into_response(),
    };
    let account = super::bot::account(bot_id);
    let phone = chats::phone_of(&sim, &params);
    let occasion = Occasion { account: &account, method, phone: phone.as_deref() };
    let fault = sim.faults.draw(occasion, |fault| !fault.is_of_webhooks());
    let answer = match before(fault.as_ref()) {
        Some(error) => Err(error),
        None if matches!(fault, Some(Fault::Cut { processed: false })) => Ok(Value::Null),
        None => run(&sim, bot_id, &method.to_ascii_lowercase(), &params).await,
    };
    if let Some(Fault::Slow { ms }) = &fault {
        tokio::time::sleep(std::time::Duration::from_millis(*ms)).await;
    }
    let is_cut = matches!(fault, Some(Fault::Cut { .. }));
    let line = What::Called {
        method: method.to_owned(),
        status: if is_cut { 0 } else { answer.as_ref().map_or_else(|error| error.code, |_| 200) },
        fault: fault.as_ref().map(|fault| fault.name().to_owned()),
        error: answer.as_ref().err().map(|error| error.description.clone()),
    };
    sim.world().ledger.write(sim.clock.now_ms(), &account, phone.as_deref(), line);
    if is_cut && let Some(cut) = cut {
        return cut.now().await;
    }
    let answer = match answer {
        Ok(answer) => answer,
        Err(error) => return error.into_response(),
    };
    let described = answer.get("description").is_some() && answer.get("result") == Some(&Value::Bool(true));
    let mut body = if described { answer } else { json!({ "result": answer }) };
    if let Some(body) = body.as_object_mut() {
        body.insert("ok".into(), true.into());
    }
    if matches!(fault, Some(Fault::Torn)) {
        return crate::accept::torn(&body);
    }
    Json(body).into_response()
}

/// The refusal a fault stands for.
fn before(fault: Option<&Fault>) -> Option<TelegramError> {
    Some(match fault? {
        Fault::RateLimit { retry_after } => TelegramError::too_many(*retry_after),
        Fault::ServerError { status } => TelegramError::new(*status, "Internal Server Error"),
        Fault::TokenDead { .. } => TelegramError::unauthorized(),
        Fault::Error { code, message, .. } => {
            TelegramError::new(u16::try_from(*code).unwrap_or(400), message.as_str())
        }
        _ => return None,
    })
}

async fn run(sim: &Arc<Sim>, bot_id: i64, method: &str, params: &Params) -> Result<Value, TelegramError> {
    if let Some(kind) = content::media_kind(method) {
        let content = content::media(sim, bot_id, kind, params).await?;
        return first(send::deliver(sim, bot_id, params, vec![content])?);
    }
    match method {
        "getme" => chats::me(sim, bot_id),
        "setwebhook" => webhook::set(sim, bot_id, params),
        "deletewebhook" => webhook::delete(sim, bot_id, params),
        "getwebhookinfo" => Ok(webhook::info(sim, bot_id)),
        "getupdates" => webhook::updates(sim, bot_id, params).await,
        "sendmessage" => first(send::deliver(sim, bot_id, params, vec![content::text(params)?])?),
        "sendmediagroup" => {
            let contents = content::album(sim, bot_id, params).await?;
            Ok(Value::Array(send::deliver(sim, bot_id, params, contents)?))
        }
        "sendlocation" | "sendvenue" | "sendcontact" => {
            first(send::deliver(sim, bot_id, params, vec![content::other(method, params)?])?)
        }
        "editmessagetext" | "editmessagecaption" | "editmessagereplymarkup" => {
            edit::edit(sim, bot_id, method, params)
        }
        "deletemessage" => edit::delete(sim, bot_id, params),
        "deletemessages" => edit::delete_many(sim, bot_id, params),
        "setmessagereaction" => edit::react(sim, bot_id, params),
        "sendchataction" => chats::action(sim, bot_id, params),
        "leavechat" => chats::leave(sim, bot_id, params),
        "answercallbackquery" => chats::answer_callback(sim, bot_id, params),
        "getfile" => file::get(sim, bot_id, &params.text("file_id").unwrap_or_default()),
        "getuserprofilephotos" => chats::photos(sim, bot_id, params),
        "getchat" => chats::chat(sim, bot_id, params),
        "getbusinessconnection" => chats::business_connection(sim, bot_id, params),
        "readbusinessmessage" => chats::read_business(sim, bot_id, params),
        "setmycommands" | "setmydescription" | "close" | "logout" => Ok(true.into()),
        _ => Err(TelegramError::new(404, "Not Found: method not found")),
    }
}

fn first(messages: Vec<Value>) -> Result<Value, TelegramError> {
    messages.into_iter().next().ok_or_else(|| TelegramError::new(500, "Internal Server Error"))
}

/// Answers `/file/bot<token>/<path>`.
pub async fn download(sim: Arc<Sim>, token: &str, path: &str, cut: Option<Cut>) -> Response {
    let bot = {
        let world = sim.world();
        world.bots.values().find(|bot| bot.token == token && !bot.revoked).map(|bot| bot.id)
    };
    let Some(bot_id) = bot else { return TelegramError::new(404, "Not Found").into_response() };
    let account = super::bot::account(bot_id);
    let occasion = Occasion { account: &account, method: "download", phone: None };
    match sim.faults.draw(occasion, |fault| !fault.is_of_webhooks()) {
        Some(Fault::Slow { ms }) => tokio::time::sleep(std::time::Duration::from_millis(ms)).await,
        Some(Fault::Cut { .. }) => {
            if let Some(cut) = cut {
                return cut.now().await;
            }
        }
        fault => {
            if let Some(error) = before(fault.as_ref()) {
                return error.into_response();
            }
        }
    }
    match file::by_path(&sim, path) {
        Some(file) => {
            let headers = [(header::CONTENT_TYPE, "application/octet-stream")];
            (StatusCode::OK, headers, Body::from(file.bytes)).into_response()
        }
        None => TelegramError::new(404, "Not Found").into_response(),
    }
}
