//! Reading what is posted: never more than allowed, never for ever, never more at once than memory bears.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use http::{HeaderMap, header};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Bytes of bodies in memory at the same time, from the first byte to the commit.
const BYTES_AT_ONCE: usize = 256 * 1024 * 1024;
/// What is counted in.
const UNIT_BYTES: usize = 1024;
/// How long a sender may take for one body.
const SLOWEST: Duration = Duration::from_secs(30);

/// Why a body was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unread {
    /// More than allowed.
    TooLarge,
    /// Too many at once.
    Busy,
    /// It did not arrive in time.
    Slow,
    /// The sender went away in the middle.
    Broken,
}

/// Memory for bodies.
pub(super) struct Room(Arc<Semaphore>);

/// A body, and its part of that memory until it is dropped.
pub(super) struct Held {
    pub bytes: Bytes,
    _room: OwnedSemaphorePermit,
}

impl Default for Room {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(BYTES_AT_ONCE / UNIT_BYTES)))
    }
}

impl Room {
    /// Reads a body of at most `bytes_max`.
    pub(super) async fn read(
        &self,
        headers: &HeaderMap,
        body: Body,
        bytes_max: usize,
    ) -> Result<Held, Unread> {
        let announced =
            headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
        let expected: usize = announced.unwrap_or(bytes_max);
        if expected > bytes_max {
            return Err(Unread::TooLarge);
        }
        let units = u32::try_from(expected / UNIT_BYTES + 1).map_err(|_| Unread::TooLarge)?;
        let room = Arc::clone(&self.0).try_acquire_many_owned(units).map_err(|_| Unread::Busy)?;
        match tokio::time::timeout(SLOWEST, Limited::new(body, bytes_max).collect()).await {
            Ok(Ok(whole)) => Ok(Held { bytes: whole.to_bytes(), _room: room }),
            Ok(Err(error)) if error.is::<LengthLimitError>() => Err(Unread::TooLarge),
            Ok(Err(_)) => Err(Unread::Broken),
            Err(_) => Err(Unread::Slow),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn read(announced: Option<&str>, body: Vec<u8>) -> Result<usize, Unread> {
        let mut headers = HeaderMap::new();
        if let Some(length) = announced {
            headers.insert(header::CONTENT_LENGTH, length.parse().unwrap());
        }
        Room::default().read(&headers, Body::from(body), 4_096).await.map(|held| held.bytes.len())
    }

    #[tokio::test]
    async fn a_body_is_read_up_to_its_limit_whatever_it_announces() {
        assert_eq!(read(None, vec![0; 4_096]).await, Ok(4_096));
        assert_eq!(read(None, vec![0; 4_097]).await, Err(Unread::TooLarge));
        assert_eq!(read(Some("5000"), Vec::new()).await, Err(Unread::TooLarge));
        assert_eq!(read(Some("10"), vec![0; 4_097]).await, Err(Unread::TooLarge));
        assert_eq!(read(Some("not a number"), vec![0; 10]).await, Ok(10));
    }

    #[tokio::test]
    async fn memory_is_given_back_and_never_overdrawn() {
        let room = Room::default();
        let at_once = BYTES_AT_ONCE / (1024 * UNIT_BYTES + UNIT_BYTES);
        let mut held = Vec::new();
        loop {
            match room.read(&HeaderMap::new(), Body::empty(), 1024 * UNIT_BYTES).await {
                Ok(body) => held.push(body),
                Err(unread) => break assert_eq!(unread, Unread::Busy),
            }
        }
        assert_eq!(held.len(), at_once);
        held.pop();
        assert!(room.read(&HeaderMap::new(), Body::empty(), 1024 * UNIT_BYTES).await.is_ok());
    }
}
