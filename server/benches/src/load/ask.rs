//! A member asks by GraphQL, over one connection, as an inbox does.

use std::time::{Duration, Instant};

use super::latency::Latencies;
use super::{Ask, Connection, Outcome};

/// Runs it to its end.
///
/// # Errors
/// When the connection breaks.
pub async fn run(ask: &Ask) -> anyhow::Result<Outcome> {
    let mut connection = Connection::open(ask.address).await?;
    let headers = session_header(&ask.session);
    let mut outcome = Outcome::default();
    let mut latencies = Latencies::new()?;
    let begun = Instant::now();
    let end = begun + Duration::from_secs_f64(ask.seconds);
    for body in ask.bodies.iter().cycle() {
        let asked = Instant::now();
        if asked >= end {
            break;
        }
        let answer = connection.post("/graphql", &headers, body).await?;
        if answer.status == 200 && !has_errors(answer.body) {
            outcome.answered += 1;
            latencies.add(asked.elapsed());
        } else {
            outcome.failed += 1;
            let text = || format!("{} {}", answer.status, String::from_utf8_lossy(answer.body));
            outcome.first_failure.get_or_insert_with(text);
        }
    }
    outcome.seconds = begun.elapsed().as_secs_f64();
    outcome.latency = latencies.summary();
    Ok(outcome)
}

/// The header line of a session.
pub fn session_header(session: &str) -> String {
    format!("Cookie: switchboard-session={session}\r\n")
}

/// Whether a GraphQL answer tells of errors.
fn has_errors(body: &[u8]) -> bool {
    body.windows(9).any(|nine| nine == br#""errors":"#)
}
