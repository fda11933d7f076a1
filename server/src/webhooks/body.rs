//! Reading what is posted: never more than allowed, never for ever, never more at once than memory bears.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use bytes::{Bytes, BytesMut};
use http::{HeaderMap, header};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Bytes of bodies in memory at the same time, from the first byte to the commit.
const BYTES_AT_ONCE: usize = 256 * 1024 * 1024;
/// What is counted in.
const UNIT_BYTES: usize = 1024;
/// How long a sender may take for one body.
const SLOWEST: Duration = Duration::from_secs(30);
/// How long nothing may come of it.
const SILENCE: Duration = Duration::from_secs(5);

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
    _room: Option<OwnedSemaphorePermit>,
}

impl Default for Room {
    fn default() -> Self {
        Self::of(BYTES_AT_ONCE)
    }
}

impl Room {
    fn of(bytes: usize) -> Self {
        Self(Arc::new(Semaphore::new(bytes / UNIT_BYTES)))
    }

    /// Reads a body of at most `bytes_max`. Room is taken as it arrives: what somebody only announces takes none from
    /// others.
    pub(super) async fn read(
        &self,
        headers: &HeaderMap,
        body: Body,
        bytes_max: usize,
    ) -> Result<Held, Unread> {
        let announced =
            headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
        if announced.is_some_and(|length: usize| length > bytes_max) {
            return Err(Unread::TooLarge);
        }
        let reading = self.collect(Limited::new(body, bytes_max));
        tokio::time::timeout(SLOWEST, reading).await.unwrap_or(Err(Unread::Slow))
    }

    async fn collect(&self, mut body: Limited<Body>) -> Result<Held, Unread> {
        let mut bytes = BytesMut::new();
        let mut room: Option<OwnedSemaphorePermit> = None;
        while let Some(frame) = tokio::time::timeout(SILENCE, body.frame()).await.map_err(|_| Unread::Slow)? {
            let frame = frame.map_err(|error| match error.is::<LengthLimitError>() {
                true => Unread::TooLarge,
                false => Unread::Broken,
            })?;
            let Ok(data) = frame.into_data() else { continue };
            let held = room.as_ref().map_or(0, OwnedSemaphorePermit::num_permits);
            let more = ((bytes.len() + data.len()) / UNIT_BYTES + 1).saturating_sub(held);
            let more = u32::try_from(more).map_err(|_| Unread::TooLarge)?;
            let more = Arc::clone(&self.0).try_acquire_many_owned(more).map_err(|_| Unread::Busy)?;
            match &mut room {
                Some(room) => room.merge(more),
                None => room = Some(more),
            }
            bytes.extend_from_slice(&data);
        }
        Ok(Held { bytes: bytes.freeze(), _room: room })
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
        let room = Room::of(10 * UNIT_BYTES);
        let read = async |bytes: usize| {
            // Piece by piece, as it comes over the network.
            let piece = || Ok::<_, std::io::Error>(vec![0; UNIT_BYTES / 2]);
            let pieces = std::iter::repeat_with(piece).take(2 * bytes / UNIT_BYTES);
            room.read(&HeaderMap::new(), Body::from_stream(futures::stream::iter(pieces)), 1 << 20).await
        };
        let mut held = vec![read(4 * UNIT_BYTES).await.unwrap(), read(3 * UNIT_BYTES).await.unwrap()];
        assert_eq!(held.iter().map(|held| held.bytes.len()).sum::<usize>(), 7 * UNIT_BYTES);
        assert!(matches!(read(4 * UNIT_BYTES).await, Err(Unread::Busy)));
        held.pop();
        assert!(read(4 * UNIT_BYTES).await.is_ok());
    }

    #[tokio::test]
    async fn whoever_only_announces_a_body_takes_no_room_from_others() {
        let room = Room::of(2 * UNIT_BYTES);
        let silent = Body::from_stream(futures::stream::pending::<Result<Bytes, std::io::Error>>());
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_LENGTH, "2048".parse().unwrap());
        let mut silent = std::pin::pin!(room.read(&headers, silent, 4_096));
        assert!(futures::poll!(silent.as_mut()).is_pending());
        assert!(room.read(&HeaderMap::new(), Body::from(vec![0; UNIT_BYTES]), 4_096).await.is_ok());
    }
}
