//! The way in: version, token, object, edge; faults before and after.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::Request;
use axum::response::{IntoResponse as _, Response};
use http::{HeaderValue, Method, StatusCode};
use serde_json::{Value, json};

use super::error::GraphError;
use super::params::Call;
use super::tokens::{self, Caller};
use super::{media, nodes, send, templates};
use crate::accept::Cut;
use crate::faults::{Fault, Occasion};
use crate::ledger::What;
use crate::sim::Sim;

/// A path, taken apart: `/v25.0/{object}/{edge}`.
struct Path<'path> {
    object: &'path str,
    edge: &'path str,
}

impl<'path> Path<'path> {
    fn parse(path: &'path str) -> Option<Self> {
        let path = path.trim_matches('/');
        let rest = match path.split_once('/') {
            Some((version, rest)) if is_version(version) => rest,
            // These are also called without a version.
            _ if matches!(path, "oauth/access_token" | "debug_token" | "whatsapp_business/attachments") => {
                path
            }
            _ => return None,
        };
        let (object, edge) = rest.split_once('/').unwrap_or((rest, ""));
        Some(Self { object, edge })
    }

    /// The name in faults and in the ledger.
    fn method(&self) -> &str {
        match (self.object, self.edge) {
            ("oauth", _) => "oauth",
            ("debug_token", _) => "debug_token",
            ("whatsapp_business", _) => "media_download",
            (_, "") => "node",
            (_, edge) => edge,
        }
    }
}

fn is_version(part: &str) -> bool {
    part.strip_prefix('v')
        .and_then(|version| version.split_once('.'))
        .is_some_and(|(major, minor)| major.parse::<u8>().is_ok() && minor.parse::<u8>().is_ok())
}

