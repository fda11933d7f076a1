//! What a visitor does: stored as a delivery, answered once that is durable. No query but the shared commit.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use channel_webchat::{Delivery, DeliveryKind, PostedMessage, PostedSeen, Visitor};
use http::StatusCode;
use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;
use shared::ChannelKind;

use super::error::Refusal;
use super::session::SignedOn;
use super::thread_store;
use crate::app::App;
use crate::channels::PreChatFieldType;
use crate::webhooks::{NewDelivery, Receipt, fingerprint};

/// `POST /messages`
pub(super) async fn message(
    State(app): State<Arc<App>>,
    on: SignedOn,
    body: Bytes,
) -> Result<Response, Refusal> {
    let source = std::str::from_utf8(&body).map_err(|_| Refusal::MALFORMED)?;
    let message = PostedMessage::read(source)?;
    app.visitors.allowances.of(on.widget.channel_id, &on.visitor.platform_id).message()?;

    let key = format!("m:{}:{}", on.visitor.platform_id, message.client_message_id);
    let visitor = with_answers(&on, &message);
    let receipt = app.receiver.store(delivery(&on, visitor, DeliveryKind::Message, key, source)?).await?;
    let status = match receipt {
        Receipt::Stored => StatusCode::CREATED,
        Receipt::Duplicate => StatusCode::OK,
        Receipt::Conflict => return Err(Refusal::CONFLICT),
    };
    let answer = json!({ "clientMessageId": message.client_message_id, "accepted": true });
    Ok((status, Json(answer)).into_response())
}

/// `POST /seen`
pub(super) async fn seen(
    State(app): State<Arc<App>>,
    on: SignedOn,
    body: Bytes,
) -> Result<Response, Refusal> {
    let source = std::str::from_utf8(&body).map_err(|_| Refusal::MALFORMED)?;
    let seen = PostedSeen::read(source)?;
    app.visitors.allowances.of(on.widget.channel_id, &on.visitor.platform_id).small()?;
    let key = format!("s:{}:{}", on.visitor.platform_id, seen.seq);
    app.receiver.store(delivery(&on, visitor(&on), DeliveryKind::Seen, key, source)?).await?;
    Ok((StatusCode::ACCEPTED, Json(json!({}))).into_response())
}

/// Whether the visitor types.
#[derive(Debug, Deserialize)]
pub(super) struct Typing {
    on: bool,
}

/// `POST /typing`: told to whoever looks at the conversation, stored nowhere.
pub(super) async fn typing(
    State(app): State<Arc<App>>,
    on: SignedOn,
    Json(typing): Json<Typing>,
) -> Result<StatusCode, Refusal> {
    app.visitors.allowances.of(on.widget.channel_id, &on.visitor.platform_id).small()?;
    let mut tx = app.db.read(on.widget.workspace_id).await?;
    if let Some(thread) = thread_store::find(&mut tx, &on.widget, &on.visitor.platform_id).await? {
        let name = on.visitor.profile.name.as_deref().unwrap_or_default();
        app.presence.contact_typing(on.widget.workspace_id, thread.id, name, typing.on);
    }
    Ok(StatusCode::NO_CONTENT)
}

fn delivery(
    on: &SignedOn,
    visitor: Visitor,
    event: DeliveryKind,
    dedupe_key: String,
    posted: &str,
) -> Result<NewDelivery, Refusal> {
    let posted: &RawValue = serde_json::from_str(posted).map_err(|_| Refusal::MALFORMED)?;
    let fingerprint = fingerprint(posted.get().as_bytes());
    Ok(NewDelivery {
        workspace_id: on.widget.workspace_id,
        channel_id: on.widget.channel_id,
        kind: ChannelKind::WebChat,
        sender: visitor.id.clone(),
        dedupe_key,
        body: Delivery { event, visitor, posted }.to_bytes().map_err(|_| Refusal::MALFORMED)?.into(),
        fingerprint,
        headers: None,
        ignored: None,
    })
}

/// The visitor as the session knows them; nothing of it comes from the request's body.
fn visitor(on: &SignedOn) -> Visitor {
    let profile = &on.visitor.profile;
    Visitor {
        id: on.visitor.platform_id.clone(),
        verified: on.visitor.verified,
        user_id: profile.user_id.clone(),
        name: profile.name.clone(),
        email: profile.email.clone(),
        locale: profile.locale.clone(),
        ..Visitor::default()
    }
}

/// The visitor with the answers to the channel's own questions. Of a verified visitor they never replace
/// what the business vouches for.
fn with_answers(on: &SignedOn, message: &PostedMessage) -> Visitor {
    let mut visitor = visitor(on);
    let answers = message.answers();
    for field in &on.widget.settings.pre_chat {
        let Some(answer) = answers.get(&field.key).cloned() else { continue };
        let is_name =
            field.kind == PreChatFieldType::Text && matches!(field.key.as_str(), "name" | "full_name");
        let place = match field.kind {
            PreChatFieldType::Email => Some(&mut visitor.email),
            PreChatFieldType::Phone => Some(&mut visitor.phone),
            _ if is_name => Some(&mut visitor.name),
            _ => None,
        };
        match place {
            Some(known) if known.is_none() && !on.visitor.verified => *known = Some(cut(answer, 200)),
            _ => {
                visitor.answers.insert(field.key.clone(), answer);
            }
        }
    }
    visitor
}

fn cut(text: String, chars_max: usize) -> String {
    if text.chars().count() > chars_max { text.chars().take(chars_max).collect() } else { text }
}
