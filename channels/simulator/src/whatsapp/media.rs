//! Media: upload, the link that lives five minutes, download with the token, deletion.

use std::collections::HashMap;
use std::sync::Arc;

use axum::body::Body;
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, StatusCode, header};
use serde_json::{Value, json};

use super::error::GraphError;
use super::params::Call;
use super::tokens::{self, Caller};
use crate::files::{File, NewFile};
use crate::sim::Sim;
use crate::world::World;

/// A medium at Meta.
#[derive(Debug, Clone)]
pub struct Media {
    /// The number it came by, or for which it was uploaded.
    pub number: String,
    /// The file on the shelf.
    pub file: String,
    /// Unix milliseconds after which it is gone: 7 days when a person sent it, 30 when it was uploaded.
    pub until_ms: i64,
    /// Links given out: the key in the link and until when it works, Unix milliseconds.
    pub links: Vec<(String, i64)>,
}

/// A download link lives this long.
const LINK_MS: i64 = 5 * 60_000;
const DAY_MS: i64 = 86_400_000;
/// Links remembered of one medium.
const LINKS_MAX: usize = 8;

/// What may be sent as which kind, and how large, in bytes.
#[must_use]
pub fn fits(kind: &str, mime: &str, size: usize) -> bool {
    const MB: usize = 1024 * 1024;
    let mime = mime.split(';').next().unwrap_or_default().trim();
    match kind {
        "image" => matches!(mime, "image/jpeg" | "image/png") && size <= 5 * MB,
        "audio" => {
            matches!(
                mime,
                "audio/aac" | "audio/amr" | "audio/mpeg" | "audio/mp4" | "audio/ogg" | "audio/opus"
            ) && size <= 16 * MB
        }
        "video" => matches!(mime, "video/mp4" | "video/3gpp" | "video/3gp") && size <= 16 * MB,
        "sticker" => mime == "image/webp" && size <= 500 * 1024,
        _ => size <= 100 * MB,
    }
}

/// The kind that a media type is uploaded as.
fn kind_of(mime: &str) -> Option<&'static str> {
    let mime = mime.split(';').next().unwrap_or_default().trim();
    Some(match mime {
        "image/webp" => "sticker",
        _ if mime.starts_with("image/") => "image",
        _ if mime.starts_with("audio/") => "audio",
        _ if mime.starts_with("video/") => "video",
        "text/plain" | "application/pdf" => "document",
        _ if mime.starts_with("application/") && mime != "application/octet-stream" => "document",
        _ => return None,
    })
}

/// `POST /{number}/media`.
///
/// # Errors
/// 100 for a missing part, a wrong type or size.
pub fn upload(sim: &Arc<Sim>, number: &str, call: &Call) -> Result<Value, GraphError> {
    if call.needed("messaging_product")? != "whatsapp" {
        return Err(GraphError::new(100, "Param messaging_product must be 'whatsapp'"));
    }
    let file = call.files.get("file").ok_or_else(|| GraphError::missing("file"))?;
    let mime = call.text("type").unwrap_or_else(|| file.mime.clone());
    let kind = kind_of(&mime).ok_or_else(|| {
        GraphError::new(
            100,
            &format!("Param file must be a file with a supported type. Received file of type '{mime}'."),
        )
    })?;
    if !fits(kind, &mime, file.bytes.len()) {
        return Err(GraphError::new(
            100,
            &format!("Param file: type '{mime}' or size is not accepted for {kind}"),
        ));
    }
    let kept = sim.files.keep(NewFile { mime, ..file.clone() });
    let mut world = sim.world();
    Ok(json!({ "id": keep(sim, &mut world, number, &kept, 30) }))
}

/// Gives a file a media id that lives for so many days.
pub fn keep(sim: &Arc<Sim>, world: &mut World, number: &str, file: &File, days: i64) -> String {
    let id = sim.chance.digits(16);
    let now_ms = sim.clock.now_ms();
    // Ids outlive their files when memory is short: drop those first, then the expired ones.
    if world.whatsapp.media.len() >= 20_000 {
        world
            .whatsapp
            .media
            .retain(|_, media| media.until_ms > now_ms && sim.files.get(&media.file).is_some());
    }
    let media = Media {
        number: number.to_owned(),
        file: file.id.clone(),
        until_ms: now_ms + days * DAY_MS,
        links: Vec::new(),
    };
    world.whatsapp.media.insert(id.clone(), media);
    id
}

