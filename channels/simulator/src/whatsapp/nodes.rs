//! Numbers and business accounts: what can be asked of them and done with them.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::account::{BusinessAccount, Callback, Number, display};
use super::error::GraphError;
use super::params::Call;
use super::tokens::Caller;
use crate::sim::Sim;

/// The fields of the webhook that every app here is subscribed to.
const FIELDS: [&str; 9] = [
    "messages",
    "message_template_status_update",
    "message_template_quality_update",
    "message_template_components_update",
    "template_category_update",
    "account_update",
    "phone_number_quality_update",
    "phone_number_name_update",
    "user_preferences",
];

/// `GET /{number}`: the fields asked for.
pub fn number(number: &Number, call: &Call) -> Value {
    let available = number.status == "CONNECTED" && number.quality != "RED";
    let all = json!({
        "id": number.id, "display_phone_number": display(&number.digits), "verified_name": number.verified_name,
        "quality_rating": number.quality, "status": number.status, "code_verification_status": "VERIFIED",
        "account_mode": "LIVE", "messaging_limit_tier": number.tier, "platform_type": "CLOUD_API",
        "name_status": "APPROVED", "throughput": { "level": "STANDARD" }, "is_on_biz_app": number.coexistence,
        "is_pin_enabled": number.pin.is_some(),
        "health_status": { "can_send_message": if available { "AVAILABLE" } else { "LIMITED" }, "entities": [
            { "entity_type": "PHONE_NUMBER", "id": number.id,
              "can_send_message": if available { "AVAILABLE" } else { "LIMITED" } } ] },
    });
    let usual = [
        "verified_name",
        "display_phone_number",
        "quality_rating",
        "code_verification_status",
        "platform_type",
    ];
    picked(all, call, &usual)
}

/// `GET /{business account}`: the fields asked for.
pub fn business_account(account: &BusinessAccount, call: &Call) -> Value {
    let all = json!({
        "id": account.id, "name": account.name, "currency": "EUR", "timezone_id": "1",
        "message_template_namespace": "b0f1e2d3_1a2b_3c4d_5e6f_000000000000", "account_review_status": "APPROVED",
        "business_verification_status": "verified", "ownership_type": "SELF",
        "owner_business_info": { "id": account.portfolio, "name": account.name },
    });
    picked(all, call, &["name", "timezone_id", "message_template_namespace"])
}

fn picked(all: Value, call: &Call, usual: &[&str]) -> Value {
    let Value::Object(mut all) = all else { return all };
    match call.text("fields").filter(|fields| !fields.is_empty()) {
        Some(fields) => {
            all.retain(|name, _| name == "id" || fields.split(',').any(|field| field.trim() == name))
        }
        None => all.retain(|name, _| name == "id" || usual.contains(&name.as_str())),
    }
    Value::Object(all)
}

/// `GET /{business account}/phone_numbers`.
pub fn phone_numbers(sim: &Arc<Sim>, business_account: &str, call: &Call) -> Value {
    let world = sim.world();
    let of = world.whatsapp.numbers.values().filter(|number| number.business_account == business_account);
    json!({ "data": of.map(|one| number(one, call)).collect::<Vec<_>>() })
}

/// `POST /{number}/register` and `/deregister`.
///
/// # Errors
/// 100 for a malformed PIN, 133005 for a wrong one.
pub fn register(sim: &Arc<Sim>, number: &str, call: &Call, on: bool) -> Result<Value, GraphError> {
    let mut world = sim.world();
    let number = world.whatsapp.numbers.get_mut(number).ok_or_else(|| GraphError::unknown_object(number))?;
    if on {
        let pin = call.needed("pin")?;
        if pin.len() != 6 || !pin.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(GraphError::new(100, "Param pin must be 6 characters long."));
        }
        if number.pin.as_ref().is_some_and(|known| *known != pin) {
            return Err(GraphError::of_code(133_005));
        }
        number.pin = Some(pin);
    }
    number.registered = on;
    number.status = if on { "CONNECTED" } else { "DISCONNECTED" }.to_owned();
    drop(world);
    sim.live.accounts();
    Ok(json!({ "success": true }))
}

/// `/{business account}/subscribed_apps`: GET lists, POST attaches the calling app, DELETE detaches it.
///
/// # Errors
/// 2200 when an own callback does not answer the handshake.
pub async fn subscribed_apps(
    sim: &Arc<Sim>,
    business_account: &str,
    caller: &Caller,
    call: &Call,
) -> Result<Value, GraphError> {
    let unknown = || GraphError::unknown_object(business_account);
    if call.method == http::Method::GET {
        let world = sim.world();
        let account = world.whatsapp.business_accounts.get(business_account).ok_or_else(unknown)?;
        let apps = account.subscriptions.iter().map(|(app, own)| {
            let mut entry = json!({ "whatsapp_business_api_data": {
                "id": app, "name": "Switchboard", "link": "https://www.facebook.com/games/?app_id=0" } });
            if let (Some(own), Some(entry)) = (own, entry.as_object_mut()) {
                entry.insert("override_callback_uri".into(), own.url.clone().into());
            }
            entry
        });
        return Ok(json!({ "data": apps.collect::<Vec<_>>() }));
    }
    if call.method == http::Method::DELETE {
        let mut world = sim.world();
        let account = world.whatsapp.business_accounts.get_mut(business_account).ok_or_else(unknown)?;
        account.subscriptions.remove(caller.app());
        drop(world);
        sim.live.accounts();
        return Ok(json!({ "success": true }));
    }
    let own = match call.text("override_callback_uri").filter(|url| !url.is_empty()) {
        Some(url) => {
            let callback = Callback { url, verify_token: call.needed("verify_token")? };
            shake_hands(sim, &callback).await?;
            Some(callback)
        }
        None => None,
    };
    {
        let mut world = sim.world();
        let account = world.whatsapp.business_accounts.get_mut(business_account).ok_or_else(unknown)?;
        account.subscriptions.insert(caller.app().to_owned(), own);
    }
    wake(sim, business_account);
    Ok(json!({ "success": true }))
}

