//! One attempt at one webhook.

use std::sync::Arc;
use std::time::Instant;

use http::{HeaderMap, HeaderName, HeaderValue};

use super::batch;
use super::lanes::Parcel;
use crate::ledger::{Outcome, What};
use crate::sim::Sim;
use crate::{telegram, whatsapp};

/// Where an account's events go, and how their origin is proven.
#[derive(Debug, Clone)]
pub struct Target {
    /// The webhook.
    pub url: String,
    /// How many deliveries may be on their way at once.
    pub connections_max: usize,
    /// Telegram: the secret token. Meta: the app secret.
    pub secret: Option<String>,
    /// Whether any 2xx will do (Telegram) or only 200 (Meta).
    pub any_success: bool,
}

/// The webhook of an account; `None` when it has none (any more).
pub fn target(sim: &Arc<Sim>, account: &str) -> Option<Target> {
    let world = sim.world();
    match account.split_once(':')? {
        ("tg", bot) => telegram::webhook_target(&world, bot),
        ("wa", _) => whatsapp::webhook_target(&world, account),
        _ => None,
    }
}

/// Sends parcels of one account as one delivery and writes the outcome into the ledger.
///
/// # Errors
/// The `Retry-After` of the answer, if any: the delivery must be tried again.
pub async fn send(
    sim: &Arc<Sim>,
    parcels: &[Parcel],
    attempt: u32,
    delivery: Option<u64>,
) -> Result<(), Option<i64>> {
    let Some(first) = parcels.first() else { return Ok(()) };
    let Some(target) = target(sim, &first.account) else { return Err(None) };
    let delivery = delivery.unwrap_or_else(|| sim.post.next_delivery());
    let seats = sim.post.seats(&first.account, target.connections_max);
    let began = Instant::now();
    let answer = {
        let _seat = seats.acquire().await;
        post(sim, &target, parcels, target.secret.as_deref()).await
    };
    let (outcome, status, retry_after_s) = match &answer {
        Ok((status, _)) if *status == 200 || (target.any_success && (200..300).contains(status)) => {
            (Outcome::Answered, Some(*status), None)
        }
        Ok((status, retry_after_s)) => (Outcome::Refused, Some(*status), *retry_after_s),
        Err(_) => (Outcome::Unreachable, None, None),
    };
    let took_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    let events = parcels.iter().map(|parcel| parcel.event.clone()).collect();
    {
        let mut world = sim.world();
        let now = sim.clock.now_ms();
        let line = What::Webhook { delivery, events, attempt, outcome, status, took_ms };
        world.ledger.write(now, &first.account, first.phone.as_deref(), line);
        if outcome != Outcome::Answered {
            telegram::webhook_failed(&mut world, &first.account, now, status);
        }
    }
    if outcome == Outcome::Answered {
        for parcel in parcels {
            sim.delivered(parcel);
        }
        return Ok(());
    }
    tracing::debug!(account = %first.account, delivery, attempt, status, "webhook not taken");
    Err(retry_after_s)
}

/// Sends once with a proof that does not hold; whatever the answer, nothing is settled by it.
pub async fn send_forged(sim: &Arc<Sim>, parcels: &[Parcel]) {
    let Some(first) = parcels.first() else { return };
    let Some(target) = target(sim, &first.account) else { return };
    let answer = post(sim, &target, parcels, Some("not-the-secret")).await;
    let status = answer.ok().map(|(status, _)| status);
    let outcome = if status.is_some() { Outcome::Refused } else { Outcome::Unreachable };
    let delivery = sim.post.next_delivery();
    let events = parcels.iter().map(|parcel| format!("forged {}", parcel.event)).collect();
    let line = What::Webhook { delivery, events, attempt: 1, outcome, status, took_ms: 0 };
    let now = sim.clock.now_ms();
    sim.world().ledger.write(now, &first.account, first.phone.as_deref(), line);
}

async fn post(
    sim: &Arc<Sim>,
    target: &Target,
    parcels: &[Parcel],
    secret: Option<&str>,
) -> Result<(u16, Option<i64>), reqwest::Error> {
    let (body, proof) = match parcels {
        [only] if !only.account.starts_with("wa:") => {
            (only.payload.to_string(), secret.map(|secret| (telegram::SECRET_HEADER, secret.to_owned())))
        }
        _ => {
            let body = whatsapp::write_escaped(&batch::envelope(sim, parcels));
            let signature = whatsapp::sign(secret.unwrap_or_default().as_bytes(), body.as_bytes());
            (body, Some((whatsapp::SIGNATURE_HEADER, signature)))
        }
    };
    let mut headers = HeaderMap::new();
    headers.insert(http::header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if let Some((name, value)) = proof
        && let (Ok(name), Ok(value)) =
            (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(&value))
    {
        headers.insert(name, value);
    }
    let answer = sim.http.post(&target.url).headers(headers).body(body).send().await?;
    let retry_after_s = answer
        .headers()
        .get(http::header::RETRY_AFTER)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.trim().parse().ok());
    Ok((answer.status().as_u16(), retry_after_s))
}