/// A fresh download link.
pub fn link(sim: &Arc<Sim>, world: &mut World, id: &str) -> Option<String> {
    let until_ms = sim.clock.now_ms() + LINK_MS;
    let key = sim.chance.letters(24);
    let media = world.whatsapp.media.get_mut(id)?;
    if media.links.len() >= LINKS_MAX {
        media.links.remove(0);
    }
    media.links.push((key.clone(), until_ms));
    Some(format!("{}/whatsapp_business/attachments/?mid={id}&ext={}&hash={key}", sim.url, until_ms / 1000))
}

/// `GET /{media}`.
///
/// # Errors
/// 100/33 when it is gone or not the caller's.
pub fn node(sim: &Arc<Sim>, caller: &Caller, id: &str, call: &Call) -> Result<Value, GraphError> {
    let mut world = sim.world();
    let media = visible(sim, &world, caller, id)?;
    if call.text("phone_number_id").is_some_and(|number| number != media.number) {
        return Err(GraphError::unknown_object(id));
    }
    let file = sim.files.get(&media.file).ok_or_else(|| GraphError::unknown_object(id))?;
    let url = link(sim, &mut world, id);
    Ok(json!({
        "messaging_product": "whatsapp", "url": url, "mime_type": file.mime, "sha256": hex::encode(file.digest),
        "file_size": file.bytes.len().to_string(), "id": id,
    }))
}

/// `DELETE /{media}`.
///
/// # Errors
/// 100/33 when it is gone or not the caller's.
pub fn delete(sim: &Arc<Sim>, caller: &Caller, id: &str) -> Result<Value, GraphError> {
    let mut world = sim.world();
    visible(sim, &world, caller, id)?;
    world.whatsapp.media.remove(id);
    Ok(json!({ "success": true }))
}

fn visible(sim: &Arc<Sim>, world: &World, caller: &Caller, id: &str) -> Result<Media, GraphError> {
    let media = world.whatsapp.media.get(id).filter(|media| media.until_ms > sim.clock.now_ms());
    let owner = media.and_then(|media| world.whatsapp.numbers.get(&media.number));
    match (media, owner) {
        (Some(media), Some(owner)) if caller.sees(&owner.business_account) => Ok(media.clone()),
        _ => Err(GraphError::unknown_object(id)),
    }
}

/// The file at a link: the token is needed here, too.
pub fn download(sim: &Arc<Sim>, call: &Call) -> Response {
    let refuse = |status: StatusCode| status.into_response();
    let (Some(id), Some(key)) = (call.text("mid"), call.text("hash")) else {
        return refuse(StatusCode::NOT_FOUND);
    };
    let world = sim.world();
    let Ok(caller) = tokens::caller(sim, &world, call) else { return refuse(StatusCode::UNAUTHORIZED) };
    let Ok(media) = visible(sim, &world, &caller, &id) else { return refuse(StatusCode::NOT_FOUND) };
    let now_ms = sim.clock.now_ms();
    if !media.links.iter().any(|(known, until_ms)| *known == key && *until_ms > now_ms) {
        return refuse(StatusCode::NOT_FOUND);
    }
    let Some(file) = sim.files.get(&media.file) else { return refuse(StatusCode::NOT_FOUND) };
    let mut response = (StatusCode::OK, Body::from(file.bytes)).into_response();
    if let Ok(kind) = file.mime.parse() {
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
    }
    response
}

/// Whether a request looks like a browser or a well-behaved client: the media host refuses others.
#[must_use]
pub fn names_itself(headers: &HeaderMap) -> bool {
    headers.contains_key(header::USER_AGENT)
}

/// The digest as webhooks carry it.
#[must_use]
pub fn webhook_digest(file: &File) -> String {
    STANDARD.encode(file.digest)
}

/// Files fetched from the addresses in a message: `None` for those that could not be had.
pub type Fetched = HashMap<String, Option<File>>;

/// Fetches every `link` in a message, wherever it stands.
pub async fn fetch_links(sim: &Arc<Sim>, message: &Value) -> Fetched {
    let mut addresses = Vec::new();
    collect_links(message, &mut addresses);
    let mut fetched = Fetched::new();
    for address in addresses {
        let file = crate::sim::fetch(sim, &address, 100 * 1024 * 1024).await.map(|new| sim.files.keep(new));
        fetched.insert(address, file);
    }
    fetched
}

fn collect_links(value: &Value, into: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            for (key, part) in map {
                match part {
                    Value::String(address) if key == "link" => into.push(address.clone()),
                    part => collect_links(part, into),
                }
            }
        }
        Value::Array(list) => list.iter().for_each(|part| collect_links(part, into)),
        _ => {}
    }
}