/// Answers Graph calls; `None` for paths that are not Graph's.
pub async fn api(sim: Arc<Sim>, path: &str, request: Request) -> Option<Response> {
    let path = Path::parse(path)?;
    let cut = request.extensions().get::<Cut>().cloned();
    let named = media::names_itself(request.headers());
    let trace = format!("A{}", sim.chance.letters(21));
    let call = match Call::read(request).await {
        Ok(call) => call,
        Err(error) => return Some(error.respond(&trace)),
    };
    let account = account_of(&sim, path.object);
    let phone = phone_of(&sim, &call);
    let occasion = Occasion { account: &account, method: path.method(), phone: phone.as_deref() };
    let fault = sim.faults.draw(occasion, |fault| !fault.is_of_webhooks());
    let answer = match before(fault.as_ref()) {
        Some(error) => Err(error),
        None if matches!(fault, Some(Fault::Cut { processed: false })) => Ok(Value::Null),
        None if path.object == "whatsapp_business" => {
            return Some(if named {
                media::download(&sim, &call)
            } else {
                StatusCode::FORBIDDEN.into_response()
            });
        }
        None => run(&sim, &path, &call, fault.as_ref()).await,
    };
    if let Some(Fault::Slow { ms }) = &fault {
        tokio::time::sleep(Duration::from_millis(*ms)).await;
    }
    let is_cut = matches!(fault, Some(Fault::Cut { .. }));
    let line = What::Called {
        method: format!("{} {}", call.method, path.method()),
        status: if is_cut { 0 } else { answer.as_ref().map_or_else(|error| error.status, |_| 200) },
        fault: fault.as_ref().map(|fault| fault.name().to_owned()),
        error: answer.as_ref().err().map(|error| error.message.clone()),
    };
    sim.world().ledger.write(sim.clock.now_ms(), &account, phone.as_deref(), line);
    if is_cut && let Some(cut) = cut {
        return Some(cut.now().await);
    }
    let mut response = match answer {
        Ok(answer) if matches!(fault, Some(Fault::Torn)) => crate::accept::torn(&answer),
        Ok(answer) => Json(answer).into_response(),
        Err(error) => error.respond(&trace),
    };
    let headers = response.headers_mut();
    headers.insert(
        "x-app-usage",
        HeaderValue::from_static(r#"{"call_count":1,"total_time":1,"total_cputime":1}"#),
    );
    headers.insert("facebook-api-version", HeaderValue::from_static("v25.0"));
    if let Ok(trace) = HeaderValue::from_str(&trace) {
        headers.insert("x-fb-trace-id", trace);
    }
    Some(response)
}

/// The refusal a fault stands for.
fn before(fault: Option<&Fault>) -> Option<GraphError> {
    Some(match fault? {
        Fault::RateLimit { retry_after: Some(seconds) } => GraphError {
            regain_minutes: Some(seconds.div_ceil(60)),
            ..GraphError::of_code(80_007).status(429)
        },
        Fault::RateLimit { retry_after: None } => GraphError::of_code(130_429).status(429),
        Fault::ServerError { status } => GraphError {
            transient: *status == 503,
            ..GraphError::new(if *status == 503 { 2 } else { 131_000 }, "Something went wrong")
                .status(*status)
        },
        Fault::TokenDead { subcode } => GraphError::token(subcode.or(Some(463))),
        Fault::Error { code, message, subcode, status, transient } => GraphError {
            subcode: *subcode,
            transient: *transient,
            ..GraphError::new(*code, message).status(status.unwrap_or(400))
        },
        _ => return None,
    })
}

/// The account in the ledger: a number, or a business account.
fn account_of(sim: &Arc<Sim>, object: &str) -> String {
    let world = sim.world();
    let by_media = || world.whatsapp.media.get(object).map(|media| media.number.clone());
    format!("wa:{}", by_media().unwrap_or_else(|| object.to_owned()))
}

fn phone_of(sim: &Arc<Sim>, call: &Call) -> Option<String> {
    let to = call.text("to")?;
    let world = sim.world();
    world.phone_by_number(&crate::phones::digits_of(&to)).map(|phone| phone.id.clone())
}

async fn run(
    sim: &Arc<Sim>,
    path: &Path<'_>,
    call: &Call,
    fault: Option<&Fault>,
) -> Result<Value, GraphError> {
    match (path.object, path.edge) {
        ("oauth", "access_token") => return tokens::exchange(sim, call),
        ("debug_token", "") => return tokens::inspect(sim, call),
        _ => {}
    }
    let caller = tokens::caller(sim, &sim.world(), call)?;
    let id = path.object;
    let (number, account, app) = {
        let world = sim.world();
        let number = world.whatsapp.numbers.get(id).filter(|number| caller.sees(&number.business_account));
        let account = world.whatsapp.business_accounts.contains_key(id) && caller.sees(id);
        (number.map(|number| nodes::number(number, call)), account, world.whatsapp.apps.contains_key(id))
    };
    if let Some(node) = number {
        return of_number(sim, id, path.edge, node, &caller, call, fault).await;
    }
    if account {
        return of_business_account(sim, id, path.edge, &caller, call).await;
    }
    match (path.edge, &call.method, &caller) {
        ("subscriptions", _, Caller::App(own)) if app && own == id => {
            nodes::subscriptions(sim, id, call).await
        }
        ("", &Method::GET, _) if app => Ok(json!({ "id": id, "name": "Switchboard" })),
        ("", &Method::GET, _) => media::node(sim, &caller, id, call),
        ("", &Method::DELETE, _) => media::delete(sim, &caller, id),
        _ => Err(GraphError::unknown_object(id)),
    }
}

async fn of_number(
    sim: &Arc<Sim>,
    id: &str,
    edge: &str,
    node: Value,
    caller: &Caller,
    call: &Call,
    fault: Option<&Fault>,
) -> Result<Value, GraphError> {
    match (edge, &call.method) {
        ("", &Method::GET) => Ok(node),
        ("messages", &Method::POST) => {
            caller.may("whatsapp_business_messaging")?;
            if call.values.get("messaging_product").and_then(Value::as_str) != Some("whatsapp") {
                return Err(GraphError::missing("messaging_product"));
            }
            if call.values.get("status").and_then(Value::as_str) == Some("read") {
                return send::mark_read(sim, id, &call.values);
            }
            send::send(sim, id, &call.values, fault).await
        }
        ("media", &Method::POST) => {
            caller.may("whatsapp_business_messaging")?;
            media::upload(sim, id, call)
        }
        ("register", &Method::POST) => nodes::register(sim, id, call, true),
        ("deregister", &Method::POST) => nodes::register(sim, id, call, false),
        ("block_users", _) => nodes::block_users(sim, id, call),
        ("whatsapp_business_profile", &Method::GET) => Ok(
            json!({ "data": [{ "messaging_product": "whatsapp", "about": "Hey there! I am using WhatsApp." }] }),
        ),
        _ => Err(GraphError::unknown_object(id)),
    }
}

async fn of_business_account(
    sim: &Arc<Sim>,
    id: &str,
    edge: &str,
    caller: &Caller,
    call: &Call,
) -> Result<Value, GraphError> {
    caller.may("whatsapp_business_management")?;
    match (edge, &call.method) {
        ("", &Method::GET) => {
            let world = sim.world();
            let account =
                world.whatsapp.business_accounts.get(id).ok_or_else(|| GraphError::unknown_object(id))?;
            Ok(nodes::business_account(account, call))
        }
        ("message_templates", &Method::GET) => templates::list(sim, id, call),
        ("message_templates", &Method::POST) => templates::create(sim, id, call),
        ("message_templates", &Method::DELETE) => templates::delete(sim, id, call),
        ("subscribed_apps", _) => nodes::subscribed_apps(sim, id, caller, call).await,
        ("phone_numbers", &Method::GET) => Ok(nodes::phone_numbers(sim, id, call)),
        _ => Err(GraphError::unknown_object(id)),
    }
}
