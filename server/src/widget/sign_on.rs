//! Opening a session: a new visitor, one who comes back, or one whom the business vouches for.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::{Extension, Json};
use channel_webchat::{VerifiedUser, mend_json, platform_id_of_user, verify_token, verify_user_hash};
use chrono::Utc;
use serde::Deserialize;
use serde_json::{Value, json};
use shared::{ActorKind, AuditAction, TargetKind};
use uuid::Uuid;

use super::error::Refusal;
use super::session::{self, Profile, Purpose, TokenHash, VisitorSession};
use super::{session_store as store, thread_store};
use crate::app::App;
use crate::audit::Entry;
use crate::channels::{IdentityMode, LiveWidget, identity_secrets};
use crate::db::WorkspaceTx;
use crate::realtime::Event;
use crate::viewer::{Actor, RequestContext};
use crate::webhooks::lock_workspace;

/// What a browser brings along.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Asked {
    visitor_token: Option<String>,
    identity_token: Option<String>,
    user_id: Option<String>,
    user_hash: Option<String>,
    locale: Option<String>,
}

/// `POST /sessions`
pub(super) async fn open(
    State(app): State<Arc<App>>,
    Extension(widget): Extension<Arc<LiveWidget>>,
    request: Option<Extension<RequestContext>>,
    body: Bytes,
) -> Result<Json<Value>, Refusal> {
    let request = request.map(|Extension(request)| request).unwrap_or_default();
    app.visitors.allowances.session(request.client_address)?;
    let source = std::str::from_utf8(&body).map_err(|_| Refusal::MALFORMED)?;
    let asked: Asked = serde_json::from_str(&mend_json(source)).map_err(|_| Refusal::MALFORMED)?;
    // Refused loudly: a wrong proof never becomes an anonymous session.
    let user = prove(&app, &widget, &asked).await?;

    let kept = asked.visitor_token.as_deref().and_then(|token| session::hash(Purpose::Visitor, token));
    let returning = match kept {
        Some(hash) => {
            store::find(&app.db, widget.workspace_id, widget.channel_id, Purpose::Visitor, hash).await?
        }
        None => None,
    };
    let locale = asked.locale.as_deref().and_then(locale);
    let visitor = visitor(user.as_ref(), returning.as_ref(), locale);

    let mut tx = app.db.workspace(widget.workspace_id).await?;
    let mut keeps_token = returning.as_ref().is_some_and(|before| before.platform_id == visitor.platform_id);
    if let Some(anonymous) = returning.as_ref().filter(|before| user.is_some() && !before.verified) {
        keeps_token = false;
        verify_identity(&mut tx, &widget, anonymous, &visitor, request).await?;
    }
    let (visitor_token, _) =
        visitor_token(&mut tx, &widget, &asked, kept.filter(|_| keeps_token), &visitor).await?;
    let (session_token, hash) = session::new_token(Purpose::Session)?;
    let expires_at = store::insert(&mut tx, widget.channel_id, Purpose::Session, hash, &visitor).await?;

    let known = store::identity(&mut tx, widget.channel_id, &visitor.platform_id).await?;
    let thread = thread_store::find(&mut tx, &widget, &visitor.platform_id).await?;
    let unread = match &thread {
        Some(thread) => thread_store::unread(&mut tx, thread).await?,
        None => 0,
    };
    tx.commit().await?;
    if user.is_some() {
        app.visitors.forget_sessions();
    }
    let name = known
        .as_ref()
        .map(|known| known.name.clone())
        .filter(|name| !name.is_empty())
        .or(visitor.profile.name);
    let email = known.and_then(|known| known.email).or(visitor.profile.email);
    Ok(Json(json!({
        "sessionToken": session_token,
        "visitorToken": visitor_token,
        "contact": { "name": name, "email": email, "verified": visitor.verified },
        "expiresAt": expires_at,
        "hasConversation": thread.is_some(),
        "unread": unread,
    })))
}

