//! What an admin sets for a channel with a provider. Kept as jsonb in the channel's row, never a secret.

use async_graphql::SimpleObject;
use serde::{Deserialize, Serialize};

/// A channel's settings. One that an older version did not know has its default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, SimpleObject)]
#[serde(rename_all = "camelCase", default)]
pub struct ProviderSettings {
    /// Contacts see what we have read.
    pub read_receipts: bool,
    /// Contacts see us typing.
    pub typing: bool,
}

impl Default for ProviderSettings {
    fn default() -> Self {
        Self { read_receipts: true, typing: true }
    }
}
