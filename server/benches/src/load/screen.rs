//! Members watch over sockets while visitors write: from a message's due time to each screen.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use futures::{SinkExt as _, StreamExt as _};
use http::header;
use serde::Deserialize;
use tokio::net::TcpStream;
use tokio::task::LocalSet;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{WebSocketStream, client_async};

use super::ask::session_header;
use super::latency::Latencies;
use super::{Connection, Outcome, Screen, post};
use crate::measure::queries;

/// How long the last events may take to arrive.
const TAIL: Duration = Duration::from_secs(3);

/// What all sockets saw.
struct Seen {
    latencies: Latencies,
    events: u64,
    out_of_order: u64,
    broken: u64,
}

/// Runs it to its end.
///
/// # Errors
/// When the sockets cannot be opened.
pub async fn run(screen: &Screen) -> anyhow::Result<Outcome> {
    let seen =
        Rc::new(RefCell::new(Seen { latencies: Latencies::new()?, events: 0, out_of_order: 0, broken: 0 }));
    let epoch = Instant::now();
    let local = LocalSet::new();
    let outcome = local
        .run_until(async {
            for session in &screen.sessions {
                let (socket, after) = watch(screen, session).await?;
                let seen = Rc::clone(&seen);
                tokio::task::spawn_local(async move { read(socket, after, epoch, &seen).await });
            }
            let outcome = post::run_from(&screen.post, epoch).await?;
            tokio::time::sleep(TAIL).await;
            anyhow::Ok(outcome)
        })
        .await?;
    let seen = seen.borrow();
    let expected = outcome.answered * screen.viewers;
    Ok(Outcome {
        latency: seen.latencies.summary(),
        missed_events: expected.abs_diff(seen.events) + seen.out_of_order + seen.broken,
        ..outcome
    })
}

/// Opens a socket that follows the workspace from its newest event on.
async fn watch(screen: &Screen, session: &str) -> anyhow::Result<(WebSocketStream<TcpStream>, i64)> {
    let address = screen.post.address;
    let mut connection = Connection::open(address).await?;
    let answer = connection.post("/graphql", &session_header(session), queries::EVENT_SEQ_REQUEST).await?;
    let after =
        EventSeq::read(answer.body).with_context(|| String::from_utf8_lossy(answer.body).into_owned())?;

    let origin = format!("localhost:{}", address.port());
    let request = http::Request::get(format!("ws://{origin}/graphql/ws"))
        .header(header::HOST, &origin)
        .header(header::ORIGIN, format!("http://{origin}"))
        .header(header::COOKIE, format!("switchboard-session={session}"))
        .header(header::CONNECTION, "Upgrade")
        .header(header::UPGRADE, "websocket")
        .header(header::SEC_WEBSOCKET_VERSION, "13")
        .header(header::SEC_WEBSOCKET_KEY, tokio_tungstenite::tungstenite::handshake::client::generate_key())
        .header(header::SEC_WEBSOCKET_PROTOCOL, "graphql-transport-ws")
        .body(())?;
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let (mut socket, _) = client_async(request, stream).await?;
    socket.send(Message::text(r#"{"type":"connection_init"}"#)).await?;
    let ack = socket.next().await.context("the socket closed")??;
    ensure!(ack.to_text()?.contains("connection_ack"), "no acknowledgement but {ack}");
    socket.send(Message::text(queries::subscribe_frame(after)?)).await?;
    Ok((socket, after))
}

#[derive(Deserialize)]
struct EventSeq {
    data: EventSeqData,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct EventSeqData {
    event_seq: i64,
}

impl EventSeq {
    fn read(body: &[u8]) -> anyhow::Result<i64> {
        Ok(serde_json::from_slice::<Self>(body)?.data.event_seq)
    }
}

async fn read(mut socket: WebSocketStream<TcpStream>, after: i64, epoch: Instant, seen: &RefCell<Seen>) {
    let mut last_seq = after;
    loop {
        match socket.next().await {
            Some(Ok(Message::Text(text))) => {
                let now = Instant::now();
                let Some(seq) = number_after(&text, r#""events":{"seq":"#) else {
                    if text.contains(r#""type":"ping""#) {
                        let _ = socket.send(Message::text(r#"{"type":"pong"}"#)).await; // it may be closing
                    }
                    continue;
                };
                let mut seen = seen.borrow_mut();
                if i64::try_from(seq).is_ok_and(|seq| seq != last_seq + 1) {
                    seen.out_of_order += 1;
                }
                last_seq = i64::try_from(seq).unwrap_or(i64::MAX);
                if text.contains(r#""kind":"MESSAGE_CREATED""#)
                    && let Some(micros) = sent_micros(&text)
                {
                    let sent = epoch + Duration::from_micros(micros);
                    seen.latencies.add(now.saturating_duration_since(sent));
                    seen.events += 1;
                }
            }
            Some(Ok(Message::Close(_)) | Err(_)) | None => {
                seen.borrow_mut().broken += 1;
                return;
            }
            Some(Ok(_)) => {}
        }
    }
}

/// The number right after `mark`.
fn number_after(text: &str, mark: &str) -> Option<u64> {
    let rest = text.split_once(mark)?.1;
    let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    rest.get(..digits)?.parse().ok()
}

/// When the message of an event was due, as its own text says; the conversation's preview may be a newer one's.
fn sent_micros(frame: &str) -> Option<u64> {
    number_between(frame.split_once(r#""text":""#)?.1, " t", ';')
}

/// The first number that stands between `mark` and `end`.
fn number_between(text: &str, mark: &str, end: char) -> Option<u64> {
    let mut rest = text;
    while let Some((_, after)) = rest.split_once(mark) {
        if let Some((number, _)) = after.split_once(end)
            && let Ok(number) = number.parse()
        {
            return Some(number);
        }
        rest = after;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_events_number_and_its_messages_time_are_found_without_reading_it_all() {
        let frame = r#"{"type":"next","id":"1","payload":{"data":{"events":{"seq":42,"kind":"MESSAGE_CREATED",
            "conversation":{"preview":"screen-1 v7 n1 t9999999; Is"},"message":{"text":"screen-1 v7 n0 t1234567; Is the blue"}}}}}"#;
        assert_eq!(number_after(frame, r#""events":{"seq":"#), Some(42));
        assert_eq!(sent_micros(frame), Some(1_234_567));
        assert_eq!(number_between("no mark", " t", ';'), None);
    }

    #[test]
    fn the_event_number_is_read_from_the_answer() {
        assert_eq!(EventSeq::read(br#"{"data":{"eventSeq":17}}"#).unwrap(), 17);
        assert!(EventSeq::read(br#"{"data":null,"errors":[]}"#).is_err());
    }
}
