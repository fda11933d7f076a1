//! What an entry's hash covers, byte by byte. Never changes for entries that exist: a new form is a new version.
//!
//! `hash = SHA-256("audit-v1" | previous hash | fields)`; every field stands behind its length as 4 bytes
//! big-endian, numbers are big-endian, an absent field has length 0. Personal data is not in it: the
//! commitment stands for it, and is worth nothing once the row's key is erased.

use chrono::{DateTime, Utc};
use sha2::{Digest as _, Sha256};
use shared::WorkspaceId;
use uuid::Uuid;

use crate::vault::hmac_sha256;

const VERSION: &[u8] = b"audit-v1";

/// What the first entry of a chain names as the one before it.
pub const GENESIS: [u8; 32] = [0; 32];

/// The hashed part of an entry, with the numbers as they are stored: an entry of a newer version of
/// Switchboard verifies as well.
#[derive(Debug, Clone)]
pub struct Link {
    /// Whose chain.
    pub workspace_id: WorkspaceId,
    /// 1, 2, 3 … in this workspace.
    pub seq: i64,
    /// To the microsecond.
    pub at: DateTime<Utc>,
    /// [`shared::ActorKind`].
    pub actor_kind: i16,
    /// The member or contact.
    pub actor_id: Option<Uuid>,
    /// [`shared::AuditAction`].
    pub action: i16,
    /// [`shared::TargetKind`].
    pub target_kind: Option<i16>,
    /// Which one.
    pub target_id: Option<Uuid>,
    /// The request that did it.
    pub request_id: Option<Uuid>,
    /// Stands for the details.
    pub commitment: [u8; 32],
}

impl Link {
    /// The hash of this entry when it follows the one with `previous`.
    #[must_use]
    pub fn hash(&self, previous: &[u8; 32]) -> [u8; 32] {
        let mut digest = Sha256::new();
        digest.update(VERSION);
        digest.update(previous);
        let mut field = |bytes: &[u8]| {
            digest.update(u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes());
            digest.update(bytes);
        };
        field(self.workspace_id.0.as_bytes());
        field(&self.seq.to_be_bytes());
        field(&self.at.timestamp_micros().to_be_bytes());
        field(&self.actor_kind.to_be_bytes());
        field(self.actor_id.as_ref().map_or(&[], |id| id.as_bytes()));
        field(&self.action.to_be_bytes());
        field(self.target_kind.map(i16::to_be_bytes).as_ref().map_or(&[], |kind| kind));
        field(self.target_id.as_ref().map_or(&[], |id| id.as_bytes()));
        field(self.request_id.as_ref().map_or(&[], |id| id.as_bytes()));
        field(&self.commitment);
        digest.finalize().into()
    }
}

/// `HMAC-SHA256(row key, details)`: says nothing of the details to whoever has not got the row key.
#[must_use]
pub fn commitment(row_key: &[u8; 32], details: &[u8]) -> [u8; 32] {
    hmac_sha256(row_key, &[details])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link() -> Link {
        Link {
            workspace_id: WorkspaceId(Uuid::from_u128(1)),
            seq: 7,
            at: DateTime::from_timestamp_micros(1_700_000_000_123_456).unwrap_or_default(),
            actor_kind: 1,
            actor_id: Some(Uuid::from_u128(2)),
            action: 60,
            target_kind: Some(6),
            target_id: Some(Uuid::from_u128(3)),
            request_id: None,
            commitment: commitment(&[9; 32], b"{}"),
        }
    }

    #[test]
    fn the_bytes_never_change() {
        // Computed apart from this code; when this fails, every stored chain has become unreadable.
        assert_eq!(
            hex::encode(link().hash(&GENESIS)),
            "a478a6df73e87ca7e77683d3a70ebfa0d1e9c180972e5d498b34649fe9979470"
        );
    }

    #[test]
    fn every_field_counts() {
        let same = link().hash(&GENESIS);
        let others = [
            Link { workspace_id: WorkspaceId(Uuid::from_u128(9)), ..link() },
            Link { seq: 8, ..link() },
            Link { at: link().at + chrono::TimeDelta::microseconds(1), ..link() },
            Link { actor_kind: 2, ..link() },
            Link { actor_id: None, ..link() },
            Link { action: 61, ..link() },
            Link { target_kind: None, ..link() },
            Link { target_id: None, ..link() },
            Link { request_id: Some(Uuid::from_u128(3)), target_id: None, ..link() },
            Link { commitment: [0; 32], ..link() },
        ];
        for other in others {
            assert_ne!(other.hash(&GENESIS), same, "{other:?}");
        }
        assert_ne!(link().hash(&[1; 32]), same);
    }
}
