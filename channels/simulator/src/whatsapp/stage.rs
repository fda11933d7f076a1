//! What Meta and the business do behind the scenes: quality, tokens, signup, any other event.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Value, json};

use super::account::{Code, create_token};
use super::events;
use crate::sim::Sim;

/// What can change of a number.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NumberChange {
    /// GREEN, YELLOW, RED; told by `phone_number_quality_update`.
    pub quality: Option<String>,
    /// TIER_250 …; told by the same.
    pub tier: Option<String>,
    /// CONNECTED, FLAGGED, BANNED …
    pub status: Option<String>,
    /// The name customers see.
    pub name: Option<String>,
    /// A closed window is told in the answer (true) or by a status (false).
    pub refuses_at_once: Option<bool>,
    /// Statuses are sent.
    pub sends_statuses: Option<bool>,
    /// The rate limits are in force.
    pub limited: Option<bool>,
}

/// Changes a number and tells the webhook what Meta would tell. False when there is none.
pub fn change_number(sim: &Arc<Sim>, id: &str, change: NumberChange) -> bool {
    let mut world = sim.world();
    let Some(number) = world.whatsapp.numbers.get_mut(id) else { return false };
    let rank = |quality: &str| ["RED", "YELLOW", "GREEN"].iter().position(|known| *known == quality);
    let mut event = None;
    if let Some(quality) = change.quality.filter(|quality| *quality != number.quality) {
        let flagged = rank(&quality) < rank(&number.quality);
        event = Some(if flagged { "FLAGGED" } else { "UNFLAGGED" });
        number.quality = quality;
    }
    if let Some(tier) = change.tier.filter(|tier| *tier != number.tier) {
        event =
            Some(if tier.len() > number.tier.len() || tier == "UNLIMITED" { "UPGRADE" } else { "DOWNGRADE" });
        number.tier = tier;
    }
    number.status = change.status.unwrap_or_else(|| number.status.clone());
    number.verified_name = change.name.unwrap_or_else(|| number.verified_name.clone());
    number.refuses_at_once = change.refuses_at_once.unwrap_or(number.refuses_at_once);
    number.sends_statuses = change.sends_statuses.unwrap_or(number.sends_statuses);
    number.limited = change.limited.unwrap_or(number.limited);
    let business_account = number.business_account.clone();
    if let Some(event) = event {
        let value = json!({
            "display_phone_number": number.digits, "event": event, "current_limit": number.tier,
            "max_daily_conversations_per_business": number.tier,
        });
        events::account_event(sim, &mut world, &business_account, "phone_number_quality_update", value);
    }
    drop(world);
    sim.live.accounts();
    true
}

/// Sends any event of a business account, as it is.
///
/// # Errors
/// Words, when there is no such business account.
pub fn send_event(sim: &Arc<Sim>, business_account: &str, field: &str, value: Value) -> Result<(), String> {
    let mut world = sim.world();
    if !world.whatsapp.business_accounts.contains_key(business_account) {
        return Err("no such business account".to_owned());
    }
    events::account_event(sim, &mut world, business_account, field, value);
    Ok(())
}

/// A token to make.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewToken {
    /// For which business account.
    pub business_account: String,
    /// 0, or left out: for ever.
    #[serde(default)]
    pub lifetime_s: i64,
    /// Left out: both that messaging needs.
    #[serde(default)]
    pub scopes: Option<Vec<String>>,
}

/// Makes a token.
///
/// # Errors
/// Words, when there is no app yet.
pub fn new_token(sim: &Arc<Sim>, new: NewToken) -> Result<Value, String> {
    let mut world = sim.world();
    let app = world.whatsapp.apps.keys().next().cloned().ok_or("create a number first")?;
    let token = create_token(sim, &mut world, &app, vec![new.business_account], new.lifetime_s);
    if let (Some(scopes), Some(made)) = (new.scopes, world.whatsapp.tokens.get_mut(&token)) {
        made.scopes = scopes;
    }
    Ok(json!({ "token": token }))
}

/// Kills a token (`subcode` 463 expired, 460 password changed, 467 invalidated …), or without one revives it.
/// False when there is none.
pub fn kill_token(sim: &Arc<Sim>, token: &str, subcode: Option<u32>) -> bool {
    match sim.world().whatsapp.tokens.get_mut(token) {
        Some(known) => {
            known.dead = subcode;
            true
        }
        None => false,
    }
}

/// A person goes through Embedded Signup.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signup {
    /// The number they choose.
    pub phone_number_id: String,
    /// Seconds the token will live; 60 days when left out, 0 for ever.
    #[serde(default = "sixty_days")]
    pub token_lifetime_s: i64,
}

fn sixty_days() -> i64 {
    60 * 86_400
}

/// Ends Embedded Signup: the code for the server (30 s, once) and the message that the pop-up posts.
///
/// # Errors
/// Words, when there is no such number.
pub fn sign_up(sim: &Arc<Sim>, signup: Signup) -> Result<Value, String> {
    let mut world = sim.world();
    let number = world.whatsapp.numbers.get(&signup.phone_number_id).ok_or("no such number")?;
    let (business_account, coexistence) = (number.business_account.clone(), number.coexistence);
    let app = world.whatsapp.apps.keys().next().cloned().ok_or("no app")?;
    let business =
        world.whatsapp.business_accounts.get(&business_account).map(|account| account.portfolio.clone());
    let code = format!("AQB{}", sim.chance.letters(80));
    let made = Code {
        app: app.clone(),
        business_account: business_account.clone(),
        made_ms: sim.clock.now_ms(),
        token_lifetime_s: signup.token_lifetime_s,
    };
    let now_ms = made.made_ms;
    world.whatsapp.codes.retain(|_, code| now_ms - code.made_ms < 60_000);
    world.whatsapp.codes.insert(code.clone(), made);
    let event = if coexistence { "FINISH_WHATSAPP_BUSINESS_APP_ONBOARDING" } else { "FINISH" };
    Ok(json!({
        "code": code, "app_id": app,
        "message": { "type": "WA_EMBEDDED_SIGNUP", "event": event, "data": {
            "phone_number_id": signup.phone_number_id, "waba_id": business_account, "business_id": business } },
    }))
}