/// `/{app}/subscriptions`: where the app's webhooks go.
///
/// # Errors
/// 2200 when the callback does not answer the handshake.
pub async fn subscriptions(sim: &Arc<Sim>, app: &str, call: &Call) -> Result<Value, GraphError> {
    if call.method == http::Method::GET {
        let world = sim.world();
        let callback = world.whatsapp.apps.get(app).and_then(|app| app.callback.as_ref());
        let data = callback.map(|callback| {
            json!({ "object": "whatsapp_business_account", "callback_url": callback.url, "active": true,
                    "fields": FIELDS.map(|name| json!({ "name": name, "version": "v25.0" })) })
        });
        return Ok(json!({ "data": data.into_iter().collect::<Vec<_>>() }));
    }
    if call.method == http::Method::DELETE {
        if let Some(app) = sim.world().whatsapp.apps.get_mut(app) {
            app.callback = None;
        }
        return Ok(json!({ "success": true }));
    }
    if call.needed("object")? != "whatsapp_business_account" {
        return Err(GraphError::new(100, "Param object must be whatsapp_business_account here"));
    }
    let callback = Callback { url: call.needed("callback_url")?, verify_token: call.needed("verify_token")? };
    shake_hands(sim, &callback).await?;
    let accounts: Vec<String> = {
        let mut world = sim.world();
        if let Some(app) = world.whatsapp.apps.get_mut(app) {
            app.callback = Some(callback);
        }
        world.whatsapp.business_accounts.keys().cloned().collect()
    };
    for account in accounts {
        wake(sim, &account);
    }
    Ok(json!({ "success": true }))
}

/// What waited for a webhook goes out now.
pub fn wake(sim: &Arc<Sim>, business_account: &str) {
    let numbers: Vec<String> = {
        let world = sim.world();
        let of = world.whatsapp.numbers.values().filter(|number| number.business_account == business_account);
        of.map(|number| format!("wa:{}", number.id)).collect()
    };
    for account in numbers.iter().chain([&format!("wa:{business_account}")]) {
        sim.post.wake(sim, account);
    }
    sim.live.accounts();
}

/// The verification request: the callback must echo the challenge.
async fn shake_hands(sim: &Arc<Sim>, callback: &Callback) -> Result<(), GraphError> {
    let failed = |words: String| {
        GraphError::new(2200, &format!("Callback verification failed with the following errors: {words}"))
    };
    let url = url::Url::parse(&callback.url).map_err(|_| failed("Invalid callback URL".to_owned()))?;
    if url.scheme() != "https" && !crate::telegram::is_near(&url) {
        return Err(failed("The URL must use HTTPS".to_owned()));
    }
    let challenge = sim.chance.digits(10);
    let query = [
        ("hub.mode", "subscribe"),
        ("hub.challenge", challenge.as_str()),
        ("hub.verify_token", callback.verify_token.as_str()),
    ];
    let answer =
        sim.http.get(url).query(&query).send().await.map_err(|_| {
            failed("The URL couldn't be validated. Response could not be received".to_owned())
        })?;
    let status = answer.status();
    if status != http::StatusCode::OK {
        return Err(failed(format!("HTTP Status Code = {}", status.as_u16())));
    }
    match answer.text().await {
        Ok(text) if text == challenge => Ok(()),
        _ => Err(failed("The URL couldn't be validated. Response does not match challenge".to_owned())),
    }
}

/// `/{number}/block_users`.
///
/// # Errors
/// 100 without a list, 139100 when one cannot be blocked.
pub fn block_users(sim: &Arc<Sim>, number_id: &str, call: &Call) -> Result<Value, GraphError> {
    let mut world = sim.world();
    let users: Vec<String> = call
        .values
        .get("block_users")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|user| user.get("user").or_else(|| user.get("user_id")).and_then(Value::as_str))
        .map(str::to_owned)
        .collect();
    let mut done: Vec<Value> = Vec::new();
    let mut phones = Vec::new();
    for user in &users {
        let found = world
            .phone_by_number(&crate::phones::digits_of(user))
            .or_else(|| world.phone_by_business_scoped_id(user));
        if let Some(phone) = found {
            let wa_id = phone.whatsapp.as_ref().map(|user| user.wa_id.clone());
            done.push(json!({ "input": user, "wa_id": wa_id }));
            phones.push(phone.id.clone());
        }
    }
    let number =
        world.whatsapp.numbers.get_mut(number_id).ok_or_else(|| GraphError::unknown_object(number_id))?;
    if call.method == http::Method::GET {
        let list: Vec<Value> = number.blocked.iter().map(|phone| json!({ "wa_id": phone })).collect();
        return Ok(json!({ "data": list }));
    }
    if users.is_empty() {
        return Err(GraphError::missing("block_users"));
    }
    if done.len() < users.len() {
        return Err(GraphError::new(139_100, "Failed to block/unblock users"));
    }
    let add = call.method == http::Method::POST;
    number.blocked.retain(|known| !phones.contains(known));
    let name = if add { "added_users" } else { "removed_users" };
    if add {
        number.blocked.extend(phones);
    }
    let mut list = Map::new();
    list.insert(name.to_owned(), done.into());
    Ok(json!({ "messaging_product": "whatsapp", "block_users": list }))
}
