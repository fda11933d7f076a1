//! Phones and what their owners do.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::answer::{Answer, Refusal, read, write};
use crate::files::{NewFile, sample};
use crate::phones::{Act, ChatKey, NewPhone, perform};
use crate::sim::Sim;

/// All phones (the first 1,000).
pub async fn list(State(sim): State<Arc<Sim>>) -> Answer {
    let world = sim.world();
    let phones = world.phones().take(1_000).map(write).collect::<Result<Vec<_>, _>>()?;
    Ok(Json(json!({ "phones": phones })))
}

/// One phone, or with `count` many: `load-0`, `load-1` …
#[derive(Deserialize)]
pub struct NewPhones {
    #[serde(default)]
    count: Option<usize>,
    #[serde(flatten)]
    phone: Map<String, Value>,
}

/// Creates phones.
pub async fn create(State(sim): State<Arc<Sim>>, Json(new): Json<Value>) -> Answer {
    let new: NewPhones = read(new)?;
    let Some(count) = new.count else {
        let phone: NewPhone = read(Value::Object(new.phone))?;
        return Ok(Json(write(&sim.add_phone(phone)?)?));
    };
    let prefix = new.phone.get("id").and_then(Value::as_str).unwrap_or("phone").to_owned();
    let phone: NewPhone = read(Value::Object(new.phone))?;
    let mut phones = Vec::new();
    let there = sim.world().phones().count();
    for at in 0..count {
        // Numbers and ids in rows, so that thousands never meet.
        let number = format!("4915{:09}", 10_000_000 + there + at);
        let telegram_id = 7_000_000_000_000 + i64::try_from(there + at).unwrap_or_default();
        let new = NewPhone {
            id: format!("{prefix}-{at}"),
            number: Some(number),
            telegram_id: Some(telegram_id),
            ..phone.clone()
        };
        phones.push(write(&sim.add_phone(new)?)?);
    }
    Ok(Json(json!({ "phones": phones })))
}

/// What can change of a phone.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PhoneChange {
    online: Option<bool>,
    auto_read: Option<bool>,
    receipts: Option<bool>,
    first_name: Option<String>,
    last_name: Option<String>,
    hides_number: Option<bool>,
}

/// Changes a phone's settings. One that comes online gets what waited for it.
pub async fn change(
    State(sim): State<Arc<Sim>>,
    Path(id): Path<String>,
    Json(change): Json<Value>,
) -> Answer {
    let change: PhoneChange = read(change)?;
    let described = {
        let mut world = sim.world();
        let phone = world.phone_mut(&id).ok_or_else(|| Refusal::not_found("phone"))?;
        phone.online = change.online.unwrap_or(phone.online);
        phone.auto_read = change.auto_read.unwrap_or(phone.auto_read);
        phone.receipts = change.receipts.unwrap_or(phone.receipts);
        if let Some(name) = change.first_name {
            phone.first_name = name;
        }
        if let Some(name) = change.last_name {
            phone.last_name = (!name.is_empty()).then_some(name);
        }
        if let (Some(hides), Some(user)) = (change.hides_number, phone.whatsapp.as_mut()) {
            user.hides_number = hides;
        }
        write(&*phone)?
    };
    if change.online == Some(true) {
        crate::whatsapp::came_online(&sim, &id);
    }
    sim.live.phones();
    Ok(Json(described))
}

/// A phone's chats, without messages.
pub async fn chats(State(sim): State<Arc<Sim>>, Path(id): Path<String>) -> Answer {
    let world = sim.world();
    let chats: Vec<Value> = crate::accounts::names(&world)
        .into_iter()
        .filter_map(|account| {
            let chat = world.chat(&ChatKey::new(account.as_str(), id.as_str()))?;
            Some(json!({
                "account": account, "messages": chat.messages.len(), "unread": chat.unread(),
                "started": chat.started, "blocked": chat.blocked, "last_inbound_ms": chat.last_inbound_ms,
            }))
        })
        .collect();
    Ok(Json(json!({ "chats": chats })))
}

/// What a phone shows of one chat.
pub async fn chat(State(sim): State<Arc<Sim>>, Path((phone, account)): Path<(String, String)>) -> Answer {
    let world = sim.world();
    if world.phone(&phone).is_none() && !phone.starts_with("group:") {
        return Err(Refusal::not_found("phone"));
    }
    match world.chat(&ChatKey::new(account, phone)) {
        Some(chat) => Ok(Json(write(chat)?)),
        None => Ok(Json(write(&crate::phones::Chat::default())?)),
    }
}

/// Acts for the person: `{"to": "<account>", …}`, the rest as in [`Act`]. Files may be given in place
/// (`{"sample": "photo"}`, `{"base64": "…", "name": "a.png", "type": "image/png"}`) or by id (`{"id": "f1-…"}`).
pub async fn act(
    State(sim): State<Arc<Sim>>,
    Path((phone, act)): Path<(String, String)>,
    Json(body): Json<Value>,
) -> Answer {
    let Value::Object(mut body) = body else { return Err(Refusal::invalid("a JSON object is wanted")) };
    let to = match body.remove("to") {
        Some(Value::String(to)) => to,
        _ => return Err(Refusal::invalid("to: an account like tg:5500110022")),
    };
    if act == "send" {
        tidy_send(&sim, &mut body).await?;
    }
    body.insert("act".into(), act.into());
    let act: Act = read(Value::Object(body))?;
    let sim_for_act = Arc::clone(&sim);
    // Pictures are decoded and resized: not on the threads that serve requests.
    let acted = tokio::task::spawn_blocking(move || {
        let _context = tracing::debug_span!("act", phone, to).entered();
        perform(&sim_for_act, &phone, &to, act)
    })
    .await
    .map_err(|error| Refusal::invalid(error.to_string()))??;
    Ok(Json(write(&acted)?))
}

async fn tidy_send(sim: &Arc<Sim>, body: &mut Map<String, Value>) -> Result<(), Refusal> {
    if let Some(kind) = body.remove("type") {
        body.insert("kind".into(), kind);
    }
    if let Some(file) = body.remove("file") {
        body.insert("files".into(), Value::Array(vec![file]));
    }
    if !body.contains_key("kind") {
        body.insert("kind".into(), "text".into());
    }
    for file in body.get_mut("files").and_then(Value::as_array_mut).into_iter().flatten() {
        let Some(map) = file.as_object_mut() else { return Err(Refusal::invalid("files: objects")) };
        if map.contains_key("id") {
            continue;
        }
        let text = |key: &str| map.get(key).and_then(Value::as_str).map(str::to_owned);
        let new = if let Some(kind) = text("sample") {
            sample(&kind).ok_or_else(|| Refusal::not_found("sample"))?
        } else if let Some(encoded) = text("base64") {
            let bytes = STANDARD.decode(encoded).map_err(|_| Refusal::invalid("base64: not base64"))?;
            let mime = text("type").unwrap_or_else(|| "application/octet-stream".to_owned());
            NewFile { name: text("name"), mime, bytes: bytes.into(), duration_s: None }
        } else {
            return Err(Refusal::invalid("file: id, sample or base64"));
        };
        let number = |key: &str| map.get(key).and_then(Value::as_u64).and_then(|n| u32::try_from(n).ok());
        let duration_s = number("duration_s").or(new.duration_s);
        let mut tidy = Map::new();
        tidy.insert("id".into(), sim.files.keep(NewFile { duration_s, ..new }).id.into());
        for key in ["kind", "caption"] {
            if let Some(value) = map.get(key) {
                tidy.insert(key.into(), value.clone());
            }
        }
        *map = tidy;
    }
    Ok(())
}
