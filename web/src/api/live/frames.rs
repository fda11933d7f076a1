//! Frames of the `graphql-transport-ws` protocol
//! (<https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md>).

use serde_json::Value;

use crate::api::json;

/// The subprotocol's name.
pub const SUBPROTOCOL: &str = "graphql-transport-ws";
/// First frame of a connection.
pub const INIT: &str = r#"{"type":"connection_init"}"#;
/// Asks whether the other side is there.
pub const PING: &str = r#"{"type":"ping"}"#;
/// Says that we are.
pub const PONG: &str = r#"{"type":"pong"}"#;

/// What the server sends.
#[derive(Debug)]
pub enum ServerFrame {
    /// The connection is open for subscriptions.
    Ack,
    Ping,
    Pong,
    /// A result; `payload` is a GraphQL answer.
    Next {
        id: u64,
        payload: Value,
    },
    /// The subscription was refused; `payload` is a list of errors.
    Error {
        id: u64,
        payload: Value,
    },
    /// The server is done with it.
    Complete {
        id: u64,
    },
}

impl ServerFrame {
    /// Reads a frame; none for one that this protocol does not know.
    pub fn read(text: &str) -> Option<Self> {
        let mut frame = json::parse(text).ok()?;
        let id = frame.get("id").and_then(Value::as_str).and_then(|id| id.parse().ok());
        let payload = frame.get_mut("payload").map(Value::take);
        Some(match frame.get("type")?.as_str()? {
            "connection_ack" => Self::Ack,
            "ping" => Self::Ping,
            "pong" => Self::Pong,
            "next" => Self::Next { id: id?, payload: payload? },
            "error" => Self::Error { id: id?, payload: payload? },
            "complete" => Self::Complete { id: id? },
            _ => return None,
        })
    }
}

/// Starts subscription `id`; `question` is JSON.
pub fn subscribe(id: u64, question: &str) -> String {
    format!(r#"{{"id":"{id}","type":"subscribe","payload":{question}}}"#)
}

/// Ends subscription `id`.
pub fn complete(id: u64) -> String {
    format!(r#"{{"id":"{id}","type":"complete"}}"#)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_of_the_protocol_are_read() {
        assert!(matches!(ServerFrame::read(r#"{"type":"connection_ack"}"#), Some(ServerFrame::Ack)));
        assert!(matches!(ServerFrame::read(r#"{"type":"ping","payload":{}}"#), Some(ServerFrame::Ping)));
        let next = ServerFrame::read(r#"{"id":"7","type":"next","payload":{"data":{"a":1}}}"#);
        assert!(matches!(next, Some(ServerFrame::Next { id: 7, payload }) if payload["data"]["a"] == 1));
        let complete = ServerFrame::read(&complete(9));
        assert!(matches!(complete, Some(ServerFrame::Complete { id: 9 })));
    }

    #[test]
    fn what_the_protocol_does_not_know_is_passed_over() {
        for text in [
            "",
            "[]",
            r#"{"type":"hello"}"#,
            r#"{"type":"next","id":"1"}"#,
            r#"{"type":"next","id":"x","payload":1}"#,
        ] {
            assert!(ServerFrame::read(text).is_none(), "{text}");
        }
    }

    #[test]
    fn subscribe_carries_the_question() {
        let frame: Value = serde_json::from_str(&subscribe(3, r#"{"variables":{"after":5}}"#)).unwrap();
        assert_eq!(frame["id"], "3");
        assert_eq!(frame["type"], "subscribe");
        assert_eq!(frame["payload"]["variables"]["after"], 5);
    }
}
