//! Who calls: tokens, their inspection, and Embedded Signup's code.

use std::sync::Arc;

use serde_json::{Value, json};

use super::account::{Code, Token, create_token};
use super::error::GraphError;
use super::params::Call;
use super::signature::digest;
use crate::sim::Sim;
use crate::world::World;

/// A code of Embedded Signup lives this long.
const CODE_MS: i64 = 30_000;

/// Who called.
#[derive(Debug, Clone)]
pub enum Caller {
    /// The app itself: `{app id}|{app secret}`.
    App(String),
    /// A user or system user.
    User(Token),
}

impl Caller {
    /// The app behind the call.
    #[must_use]
    pub fn app(&self) -> &str {
        match self {
            Self::App(app) => app,
            Self::User(token) => &token.app,
        }
    }

    /// Whether the caller may see a business account.
    #[must_use]
    pub fn sees(&self, business_account: &str) -> bool {
        match self {
            Self::App(_) => false,
            Self::User(token) => token.business_accounts.iter().any(|seen| seen == business_account),
        }
    }

    /// Checks a permission.
    ///
    /// # Errors
    /// 10 without it.
    pub fn may(&self, scope: &str) -> Result<(), GraphError> {
        match self {
            Self::User(token) if token.scopes.iter().any(|held| held == scope) => Ok(()),
            _ => Err(GraphError::new(10, "Application does not have permission for this action").status(403)),
        }
    }
}

/// Finds out who called.
///
/// # Errors
/// 190 without a token that works; 100 for a wrong `appsecret_proof`.
pub fn caller(sim: &Arc<Sim>, world: &World, call: &Call) -> Result<Caller, GraphError> {
    let Some(given) = &call.token else {
        return Err(GraphError { code: 104, ..GraphError::token(None) });
    };
    let platform = &world.whatsapp;
    let caller = if let Some((app, secret)) = given.split_once('|') {
        let known = platform.apps.get(app).filter(|app| app.secret == secret);
        Caller::App(known.ok_or_else(|| GraphError::token(None))?.id.clone())
    } else {
        let token = platform.tokens.get(given).ok_or_else(|| GraphError::token(None))?;
        if let Some(subcode) = token.dead {
            return Err(GraphError::token(Some(subcode)));
        }
        if token.expires_s != 0 && token.expires_s <= sim.clock.now_s() {
            return Err(GraphError::token(Some(463)));
        }
        Caller::User(token.clone())
    };
    if let Some(proof) = call.text("appsecret_proof") {
        let secret = platform.apps.get(caller.app()).map(|app| app.secret.as_str()).unwrap_or_default();
        if proof != digest(secret.as_bytes(), given.as_bytes()) {
            return Err(GraphError::new(100, "Invalid appsecret_proof provided in the API argument"));
        }
    }
    Ok(caller)
}

/// `oauth/access_token`: a code, the app's own token, or a longer life.
///
/// # Errors
/// 101 for a wrong app, 100 for a wrong or used code.
pub fn exchange(sim: &Arc<Sim>, call: &Call) -> Result<Value, GraphError> {
    let (app, secret) = (call.needed("client_id")?, call.needed("client_secret")?);
    let mut world = sim.world();
    if world.whatsapp.apps.get(&app).is_none_or(|known| known.secret != secret) {
        return Err(GraphError::new(1, "Error validating client secret."));
    }
    if call.text("grant_type").as_deref() == Some("client_credentials") {
        return Ok(json!({ "access_token": format!("{app}|{secret}"), "token_type": "bearer" }));
    }
    if let Some(short) = call.text("fb_exchange_token") {
        let old = world.whatsapp.tokens.get(&short).cloned().ok_or_else(|| GraphError::token(None))?;
        let lifetime_s = 60 * 86_400;
        let token = create_token(sim, &mut world, &app, old.business_accounts, lifetime_s);
        return Ok(json!({ "access_token": token, "token_type": "bearer", "expires_in": lifetime_s }));
    }
    let wrong = |words: &str| GraphError { subcode: Some(36_009), ..GraphError::new(100, words) };
    let code = call.needed("code")?;
    let known = world.whatsapp.codes.remove(&code).filter(|known| known.app == app);
    let Code { business_account, made_ms, token_lifetime_s, .. } =
        known.ok_or_else(|| wrong("This authorization code has been used."))?;
    if sim.clock.now_ms() - made_ms > CODE_MS {
        return Err(wrong("This authorization code has expired."));
    }
    let token = create_token(sim, &mut world, &app, vec![business_account], token_lifetime_s);
    let mut answer = json!({ "access_token": token, "token_type": "bearer" });
    if let (true, Some(answer)) = (token_lifetime_s > 0, answer.as_object_mut()) {
        answer.insert("expires_in".into(), token_lifetime_s.into());
    }
    Ok(answer)
}

/// `debug_token`.
///
/// # Errors
/// 100 without `input_token`.
pub fn inspect(sim: &Arc<Sim>, call: &Call) -> Result<Value, GraphError> {
    let world = sim.world();
    caller(sim, &world, call)?;
    let input = call.needed("input_token")?;
    let Some(token) = world.whatsapp.tokens.get(&input) else {
        let error = json!({ "code": 190, "message": "Invalid OAuth access token." });
        return Ok(json!({ "data": { "is_valid": false, "scopes": [], "error": error } }));
    };
    let expired = token.expires_s != 0 && token.expires_s <= sim.clock.now_s();
    let subcode = token.dead.or(expired.then_some(463));
    let granular: Vec<Value> = token
        .scopes
        .iter()
        .map(|scope| json!({ "scope": scope, "target_ids": token.business_accounts }))
        .collect();
    let mut data = json!({
        "app_id": token.app, "type": "SYSTEM_USER", "application": "Switchboard", "is_valid": subcode.is_none(),
        "expires_at": token.expires_s, "data_access_expires_at": 0, "issued_at": token.issued_s,
        "scopes": token.scopes, "granular_scopes": granular, "user_id": "122100000000000",
    });
    if let (Some(subcode), Some(data)) = (subcode, data.as_object_mut()) {
        let error = GraphError::token(Some(subcode));
        data.insert("error".into(), json!({ "code": 190, "subcode": subcode, "message": error.message }));
    }
    Ok(json!({ "data": data }))
}