/// Who the business says the visitor is; `None` for nobody in particular.
async fn prove(app: &App, widget: &LiveWidget, asked: &Asked) -> Result<Option<VerifiedUser>, Refusal> {
    let mode = widget.settings.identity_mode;
    let shown = asked.identity_token.is_some() || asked.user_id.is_some() || asked.user_hash.is_some();
    if mode == IdentityMode::Off {
        return Ok(None);
    }
    if !shown {
        return if mode == IdentityMode::Required { Err(Refusal::IDENTITY_REQUIRED) } else { Ok(None) };
    }
    let secrets = identity_secrets(app, widget.workspace_id, widget.channel_id).await?;
    let verified = match (&asked.identity_token, &asked.user_id) {
        (Some(token), _) => {
            verify_token(token, &secrets, &widget.widget_id.to_string(), Utc::now().timestamp())
        }
        (None, Some(id)) => verify_user_hash(id, asked.user_hash.as_deref().unwrap_or_default(), &secrets),
        (None, None) => return Err(Refusal::BAD_IDENTITY),
    };
    verified.map(Some).map_err(|_| Refusal::BAD_IDENTITY)
}

/// Who the session is for.
fn visitor(
    user: Option<&VerifiedUser>,
    returning: Option<&VisitorSession>,
    locale: Option<String>,
) -> VisitorSession {
    match (user, returning) {
        (Some(user), _) => VisitorSession {
            platform_id: platform_id_of_user(&user.user_id),
            verified: true,
            profile: Profile {
                user_id: Some(user.user_id.clone()),
                name: user.name.clone(),
                email: user.email.clone(),
                locale,
            },
        },
        (None, Some(returning)) => VisitorSession {
            profile: Profile {
                locale: locale.or_else(|| returning.profile.locale.clone()),
                ..returning.profile.clone()
            },
            ..returning.clone()
        },
        (None, None) => VisitorSession {
            platform_id: format!("v_{}", Uuid::now_v7().simple()),
            verified: false,
            profile: Profile { locale, ..Profile::default() },
        },
    }
}

/// The token to come back with: the one that was shown, or a fresh one where there was none or the
/// visitor is another one now.
async fn visitor_token(
    tx: &mut WorkspaceTx,
    widget: &LiveWidget,
    asked: &Asked,
    kept: Option<TokenHash>,
    visitor: &VisitorSession,
) -> Result<(String, TokenHash), Refusal> {
    if let (Some(hash), Some(token)) = (kept, &asked.visitor_token) {
        store::touch(tx, hash).await?;
        return Ok((token.clone(), hash));
    }
    let (token, hash) = session::new_token(Purpose::Visitor)?;
    store::insert(tx, widget.channel_id, Purpose::Visitor, hash, visitor).await?;
    Ok((token, hash))
}

/// An anonymous visitor has proved to be a user: the conversation goes with the person, the old tokens end.
async fn verify_identity(
    tx: &mut WorkspaceTx,
    widget: &LiveWidget,
    anonymous: &VisitorSession,
    visitor: &VisitorSession,
    request: RequestContext,
) -> Result<(), Refusal> {
    let (from, to) = (&anonymous.platform_id, &visitor.platform_id);
    // What the visitor wrote under either name must not be on its way while the names change.
    lock_workspace(tx).await?;
    store::move_uploads(tx, widget.channel_id, from, to).await?;
    store::end_all(tx, widget.channel_id, from).await?;
    let Some(unknown) = store::identity(tx, widget.channel_id, from).await? else { return Ok(()) };
    let known = store::identity(tx, widget.channel_id, to).await?;
    let changed = match &known {
        Some(known) if known.id == unknown.id => return Ok(()),
        Some(known) => store::join_identity(tx, &unknown, known, from).await?,
        None => {
            store::rename_identity(tx, unknown.id, from, to, &visitor.profile).await?;
            thread_store::find(tx, widget, to).await?.map(|thread| thread.id).into_iter().collect()
        }
    };
    let contact_id = known.as_ref().map_or(unknown.contact_id, |known| known.contact_id);
    let actor = Actor { kind: ActorKind::Contact, id: Some(contact_id.0), request };
    tx.audit(
        Entry::new(actor, AuditAction::IdentityVerified)
            .on(TargetKind::Contact, contact_id.0)
            .with(store::verified_details(Some(&unknown), known.as_ref())),
    );
    changed.into_iter().for_each(|id| tx.publish(Event::conversation(id)));
    Ok(())
}

/// A language tag, if it looks like one.
fn locale(text: &str) -> Option<String> {
    let good = (2..=35).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    good.then(|| text.to_owned())
}
