//! Where a secret lies: bound into its envelope as associated data.

use uuid::Uuid;

/// Where a secret lies. An envelope opens only for the place it was sealed for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place<'a> {
    /// Whose it is.
    pub workspace_id: Uuid,
    /// The channel, user or other thing it belongs to.
    pub subject_id: Uuid,
    /// What it is for: `identity_secret`, `access_token`. Part of the data format: never rename one in use.
    pub purpose: &'a str,
}

impl Place<'_> {
    /// `version`, then each part behind its length as 4 bytes big-endian: no two places share their bytes.
    pub(crate) fn associated_data(&self, version: u8) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(1 + 3 * 4 + 2 * 16 + self.purpose.len());
        bytes.push(version);
        for part in
            [self.workspace_id.as_bytes().as_slice(), self.subject_id.as_bytes(), self.purpose.as_bytes()]
        {
            let length = u32::try_from(part.len()).unwrap_or(u32::MAX);
            bytes.extend_from_slice(&length.to_be_bytes());
            bytes.extend_from_slice(part);
        }
        bytes
    }
}
